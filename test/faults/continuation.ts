/** The command that a run prints to be continued with, and whether it is the one that ran (hazard H33). */

const program = "kubectl calico-upgrade";

/** What leads somewhere else: back, to a look at the cluster, out of the run, or to what comes after it. */
const elsewhere = /((to undo|go back|to release)[^;]*|^(next|after the last node): |For the rest: )$/i;
const looks = new Set(["status", "preflight", "plan", "explain", "report", "rebase"]);
const out = ["--unpin", "--release"];

/** Flags that decide how long is waited, when images come and what is printed, not what is done. */
const beside = /^(--prepull never|-y|--yes|--take-over|--settle( .*)?|--timeout( .*)?|(-o|--output)( .*)?)$/;

/** Arguments of every different command that is offered to go on with, without the program's own two words. */
export function offered(stderr: string): readonly (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  for (const line of stderr.split("\n")) {
    const parts = line.split(program);
    for (const [at, rest] of parts.slice(1).entries()) {
      if (elsewhere.test(parts.slice(0, at + 1).join(program))) continue;
      const words = wordsOf(rest);
      if (words[0] === undefined || looks.has(words[0]) || out.some((flag) => words.includes(flag))) continue;
      found.set(words.join(" "), words);
    }
  }
  return [...found.values()];
}

/** Up to what ends a command within a sentence. */
function wordsOf(rest: string): readonly string[] {
  const [command = ""] = rest.split(/[;,] | says | has | \(|$/);
  return command
    .trim()
    .replace(/[.,;]$/, "")
    .split(/\s+/)
    .map((word) => word.replaceAll("'", ""));
}

/** The same verb, the same objects, and the same flags but those that do not decide what is done. */
export function isSameCommand(one: readonly string[], other: readonly string[]): boolean {
  return canonical(one) === canonical(other);
}

/** `one` with the flags of `ran` that let it run here: without a question, and without waiting long. */
export function runnable(one: readonly string[], ran: readonly string[]): readonly string[] {
  const there = new Set(grouped(one).map((group) => group.split(" ")[0]));
  const lacking = grouped(ran).filter(
    (group) => beside.test(group) && group !== "--take-over" && !there.has(group.split(" ")[0]),
  );
  return [...one, ...lacking.flatMap((group) => group.split(" "))];
}

/** What two commands that do the same have in common. */
export function canonical(words: readonly string[]): string {
  return grouped(words)
    .filter((group) => !beside.test(group))
    .toSorted()
    .join("\n");
}

/** `["undo X", "-f FILE", "--settle 0s"]`: each flag with what follows it. */
function grouped(words: readonly string[]): readonly string[] {
  const groups: string[] = [];
  for (const word of words.flatMap((each) => (each.startsWith("--") ? splitOnce(each) : [each]))) {
    const last = groups.length - 1;
    if (word.startsWith("-") || last < 0) groups.push(word === "--filename" ? "-f" : word);
    else groups[last] = `${groups[last] ?? ""} ${word}`;
  }
  return groups;
}

function splitOnce(flag: string): readonly string[] {
  const at = flag.indexOf("=");
  return at < 0 ? [flag] : [flag.slice(0, at), flag.slice(at + 1)];
}
