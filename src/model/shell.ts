import { hasObeyed, visible } from "./visible.ts";

/**
 * The one way to a command line that is printed: the program's own words are the template's, and each value is one
 * word to a POSIX shell, whatever is in it; of a list, each. A value may be a part of a word: sh`deployment/${name}`.
 */
export function sh(own: TemplateStringsArray, ...values: readonly (string | readonly string[])[]): string {
  return own.reduce((line, text, at) => {
    const value = values[at - 1] ?? "";
    return `${line}${typeof value === "string" ? quoted(value) : value.map(quoted).join(" ")}${text}`;
  });
}

/** An argument as a POSIX shell takes it for one word. */
export function quoted(text: string): string {
  if (/^[\w./@:=+,-]+$/.test(text)) return text;
  return hasObeyed(text) ? printed(text) : singly(text);
}

function singly(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * What a terminal would obey is written by printf, so that the line can be shown and pasted. A shell drops line breaks
 * at the end of what printf says, so the character that follows goes with them; at the very end they are only shown.
 */
function printed(text: string): string {
  const pieces: { readonly byPrintf: boolean; text: string }[] = [];
  let takesNext = false;
  for (const character of text) {
    const byPrintf = hasObeyed(character);
    const last = pieces.at(-1);
    if (last !== undefined && (last.byPrintf === byPrintf || takesNext)) last.text += character;
    else pieces.push({ byPrintf, text: character });
    takesNext = byPrintf && character === "\n";
  }
  return pieces.map((piece) => (piece.byPrintf ? byPrintf(piece.text) : singly(piece.text))).join("");
}

function byPrintf(text: string): string {
  let end = text.length;
  while (text[end - 1] === "\n") end -= 1;
  const shown = end === text.length ? "" : singly(visible(text.slice(end)));
  return `${end === 0 ? "" : `"$(printf '${octal(text.slice(0, end))}')"`}${shown}`;
}

/** Bytes of UTF-8 as printf's octal escapes. */
function octal(text: string): string {
  return Array.from(text, (character) => utf8(character.codePointAt(0) ?? 0))
    .flat()
    .map((byte) => `\\${byte.toString(8).padStart(3, "0")}`)
    .join("");
}

function utf8(code: number): readonly number[] {
  if (code >= 0xd8_00 && code <= 0xdf_ff) return utf8(0xff_fd);
  if (code < 0x80) return [code];
  if (code < 0x8_00) return [0xc0 | (code >> 6), 0x80 | (code & 0x3f)];
  if (code < 0x1_00_00) return [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
  return [
    0xf0 | (code >> 18),
    0x80 | ((code >> 12) & 0x3f),
    0x80 | ((code >> 6) & 0x3f),
    0x80 | (code & 0x3f),
  ];
}
