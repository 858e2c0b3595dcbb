import { lastAppliedAnnotation } from "./names.ts";
import { isRecord } from "./record.ts";
import { maskMark } from "./visible.ts";

/** What stands in the place of a value that looks like a secret. */
export const maskedValue = `${maskMark})`;

/** Names of variables, keys and flags whose value is nobody else's business. */
const secretName = /passwo?r?d|secret|token|credential|(?:^|[_-])key(?:$|[_-])|api_?key/i;
/** What says where a secret is, or how long it lives: `secretName`, `ETCD_KEY_FILE`, `tokenExpirationSeconds`. */
const ofSecret = /(?:name|file|path|dir|ref|seconds)$/i;

function isSecretName(name: string): boolean {
  return secretName.test(name) && !ofSecret.test(name);
}

/** What is shown for a text at this place. */
type MaskText = (text: string, place: string) => string;

/**
 * A copy without what looks like a secret: literals of variables and ConfigMap keys that are called so, values of
 * such flags and of such fields in a text, user and password in addresses. `count`: how many were masked.
 */
export function maskSecrets<T>(
  whole: T,
  shown: MaskText = () => maskedValue,
): { readonly value: T; readonly count: number } {
  let count = 0;
  const hidden = (text: string, place: string): string => {
    count += 1;
    return shown(text, place);
  };
  const literal = (name: string, text: string, place: string): string =>
    isSecretName(name) && isLiteral(text) ? hidden(text, place) : textOf(text, place, hidden);
  const walk = (value: unknown, of: string, place: string): unknown => {
    if (typeof value === "string")
      return of === lastAppliedAnnotation ? applied(value, place) : textOf(value, place, hidden);
    if (Array.isArray(value)) return flagsOf(value, place, hidden).map((each) => walk(each, "", place));
    if (!isRecord(value)) return value;
    const { name } = value;
    // An element of a list is the same one wherever it stands.
    const here = typeof name === "string" ? `${place} ${name}` : place;
    return Object.fromEntries(
      Object.entries(value).map(([key, own]) => {
        const called = key === "value" ? name : of === "data" ? key : undefined;
        const isText = typeof called === "string" && typeof own === "string";
        const at = `${here}.${key}`;
        return [key, isText ? literal(called, own, at) : walk(own, key, at)];
      }),
    );
  };
  /** kubectl keeps the whole file as a text. */
  const applied = (text: string, place: string): string => {
    try {
      const before = count;
      const object = JSON.stringify(walk(JSON.parse(text), "", place));
      return count === before ? text : object;
    } catch {
      return hidden(text, place);
    }
  };
  return { value: walk(whole, "", "") as T, count };
}

/** Two states of one thing without what looks like a secret; where it changes, that is still seen. */
export function maskChange<T>(
  before: T,
  after: T,
): { readonly before: T; readonly after: T; readonly count: number } {
  const keyOf: MaskText = (text, place) => `${place}\n${text}`;
  const keysIn = (side: T): ReadonlySet<string> => {
    const keys = new Set<string>();
    maskSecrets(side, (...each) => {
      keys.add(keyOf(...each));
      return maskedValue;
    });
    return keys;
  };
  const [here, there] = [keysIn(before), keysIn(after)];
  const [first, second] = [
    maskSecrets(before, (...each) => (there.has(keyOf(...each)) ? maskedValue : `${maskMark}, before)`)),
    maskSecrets(after, (...each) => (here.has(keyOf(...each)) ? maskedValue : `${maskMark}, after)`)),
  ];
  return { before: first.value, after: second.value, count: first.count + second.count };
}

/** A file, a placeholder and a reference to another variable are no secret, and rules look at them. */
function isLiteral(text: string): boolean {
  return (
    text !== "" &&
    !["true", "false"].includes(text.toLowerCase()) &&
    !text.startsWith("/") &&
    !text.startsWith("$(") &&
    !(text.startsWith("__") && text.endsWith("__")) &&
    // Masked already, in a facts file.
    !text.startsWith(maskMark)
  );
}

/** `--token abc` in two words. */
function flagsOf(words: readonly unknown[], place: string, hidden: MaskText): readonly unknown[] {
  return words.map((word, at) => {
    const flag: unknown = words[at - 1];
    const isValue = typeof flag === "string" && flag.startsWith("-") && isNamed(flag) && !flag.includes("=");
    return isValue && typeof word === "string" && !word.startsWith("-") && isLiteral(word)
      ? hidden(word, `${place} ${flag}`)
      : word;
  });
}

/** Of a flag, or of a variable that a shell sets. */
function isNamed(word: string): boolean {
  const name = word.split("=", 1)[0] ?? "";
  return /^[\w.-]+$/.test(name) && isSecretName(name);
}

/** `"token": "abc"` of JSON, and a line `token: abc` of YAML. */
const jsonField = /"([^"\\]{1,100})"\s{0,9}:\s{0,9}"/g;
const yamlField = /^([ \t]*(?:- )?)([A-Za-z_][\w.-]{0,99}): +([^\s"'{[|>].*)$/gm;

/** `--token=abc`, `TOKEN=abc`, fields and `https://user:password@host`, wherever in a text. */
function textOf(text: string, place: string, hidden: MaskText): string {
  if (!/[:=]/.test(text)) return text;
  const isField = (name: string, value: string): boolean =>
    isSecretName(name) && !/^key$/i.test(name) && isLiteral(value);
  return jsonFieldsMasked(text, (name, value) =>
    isField(name, value) ? hidden(value, `${place} ${name}`) : value,
  )
    .replaceAll(yamlField, (line, indent: string, name: string, value: string) =>
      isField(name, value.trim()) ? `${indent}${name}: ${hidden(value, `${place} ${name}`)}` : line,
    )
    .split(/(\s)/)
    .map((word) => {
      const at = word.indexOf("=");
      const value = word.slice(at + 1);
      if (at > 0 && isNamed(word) && isLiteral(value))
        return `${word.slice(0, at)}=${hidden(value, `${place} ${word.slice(0, at)}`)}`;
      return withoutUser(word, place, hidden);
    })
    .join("");
}

/** The value that follows a name and a colon; to the end of the text where nothing closes it. */
function jsonFieldsMasked(text: string, shown: (name: string, value: string) => string): string {
  let masked = "";
  let done = 0;
  for (const { 0: begin, 1: name = "", index } of text.matchAll(jsonField)) {
    if (index < done || !isSecretName(name)) continue;
    const start = index + begin.length;
    let end = start;
    while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
    masked += text.slice(done, start) + shown(name, text.slice(start, end));
    done = Math.min(end, text.length);
  }
  return masked + text.slice(done);
}

function withoutUser(word: string, place: string, hidden: MaskText): string {
  const [first = "", ...rest] = word.split("://");
  return [
    first,
    ...rest.map((after) => {
      const end = after.search(/[/?#"'\\,]/);
      const authority = end < 0 ? after : after.slice(0, end);
      const at = authority.lastIndexOf("@");
      if (at < 0 || !authority.slice(0, at).includes(":")) return after;
      return `${hidden(authority.slice(0, at), place)}${after.slice(at)}`;
    }),
  ].join("://");
}
