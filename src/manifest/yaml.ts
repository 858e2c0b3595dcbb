import { parseDocument, stringify, type ScalarTag } from "yaml";
import { plainYaml } from "./plain-text.ts";

/** Scalars that YAML 1.1 has and kubectl's parser takes for text. */
const unknownToKubectl = new Set(["TIME"]);

const zeroOctal: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  format: "OCT",
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text) => {
    const digits = text.replaceAll("_", "").replace(/^[-+]/, "").slice(2);
    return Number.parseInt(digits, 8) * (text.startsWith("-") ? -1 : 1);
  },
};

/** JSON has no such number: kubectl keeps the text. */
const hugeNumber: ScalarTag = {
  tag: "tag:yaml.org,2002:str",
  default: true,
  test: /^[-+]?[0-9][0-9_.]*[eE]\+?[0-9]{3,}$/,
  resolve: (text) => (Number.isFinite(Number(text)) ? Number(text) : text),
};

/** kubectl's JSON holds the decoded text. */
const binary: ScalarTag = {
  tag: "tag:yaml.org,2002:binary",
  default: false,
  resolve: (text) => {
    const bytes = Uint8Array.from(atob(text.replaceAll(/\s/g, "")), (char) => char.codePointAt(0) ?? 0);
    return new TextDecoder().decode(bytes);
  },
};

/**
 * One YAML document by kubectl's rules: YAML 1.1 scalars (`yes` is true, `017` is 15) but dates and
 * `12:30` are text, and of a repeated key the last one counts; after `...` comes nothing. Throws an
 * Error of one line, `yaml: line 4: what is wrong`; lines are counted from `firstLine`.
 */
export function parseYaml(text: string, firstLine = 1): unknown {
  if (hasControlCharacters(text)) throw new Error("yaml: control characters are not allowed");
  const document = parseDocument(text, {
    version: "1.1",
    uniqueKeys: false,
    logLevel: "error",
    customTags: (tags) => [
      hugeNumber,
      zeroOctal,
      binary,
      ...tags.filter(
        (tag) =>
          tag !== "timestamp" &&
          (typeof tag === "string" ||
            (!tag.tag.endsWith(":timestamp") &&
              !tag.tag.endsWith(":binary") &&
              !unknownToKubectl.has(("format" in tag ? tag.format : undefined) ?? ""))),
      ),
    ],
  });
  const problem = document.errors.find(({ code }) => code !== "MULTIPLE_DOCS");
  if (problem !== undefined) {
    const line = (problem.linePos?.[0].line ?? 1) + firstLine - 1;
    const [what = ""] = problem.message.split(/ at line \d|\n/);
    throw new Error(`yaml: line ${String(line)}: ${what.charAt(0).toLowerCase()}${what.slice(1)}`);
  }
  try {
    return document.toJS() as unknown;
  } catch (error) {
    const [what = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new Error(`yaml: ${what.charAt(0).toLowerCase()}${what.slice(1)}`, { cause: error });
  }
}

/** All but tab, line ends and what YAML calls printable. */
function hasControlCharacters(text: string): boolean {
  return /[^\t\n\r\u0020-\u007E\u0085\u00A0-\uFFFD]/.test(text);
}

function isBlankLines(text: string): boolean {
  return text.includes("\n") && text.trim() === "";
}

/** Text with characters that YAML forbids, and lines with nothing in them, which readers fold: escaped, as in JSON. */
const unprintable: ScalarTag = {
  tag: "tag:yaml.org,2002:str",
  default: true,
  identify: (value) => typeof value === "string" && (hasControlCharacters(value) || isBlankLines(value)),
  resolve: (text) => text,
  stringify: ({ value }) =>
    JSON.stringify(value).replaceAll(
      /[\u007F-\u009F\uFFFE\uFFFF]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
};

/** As kubectl writes it: lists not indented below their key, long lines left alone. */
export function formatYaml(value: unknown): string {
  return plainYaml(value) ?? formatAny(value);
}

/** The same, by the library. */
export function formatAny(value: unknown): string {
  return stringify(value, {
    version: "1.1",
    // Text that kubectl would read as a number has to be quoted.
    customTags: (tags) => [unprintable, zeroOctal, ...tags],
    indentSeq: false,
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
}

/** Sets fields deep in a text whose comments and order stay. */
export function editYaml(
  text: string,
  edits: readonly { readonly path: readonly (string | number)[]; readonly value: string }[],
): string {
  const document = parseDocument(text, { version: "1.1", uniqueKeys: false, logLevel: "error" });
  for (const { path, value } of edits) document.setIn(path, value);
  return document.toString({ lineWidth: 0, indentSeq: false });
}
