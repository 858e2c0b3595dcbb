import { lstat, readdir, stat } from "node:fs/promises";
import { sep } from "node:path";

/**
 * The paths of a `-f` that a shell left as it is, as kubectl expands it: what is there under that very name is no
 * pattern, and a pattern with no match is undefined. Names are matched as Go's filepath.Glob does (`*`, `?`, `[a-z]`,
 * a backslash takes the meaning away; a leading dot is a character like others), in the order of their names in each
 * directory. Throws Error where the pattern itself is wrong.
 */
export async function expandPattern(pattern: string): Promise<readonly string[] | undefined> {
  const error = await stat(pattern).then(
    () => undefined,
    (reason: NodeJS.ErrnoException) => reason,
  );
  // What cannot be looked at is told when it is read.
  if (error?.code !== "ENOENT") return [pattern];
  const matches = await glob(pattern);
  return matches.length === 0 ? undefined : matches;
}

async function glob(pattern: string): Promise<readonly string[]> {
  const cut = Math.max(pattern.lastIndexOf("/"), pattern.lastIndexOf(sep)) + 1;
  const [folder, name] = [pattern.slice(0, cut), pattern.slice(cut)];
  const matches = matcher(name);
  if (!isPattern(pattern)) return (await isThere(pattern)) ? [pattern] : [];
  const inner = folder.length > 1 ? folder.slice(0, -1) : folder;
  const folders = isPattern(inner) ? (await glob(inner)).map((each) => `${each}${sep}`) : [folder];
  const found: string[] = [];
  for (const each of folders) {
    // A folder that cannot be read, or is none, has no match.
    const names = await readdir(each === "" ? "." : each).catch(() => []);
    const sorted = names.filter(matches).toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    found.push(...sorted.map((one) => `${each}${one}`));
  }
  return found;
}

function isPattern(text: string): boolean {
  return (sep === "\\" ? /[*?[]/ : /[*?[\\]/).test(text);
}

async function isThere(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}

/** Go's path/filepath.Match for one element of a path. */
function matcher(pattern: string): (name: string) => boolean {
  const escapes = sep === "\\" ? "" : String.raw`|\\(?<escaped>.)`;
  const part = new RegExp(
    String.raw`(?<star>\*+)|(?<one>\?)|\[(?<class>\^?(?:\\.|[^\]\\])+)\]${escapes}|(?<plain>[^[\\]|\\)`,
    "gsuy",
  );
  let source = "";
  let end = 0;
  for (const { 0: text, groups = {}, index } of pattern.matchAll(part)) {
    end = index + text.length;
    if (groups["star"] !== undefined) source += ".*";
    else if (groups["one"] !== undefined) source += ".";
    else if (groups["class"] === undefined) source += literally(groups["escaped"] ?? text);
    else source += `[${groups["class"].replaceAll("[", String.raw`\[`)}]`;
  }
  if (end < pattern.length)
    throw new Error(`pattern ${JSON.stringify(pattern)} is not valid: syntax error in pattern`);
  const whole = new RegExp(`^${source}$`, "su");
  return (name) => whole.test(name);
}

function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
