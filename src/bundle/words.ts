/**
 * The words of an index as this program writes them and an API server takes them. A file is handed over and edited:
 * what does not fit was not written by a run (hazard H34).
 */
export const words = {
  kind: /^[A-Za-z][A-Za-z0-9]{0,62}$/,
  /** A DNS subdomain; "" is the core group. */
  group: /^(?:[a-z0-9](?:[-a-z0-9]|\.(?!\.)){0,252})?$/,
  version: /^v[a-z0-9]{1,62}$/,
  resource: /^[a-z][-a-z0-9]{0,252}$/,
  /** A path segment of printable ASCII: names of roles hold colons. */
  name: /^(?!\.{1,2}$)[ -$&-.0-~]{1,253}$/,
  namespace: /^[a-z0-9][-a-z0-9]{0,62}$/,
  command: /^[a-z][-a-z]{0,62}$/,
  /** Of a run, which is a folder's name, and of this program. */
  run: /^[A-Za-z0-9][-A-Za-z0-9._+]{0,199}$/,
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/,
  kubernetes: /^[-A-Za-z0-9._+]{0,100}$/,
  /** Whatever an address or a UID holds: nothing that a terminal obeys or that breaks a line. */
  text: /^[^\p{C}\p{Z}]{0,2048}$/u,
  /** As an API server takes a field manager. */
  manager: /^[ -~]{1,128}$/,
} as const;

export function isWord(word: keyof typeof words, text: unknown): text is string {
  return typeof text === "string" && words[word].test(text);
}
