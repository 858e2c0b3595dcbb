import { pathError } from "./node.ts";

const simple = new Map([
  ["a", 7],
  ["b", 8],
  ["f", 12],
  ["n", 10],
  ["r", 13],
  ["t", 9],
  ["v", 11],
  ["\\", 92],
]);
const hexDigits = new Map([
  ["x", 2],
  ["u", 4],
  ["U", 8],
]);

/** What stands between the quotes, its escapes resolved as in Go; `\xff` and `\377` are bytes. */
export function unquote(quotedText: string): string {
  const [quote = ""] = quotedText;
  const text = quotedText.slice(1, -1);
  if (quotedText.length < 2) throw pathError("invalid syntax");
  if (!text.includes("\\") && !text.includes(quote)) return text;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  let at = 0;
  while (at < text.length) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (character === quote) throw pathError("invalid syntax");
    if (character !== "\\") {
      bytes.push(...encoder.encode(character));
      at += character.length;
      continue;
    }
    const { value, length, rune } = escaped(text.slice(at + 1), quote);
    bytes.push(...(rune ? encoder.encode(String.fromCodePoint(value)) : [value]));
    at += 1 + length;
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array(bytes));
}

function escaped(
  text: string,
  quote: string,
): { readonly value: number; readonly length: number; readonly rune: boolean } {
  const [letter = ""] = text;
  const known = simple.get(letter);
  if (known !== undefined) return { value: known, length: 1, rune: false };
  if (letter === quote) return { value: quote.charCodeAt(0), length: 1, rune: false };
  const digits = hexDigits.get(letter);
  const number = digits === undefined ? text.slice(0, 3) : text.slice(1, 1 + digits);
  const format = digits === undefined ? /^[0-7]{3}$/ : new RegExp(`^[0-9a-fA-F]{${digits}}$`);
  if (!format.test(number)) throw pathError("invalid syntax");
  const value = Number.parseInt(number, digits === undefined ? 8 : 16);
  const rune = letter === "u" || letter === "U";
  const valid = rune ? value <= 0x10_ffff && (value < 0xd800 || value > 0xdfff) : value <= 255;
  if (!valid) throw pathError("invalid syntax");
  return { value, length: digits === undefined ? 3 : 1 + digits, rune };
}
