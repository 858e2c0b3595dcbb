/** One document of a file, and the line (from 1) on which its text begins. */
export interface DocumentText {
  readonly text: string;
  readonly line: number;
  /** Counted from 1, empty ones included. */
  readonly number: number;
}

/**
 * The documents of a YAML file, split as kubectl splits it: at every line that begins with `---`,
 * wherever it stands. Throws an Error for a separator with content on it.
 */
export function splitDocuments(text: string): readonly DocumentText[] {
  const documents: DocumentText[] = [];
  let lines: string[] = [];
  let first = 1;
  const end = (next: number): void => {
    documents.push({ text: lines.join("\n"), line: first, number: documents.length + 1 });
    lines = [];
    first = next;
  };
  let number = 0;
  for (const line of text.split(/\r?\n/)) {
    number += 1;
    if (!line.startsWith("---")) {
      lines.push(line);
      continue;
    }
    const rest = line.replace(/^-+/, "").trim();
    if (rest !== "" && !rest.startsWith("#")) {
      throw new Error(`invalid Yaml document separator in line ${String(number)}: ${rest.slice(0, 60)}`);
    }
    // What stands before the first separator is a document only when there is something.
    if (documents.length > 0 || lines.some((each) => !isBlank(each))) end(number + 1);
    else {
      lines = [];
      first = number + 1;
    }
  }
  end(number + 1);
  return documents;
}

function isBlank(line: string): boolean {
  return /^\s*(#.*)?$/.test(line);
}

const [quote, backslash, open, close] = Array.from('"\\{}', (character) => character.charCodeAt(0));

/**
 * The objects of a JSON stream, `{…}{…}`, one text each; what is between them goes with the next one. Character by
 * character: an expression would keep a state for each of a text of megabytes.
 */
export function splitJson(text: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let start = text.startsWith("\uFEFF") ? 1 : 0;
  let isText = false;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isText) {
      if (code === backslash) at += 1;
      else if (code === quote) isText = false;
      continue;
    }
    if (code === quote) isText = true;
    else if (code === open) depth += 1;
    else if (code === close) {
      depth -= 1;
      if (depth !== 0) continue;
      found.push(text.slice(start, at + 1));
      start = at + 1;
    }
  }
  const rest = text.slice(start);
  return rest.trim() === "" ? found : [...found, rest];
}
