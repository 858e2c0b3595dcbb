/** Below that no text takes much. */
const smallBytes = 3 * 1024 ** 2;
/** Each list and object takes some 100 bytes in memory, the empty ones as well. */
const mostForAnyText = 1_500_000;

const [object, list] = Array.from("{[", (character) => character.charCodeAt(0));

/**
 * Whether a JSON text has so many lists and objects for its size that it would take more than ten times its size and
 * 150 MB: no facts and no manifest are like that.
 */
export function isTooDense(text: string): boolean {
  if (text.length < smallBytes) return false;
  const most = mostForAnyText + text.length / 10;
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === object || code === list) count += 1;
  }
  return count > most;
}
