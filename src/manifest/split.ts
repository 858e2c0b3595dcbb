/** One document of a stream, and where it begins. */
export interface Chunk {
  readonly text: string;
  /** Line of the file, from 1. */
  readonly line: number;
}

/** Why a stream cannot be taken apart, and where. */
export interface SplitError {
  readonly message: string;
  readonly line: number;
}

/**
 * Takes a stream apart as kubectl does: at lines that begin with `---`, after which only blanks and a
 * comment may stand; a stream of JSON objects one after the other is taken apart at its braces.
 */
export function splitDocuments(text: string): readonly Chunk[] | SplitError {
  if (/^\s*\{/.test(text)) {
    const objects = splitJson(text);
    if (objects !== undefined) return objects;
  }
  const chunks: Chunk[] = [];
  let begun: string[] = [];
  let first = 1;
  for (const [index, line] of text.split("\n").entries()) {
    if (!line.startsWith("---")) {
      begun.push(line);
      continue;
    }
    const rest = line.slice(3).trim();
    if (rest !== "" && !rest.startsWith("#")) {
      return { message: `invalid document separator: ---${rest}`, line: index + 1 };
    }
    chunks.push({ text: begun.join("\n"), line: first });
    begun = [];
    first = index + 2;
  }
  chunks.push({ text: begun.join("\n"), line: first });
  return chunks;
}

/** `{…}{…}`; undefined when it is anything else. */
function splitJson(text: string): readonly Chunk[] | undefined {
  const chunks: Chunk[] = [];
  let depth = 0;
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (quoted) {
      if (char === "\\") at += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') {
      quoted = true;
    } else if (char === "{" || char === "[") {
      depth += 1;
    } else if (char === "}" || char === "]") {
      depth -= 1;
      if (depth === 0) {
        chunks.push({ text: text.slice(start, at + 1), line: text.slice(0, start).split("\n").length });
        start = at + 1;
      }
    } else if (depth === 0 && !/\s/.test(char ?? "")) {
      return undefined;
    }
  }
  return depth === 0 && text.slice(start).trim() === "" ? chunks : undefined;
}
