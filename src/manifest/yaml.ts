import { parse, parseDocument, stringify, type ScalarTag, type Tags } from "yaml";

/** One YAML document by kubectl's rules (YAML 1.1 scalars). Throws an Error that says what is wrong where. */
export function parseYaml(text: string): unknown {
  return parse(text, { version: "1.1" }) as unknown;
}

/** As kubectl writes it: lists not indented below their key, long lines left alone. */
export function formatYaml(value: unknown): string {
  return stringify(value, { version: "1.1", indentSeq: false, lineWidth: 0, aliasDuplicateObjects: false });
}

export type YamlReading =
  | { readonly ok: true; readonly value: unknown }
  /** `offset`: where in the text, in UTF-16 units. */
  | { readonly ok: false; readonly message: string; readonly offset: number };

/**
 * One document of a manifest as kubectl reads it: what sigs.k8s.io/yaml makes of it. YAML 1.1 (yes, no, on,
 * off, 0400, merge keys), but without its times and base 60 numbers; of two equal keys the last one counts.
 */
export function readYaml(text: string): YamlReading {
  const document = parseDocument(text, {
    version: "1.1",
    uniqueKeys: false,
    prettyErrors: false,
    customTags: kubectlTags,
  });
  const [error] = document.errors;
  if (error !== undefined) return { ok: false, message: lowerCase(error.message), offset: error.pos[0] };
  try {
    return { ok: true, value: document.toJS() as unknown };
  } catch (thrown) {
    // An alias of nothing, or aliases that multiply without end.
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { ok: false, message: lowerCase(message), offset: 0 };
  }
}

const replaced = new Set(["int", "float", "binary", "timestamp", "omap", "pairs", "set"]);

function kubectlTags(tags: Tags): Tags {
  const kept = tags.filter(
    (tag) => typeof tag === "string" || !replaced.has(tag.tag.replace("tag:yaml.org,2002:", "")),
  );
  return [...kept, integer, float];
}

/** Digits may be grouped by _; a leading 0 means octal where it can. Source: go.yaml.in/yaml/v2 resolve. */
const integer: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  identify: (value) => typeof value === "number" && Number.isInteger(value),
  test: /^[-+]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|[0-9][0-9_]*)$/,
  resolve: (text) => {
    const plain = text.replaceAll("_", "");
    const sign = plain.startsWith("-") ? -1 : 1;
    const digits = plain.replace(/^[-+]/, "");
    return sign * (/^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits));
  },
};

const float: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  identify: (value) => typeof value === "number",
  test: /^[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/,
  resolve: (text) => Number(text.replaceAll("_", "")),
};

function lowerCase(text: string): string {
  const line = text.split("\n", 1)[0] ?? text;
  return /^[A-Z][a-z ]/.test(line) ? line.charAt(0).toLowerCase() + line.slice(1) : line;
}
