/**
 * The YAML that programs write kubeconfigs in: mappings and lists in blocks, and text on one line that nothing has to be
 * known about. Anything else (numbers, anchors, escapes, text over several lines, whatever looks odd) is answered with
 * undefined, and read by the YAML library, which takes 15 ms to load. What is answered is what the library would answer.
 */
export function plainYaml(text: string): unknown {
  try {
    const lines = text.split("\n").filter((line) => !/^ *(#.*)?$/.test(line));
    const reader = { lines, at: 0 };
    const [first = ""] = lines;
    const value = keyed.test(first) ? mapping(reader, 0) : undefined;
    return reader.at === lines.length ? value : undefined;
  } catch (error) {
    if (error === notPlain) return undefined;
    throw error;
  }
}

/** Lines that are looked at are replaced where a list's dash is taken off. */
interface Reader {
  readonly lines: string[];
  at: number;
}

const notPlain = new Error("not plain");

const keyed = /^ *[A-Za-z][\w-]{0,99}:(?: |$)/;
const entry = /^( *)([A-Za-z][\w-]{0,99}):(?: (.+))?$/;
/** YAML 1.1 takes these for something else than text. */
const special = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
const words = /^(?:[A-Za-z/]|--?[A-Za-z])[\w./:@%+=,~()-]*(?: [\w./:@%+=,~()-]+)*$/;
const quoted = /^"[\w ./:@%+=,~()#{}[\]*&!|<>?;$^-]*"$|^'[\w ./:@%+=,~()#{}[\]*&!|<>?;$^-]*'$/;

function mapping(reader: Reader, indent: number): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  while (indentAt(reader) === indent) {
    const [, , key = "", written] = entry.exec(reader.lines[reader.at] ?? "") ?? [];
    if (key === "" || special.test(key) || Object.hasOwn(found, key)) throw notPlain;
    reader.at += 1;
    found[key] = written === undefined ? below(reader, indent) : scalar(written);
  }
  if (indentAt(reader) > indent) throw notPlain;
  return found;
}

/** What stands below a key of a mapping. A list may stand as far left as the key. */
function below(reader: Reader, indent: number): unknown {
  const at = indentAt(reader);
  if (at >= indent && isItem(reader, at)) return list(reader, at);
  return at > indent ? mapping(reader, at) : null;
}

function list(reader: Reader, indent: number): unknown[] {
  const found: unknown[] = [];
  while (indentAt(reader) === indent && isItem(reader, indent)) {
    const line = reader.lines[reader.at] ?? "";
    const rest = line.slice(indent + 2);
    if (keyed.test(rest) && !rest.startsWith(" ")) {
      reader.lines[reader.at] = `${line.slice(0, indent)}  ${rest}`;
      found.push(mapping(reader, indent + 2));
    } else {
      reader.at += 1;
      found.push(scalar(rest));
    }
  }
  if (indentAt(reader) > indent) throw notPlain;
  return found;
}

function scalar(text: string): unknown {
  if (text === "null") return null;
  if (text === "true" || text === "false") return text === "true";
  if (text === "{}") return {};
  if (text === "[]") return [];
  if (quoted.test(text)) return text.slice(1, -1);
  if (special.test(text) || !words.test(text) || /:(?: |$)/.test(text)) throw notPlain;
  return text;
}

/** -1 behind the last line. */
function indentAt({ lines, at }: Reader): number {
  return lines[at]?.search(/[^ ]/) ?? -1;
}

function isItem({ lines, at }: Reader, indent: number): boolean {
  return lines[at]?.startsWith("- ", indent) ?? false;
}
