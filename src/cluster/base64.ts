/** What is wrong with a text that should be base64, in Go's words; undefined when nothing is. */
export function base64Problem(text: string): string | undefined {
  const letters = [...text.matchAll(/[^\r\n]/gu)];
  const at = letters.findIndex(([letter]) => !/[A-Za-z0-9+/]/.test(letter));
  const plain = at < 0 ? letters.length : at;
  const padding = letters.slice(plain);
  const missing = (4 - (plain % 4)) % 4;
  const fits = missing < 3 && padding.length === missing && padding.every(([letter]) => letter === "=");
  if (fits) return undefined;
  // The first letter that may not stand where it stands, or the end.
  const wrong =
    missing === 3 ? padding[0] : padding.find(([letter], index) => letter !== "=" || index >= missing);
  const offset =
    wrong === undefined ? Buffer.byteLength(text) : Buffer.byteLength(text.slice(0, wrong.index));
  return `illegal base64 data at input byte ${offset}`;
}
