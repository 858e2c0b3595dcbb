import type { AppContext } from "../../context.ts";
import { flagSpellings, wantedAt, type Names } from "../../flags/complete.ts";
import { findCommand } from "../../flags/find-command.ts";
import type { Flag } from "../../flags/flag.ts";
import type { ListedCommand } from "../../flags/help.ts";
import { scan } from "../../flags/scan.ts";

/** cobra's ShellCompDirective: bits behind the colon of the last line. */
const directive = { default: 0, noFiles: 4, folders: 16, keepOrder: 32 } as const;

interface Candidate {
  readonly value: string;
  readonly help?: string;
}

interface CompletionResult {
  readonly candidates: readonly Candidate[];
  readonly directive: number;
}

export interface CompletedCommand extends ListedCommand {
  /** What stands behind its name in the usage line, and its own flags. */
  readonly details: () => Promise<{ readonly usage: string; readonly flags: readonly Flag[] }>;
}

/**
 * `__complete ARGS… LAST`, the protocol between kubectl and its plugins: candidates for LAST, one a line
 * with a tab before what it is, then a colon and what the shell should do. It never fails and never asks.
 */
export async function runComplete(
  args: readonly string[],
  commands: readonly CompletedCommand[],
  globalFlags: readonly Flag[],
  context: AppContext,
): Promise<number> {
  const { candidates, directive } = await answer(args, commands, globalFlags, context);
  const lines = candidates.map(({ value, help }) =>
    help === undefined || help === "" ? value : `${value}\t${help.split("\n")[0] ?? ""}`,
  );
  context.stdout.text([...lines, `:${directive}`, ""].join("\n"));
  return 0;
}

async function answer(
  args: readonly string[],
  commands: readonly CompletedCommand[],
  globalFlags: readonly Flag[],
  context: AppContext,
): Promise<CompletionResult> {
  const before = args.slice(0, -1);
  const last = args.at(-1) ?? "";
  const found = findCommand(before, globalFlags);
  const command = commands.find(({ name }) => name === found.name);
  const atRoot = found.name === undefined || found.name === "help";
  if (!atRoot && command === undefined) return { candidates: [], directive: directive.noFiles };
  const { usage, flags } =
    command === undefined ? { usage: "COMMAND", flags: globalFlags } : await command.details();
  const rest = command === undefined ? before.filter((arg) => arg !== "help") : found.rest;
  const { wanted, typed } = wantedAt(rest, last, flags, usage);
  if (wanted.kind === "flags") {
    const spellings = flagSpellings(typed, rest, flags);
    return { candidates: spellings, directive: directive.noFiles };
  }
  if (wanted.kind === "words") {
    return startingWith(
      typed,
      wanted.words.map((value) => ({ value })),
    );
  }
  if (wanted.of === "files") return { candidates: [], directive: directive.default };
  if (wanted.of === "folders") return { candidates: [], directive: directive.folders };
  if (wanted.of === "commands") {
    if (found.name === "help" && rest.some((arg) => !arg.startsWith("-"))) return startingWith(typed, []);
    const all = [...commands, { name: "help", summary: "Help about any command" }];
    return startingWith(
      typed,
      all.map(({ name, summary }) => ({ value: name, help: summary })),
    );
  }
  const names = await namesOf(wanted.of, typed, rest, flags, context);
  return wanted.list ? another(typed, names) : withOrder(wanted.of, startingWith(typed, names));
}

function startingWith(typed: string, all: readonly Candidate[]): CompletionResult {
  return { candidates: all.filter(({ value }) => value.startsWith(typed)), directive: directive.noFiles };
}

/** Releases come newest first; the shell would sort them as text. */
function withOrder(of: Names, answer: CompletionResult): CompletionResult {
  return of === "releases" ? { ...answer, directive: answer.directive | directive.keepOrder } : answer;
}

/** One more of a list with commas. */
function another(typed: string, all: readonly Candidate[]): CompletionResult {
  const comma = typed.lastIndexOf(",") + 1;
  const done = typed.slice(0, comma);
  const rest = all.filter(({ value }) => !done.split(",").includes(value));
  const { candidates, directive } = startingWith(typed.slice(comma), rest);
  return {
    candidates: candidates.map(({ value, ...more }) => ({ value: done + value, ...more })),
    directive,
  };
}

async function namesOf(
  of: Names,
  typed: string,
  before: readonly string[],
  flags: readonly Flag[],
  context: AppContext,
): Promise<readonly Candidate[]> {
  try {
    switch (of) {
      case "releases": {
        const { catalogue } = await import("../../releases/catalogue.ts");
        return [...catalogue.releases.values()].toReversed().map(({ name, date }) => ({
          value: name,
          ...(date === undefined ? {} : { help: date }),
        }));
      }
      case "ids": {
        const { allPages } = await import("../../render/explain/pages.ts");
        return allPages().map(({ id, title }) => ({ value: id, help: title }));
      }
      case "contexts":
      case "clusters":
      case "users":
      case "namespaces":
      case "nodes": {
        const complete = scan(before, flags);
        // Where the value of the last flag is what is being typed, any value closes the line.
        const result = complete.ok ? complete : scan([...before, ""], flags);
        const { clusterNames } = await import("./cluster-names.ts");
        if (!result.ok) return [];
        const names = await clusterNames(of, result.scanned, context);
        // As `kubectl get node/`: the name is written after the type.
        const type = of === "nodes" ? (/^(?:nodes?|no)\//.exec(typed)?.[0] ?? "") : "";
        return names.map(({ value }) => ({ value: `${type}${value}` }));
      }
      case "commands":
      case "files":
      case "folders":
      case "nothing":
        return [];
    }
  } catch {
    // A shell has no place for a message while somebody types.
    return [];
  }
}
