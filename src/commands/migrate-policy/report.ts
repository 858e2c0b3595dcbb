import type { AppContext } from "../../context.ts";
import { savedLine, type SavedBy } from "../../flags/next-command.ts";
import type { PolicySnapshot } from "../../operations/migrate-policy/look.ts";
import type { PolicyMigrationOutcome } from "../../operations/migrate-policy/outcome.ts";
import { commandAfter } from "../../operations/plan/next.ts";
import { plural, some } from "../../model/words.ts";
import type { Session } from "../../operations/session.ts";
import { semanticsOf } from "../../policy/enforcement.ts";
import type { Output } from "../../render/output.ts";
import type { PolicyMigration } from "../../render/policy-migration/kind.ts";
import { leftoverLines, printableMigration } from "../../render/policy-migration/print.ts";
import { printResult } from "../print-result.ts";
import { showsLines } from "../listener.ts";
import { stopLines } from "../stop-lines.ts";

export interface PolicyMigrationReport {
  readonly context: Pick<AppContext, "stdout" | "stderr">;
  readonly output: Output;
  /** For the commands that are named. */
  readonly by: SavedBy;
  readonly session: Session;
  readonly snapshot: PolicySnapshot;
  readonly outcome: PolicyMigrationOutcome;
}

/** The result in the format that was asked for, and on standard error what is left to do. */
export async function reportPolicyMigration(report: PolicyMigrationReport): Promise<void> {
  const { output, outcome } = report;
  const { stdout, stderr } = report.context;
  const { result, ended } = outcome;
  if (!showsLines(output.format)) await printResult(stdout, output, printableMigration(result));
  else if (result.leftovers !== undefined && outcome.changes.length === 0)
    stdout.text(
      leftoverLines(result)
        .map((line) => `${line}\n`)
        .join(""),
    );
  const { bundle } = outcome;
  const saved = bundle === undefined ? [] : [savedLine([bundle], report.by)];
  const closing = ended.kind === "stopped" ? leftLines(result) : await endLines(report);
  const lines = [...saved, ...closing, ...(ended.kind === "stopped" ? stopLines(ended.reason) : [])];
  for (const line of lines) stderr.line(line);
}

/** Before the error. */
function leftLines({ changes, left, stopped, boundary }: PolicyMigration): readonly string[] {
  const rest = left.create.length + left.delete.length;
  if (stopped === undefined || boundary.side === "past") return [];
  return [`${String(changes.length)} done, ${String(rest)} left`];
}

/** What is left to do or to know. */
async function endLines({
  session,
  snapshot,
  outcome: { result },
}: PolicyMigrationReport): Promise<readonly string[]> {
  const { boundary: line, left, changes, finished, dryRun } = result;
  if (line.side === "past") {
    return result.leftovers === undefined || changes.length > 0
      ? []
      : ["policies have v1 semantics here already: nothing to migrate"];
  }
  if (semanticsOf(result.target, result.cluster.datastore).kind === "legacy")
    return [
      `${result.target} is before the boundary (${line.release}): policies keep their meaning, nothing to migrate`,
    ];
  if (!finished) {
    const names = [...left.create, ...left.delete, ...left.held].map(({ namespace }) => namespace);
    const spaces = new Set([...names, ...left.undecided]);
    return [
      `the cluster is not finished: ${plural(spaces.size, "namespace is", "namespaces are")} left (${some([...spaces], 5)})`,
    ];
  }
  if (dryRun !== "none")
    return ["with that, every namespace would mean the same before and after the upgrade"];
  const done = "every namespace means the same before and after the upgrade";
  return [
    changes.length === 0 ? `nothing to do: ${done}` : `${done} now`,
    ...(await nextLines(session, snapshot, result)),
  ];
}

async function nextLines(
  { connection, commands }: Session,
  { discovery, calico }: PolicySnapshot,
  { target, cluster }: PolicyMigration,
): Promise<readonly string[]> {
  const next = await commandAfter(connection, discovery, {
    done: "policy",
    datastore: cluster.datastore,
    running: calico.releases.nodes.flat(),
    to: target,
  });
  const finish = commands.other("migrate-policy", "--finish");
  return [
    `next: ${commands.other(...(next ?? ["plan", `--to=${target}`]))}`,
    `after the last node: ${finish}`,
  ];
}
