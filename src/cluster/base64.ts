/** What is wrong with a text that should be base64, lines of it or one; undefined when nothing is. */
export function base64Problem(text: string): string | undefined {
  const letters = text.replaceAll(/[\r\n]/g, "");
  const isWhole = letters.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(letters);
  return isWhole ? undefined : "illegal base64 data";
}
