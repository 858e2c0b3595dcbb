import type { PathStep } from "../../merge/settings.ts";
import { maskSecrets } from "../../model/mask.ts";
import { yamlEscaped } from "../../model/visible.ts";
import { plural } from "../../model/words.ts";
import { isRecord } from "../../model/record.ts";
import { quoted } from "../../model/shell.ts";
import type { RebaseConflict } from "../../rebase/carry.ts";
import { pathOf } from "../../rebase/prefer.ts";
import type { Rebased } from "../../rebase/rebase.ts";

/** What was carried over and what was not, a line each. `base`: what yours was told from; `why` that is not upstream's. */
export function rebaseLines(
  { carried, conflicts, notes, added }: Rebased,
  base: string,
  why?: string,
): readonly string[] {
  const open = conflicts.filter(({ decided }) => decided === undefined);
  const decided = conflicts.filter((each) => each.decided !== undefined);
  return [
    `settings compared with ${base}`,
    ...(why === undefined ? [] : [`note: ${why}`]),
    carried.length === 0
      ? "no setting of yours to carry over"
      : `${plural(carried.length, "setting")} of yours carried over:`,
    ...carried.map(
      ({ object, field, at, target, mine }) =>
        `  ${object} ${field}: ${value(mine, at)} (upstream: ${value(target, at)})`,
    ),
    ...added.map(({ kind, metadata: { name } }) => `  ${kind} ${name}: an object of your own, at the end`),
    ...notes.map((note) => `note: ${note}`),
    ...decided.map((each) => `decided by --prefer=${each.decided ?? ""}: ${each.object} ${each.field}`),
    ...open.flatMap(conflictLines),
    ...(open.length === 0 ? [] : [lastLine(open.length)]),
  ];
}

function conflictLines(conflict: RebaseConflict): readonly string[] {
  const { object, field, at, base, mine, target, because, rule, isBaseUnknown = false } = conflict;
  const explained = rule === undefined ? "" : ` (${rule})`;
  return [
    `conflict: ${object} ${field}${because === undefined ? "" : `: ${because}`}${explained}`,
    `  upstream before: ${isBaseUnknown ? "not known" : value(base, at)}`,
    `  yours:           ${value(mine, at)}`,
    `  upstream now:    ${value(target, at)}`,
    `  to decide: --prefer=${quoted(`mine:${pathOf(conflict)}`)}`,
  ];
}

function lastLine(count: number): string {
  return `${plural(count, "conflict")}: the manifest has upstream's value, with a comment; decide with --prefer=mine or --prefer=upstream`;
}

/** The comment at the place of a conflict, in the manifest. */
export function conflictMark({ field, at, base, mine, because, isBaseUnknown }: RebaseConflict): string {
  const why = because === undefined ? "" : ` (${because})`;
  const before = isBaseUnknown === true ? "" : `, upstream had ${value(base, at)}`;
  return `CONFLICT ${field}${why}: yours is ${value(mine, at)}${before}`;
}

/** On one line, and nothing in it commands a terminal; of a variable its value alone, and no secret. */
function value(of: unknown, at: readonly PathStep[]): string {
  if (of === undefined) return "not set";
  const shown = withoutSecrets(of, at);
  const { name, value: own, ...rest } = isRecord(shown) ? shown : {};
  const isVariable = typeof name === "string" && typeof own === "string" && Object.keys(rest).length === 0;
  const text = yamlEscaped(JSON.stringify(isVariable ? own : shown));
  return text.length > mostShown ? `${text.slice(0, mostShown)}...` : text;
}

const mostShown = 300;

function withoutSecrets(of: unknown, at: readonly PathStep[]): unknown {
  const key = at.at(-1);
  return typeof key === "string"
    ? maskSecrets({ data: { [key]: of } }).value.data[key]
    : maskSecrets(of).value;
}
