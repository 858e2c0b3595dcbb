/** Text as Go's fmt and strconv write it: kubectl's error messages are made with them. */

const named = new Map([
  [7, "\\a"],
  [8, "\\b"],
  [9, "\\t"],
  [10, "\\n"],
  [11, "\\v"],
  [12, "\\f"],
  [13, "\\r"],
  [34, '\\"'],
  [92, "\\\\"],
]);

/** strconv.Quote, %q. */
export function goQuote(text: string): string {
  return `"${Array.from(text, quoted).join("")}"`;
}

/** %#U: `U+0023 '#'`, or the number alone for what cannot be printed. */
export function goRune(character: string): string {
  const number = `U+${hex(character.codePointAt(0) ?? 0, 4).toUpperCase()}`;
  return isPrint(character) ? `${number} '${character}'` : number;
}

function quoted(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const name = named.get(code);
  if (name !== undefined) return name;
  if (isPrint(character)) return character;
  if (code < 32 || code === 127) return `\\x${hex(code, 2)}`;
  return code < 0x1_0000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

/** unicode.IsPrint: of spaces only the ASCII one. */
function isPrint(character: string): boolean {
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
