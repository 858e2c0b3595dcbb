/**
 * What a terminal would obey, or a reader not see: controls, line ends of Unicode, what turns the direction of text or
 * has no shape, halves of surrogate pairs.
 */
const obeyed = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const obeyedInText = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const short: Readonly<Record<string, string>> = {
  "\u001B": "^[",
  "\r": String.raw`\r`,
  "\n": String.raw`\n`,
  "\t": String.raw`\t`,
};

/**
 * Text from elsewhere, to stand within a line: it can neither end the line nor command the terminal. A terminal escape
 * shows as `^[` and a carriage return as `\r`, as kubectl's printers show them.
 */
export function visible(text: string): string {
  return text.replaceAll(obeyed, shown);
}

export function hasObeyed(text: string): boolean {
  return visible(text) !== text;
}

/** The same for text whose line breaks and tabs are the program's own. */
export function visibleText(text: string): string {
  return text.replaceAll(obeyedInText, shown);
}

/** JSON that says the same, with what a terminal would obey written as JSON's own escapes. */
export function jsonEscaped(json: string): string {
  return json.replaceAll(obeyedInText, (character) => character.split("").map(unit).join(""));
}

/** The same for text between YAML's double quotes, which has no pairs of surrogates. */
export function yamlEscaped(json: string): string {
  return json.replaceAll(obeyedInText, (character) =>
    character.length === 1 ? unit(character) : `\\U${hex(character.codePointAt(0), 8)}`,
  );
}

function unit(character: string): string {
  return `\\u${hex(character.charCodeAt(0), 4)}`;
}

function hex(code: number | undefined, digits: number): string {
  return (code ?? 0).toString(16).padStart(digits, "0");
}

/** Data to be shown: every string in it, keys too. What has nothing to escape is the same object as before. */
export function visibleData<T>(data: T): T {
  return mapped(data) as T;
}

function mapped(value: unknown): unknown {
  if (typeof value === "string") return visible(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const all = value as readonly unknown[];
    const made = all.map(mapped);
    return made.every((each, index) => each === all[index]) ? value : made;
  }
  const entries = Object.entries(value);
  const made = entries.map(([key, each]) => [visible(key), mapped(each)] as const);
  const same = made.every(
    ([key, each], index) => key === entries[index]?.[0] && each === entries[index]?.[1],
  );
  return same ? value : Object.fromEntries(made);
}

function shown(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (short[character] !== undefined) return short[character];
  if (code > 0xff_ff) return `\\U${hex(code, 8)}`;
  return code > 0xff ? `\\u${hex(code, 4)}` : `\\x${hex(code, 2)}`;
}

/** How every text begins that is shown in the place of a value that looks like a secret. */
export const maskMark = "(masked";
