/** What a user would look for in kubectl's words: without the time, and without what only Go's libraries know. */
export function publicWords(stderr: string): string {
  return stderr
    .replace(/(current time )[^ ]+/, "$1NOW")
    .replace(/(lookup \S+) on \S+(?=: )/, "$1")
    .replace(/(illegal base64 data) at input byte \d+/, "$1");
}
