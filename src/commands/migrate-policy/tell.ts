import type { AppContext } from "../../context.ts";
import type { DryRun } from "../../flags/dry-run.ts";
import { nextCommand, savedLine, type SavedBy } from "../../flags/next-command.ts";
import { boundary, semanticsOf } from "../../policy/enforcement.ts";
import { leftovers } from "../../policy/leftovers.ts";
import { migrationPlan } from "../../policy/migration.ts";
import { afterSteps, unfinished } from "../../policy/steps.ts";
import type { Output } from "../../render/output.ts";
import { leftoverLines, printableMigration } from "../../render/policy-migration/print.ts";
import type { Change, Named, PolicyMigration } from "../../render/policy-migration/kind.ts";
import { notesOf } from "../../render/what-if/notes.ts";
import { resultText } from "../print-result.ts";
import type { Carried } from "../../operations/migrate-policy/carry-out.ts";
import { keyOf, type Looked } from "../../operations/migrate-policy/look.ts";
import { plural } from "../../model/words.ts";

/** What a migration came to. */
export interface Came extends Carried {
  readonly dryRun: DryRun;
  readonly changes: readonly Change[];
  readonly bundle?: string;
}

interface Told extends Came {
  readonly context: Pick<AppContext, "stdout" | "stderr">;
  readonly output: Output;
  /** For the commands that are named. */
  readonly by: SavedBy;
}

/** The result in the format that was asked for, and on standard error what is left to do; the exit code. */
export async function tell(told: Told): Promise<number> {
  const { output, looked } = told;
  const { stdout, stderr } = told.context;
  const result = migrationResult(told);
  const lines = output.format === "table" || output.format === "wide";
  if (!lines) stdout.write(await resultText(output, printableMigration(result)));
  else if (result.leftovers !== undefined && told.changes.length === 0)
    stdout.write(
      leftoverLines(result)
        .map((line) => `${line}\n`)
        .join(""),
    );
  for (const line of closing(result, told)) stderr.write(`${line}\n`);
  if (result.stopped !== undefined) stderr.write(`error: ${result.stopped.message}\n`);
  else if (result.left.held.length > 0 && !isPast(looked)) {
    stderr.write(
      `error: deleted, but held by a finalizer and in force until it is gone: ${result.left.held.map(keyOf).join(", ")}\n`,
    );
  }
  return result.succeeded ? 0 : 1;
}

function isPast({ setting }: Looked): boolean {
  return setting.side === "past";
}

/** What was done, and what is left in the whole cluster. */
export function migrationResult(told: Came): PolicyMigration {
  const { looked, since, held, changes, bundle, stopped } = told;
  const { setting, calico, objects, result } = looked;
  const { driver, side, target, only } = setting;
  const past = side === "past";
  const after = afterSteps(objects, since, held);
  const crosses = !past && semanticsOf(target, driver).kind === "v1";
  // What was decided is recorded, or would be.
  const recorded = { treatAs: new Map<string, never>(), keep: new Set<string>() };
  const left = crosses ? unfinished(migrationPlan(after.namespaces, after.policies, recorded)) : undefined;
  const going = left?.begin ?? [];
  const named = ({ namespace, name }: Named): Named => ({ namespace, name });
  const heldNow = going.filter(({ deleting }) => deleting);
  const mine = heldNow.filter(({ namespace }) => (only ?? namespace) === namespace);
  const remains = past ? leftovers(after.namespaces, after.policies, only) : undefined;
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "PolicyMigration",
    dryRun: told.dryRun,
    succeeded: stopped === undefined && mine.length === 0,
    finished: left === undefined,
    cluster: { kubernetes: setting.kubernetes, calico: calico.text, datastore: driver },
    target,
    boundary: {
      release: boundary(driver),
      side,
      finishBefore: driver === "etcd" ? "controller" : "node",
    },
    ...(bundle === undefined ? {} : { bundle }),
    changes,
    left: {
      create: left?.create ?? [],
      delete: going.filter(({ deleting }) => !deleting).map(named),
      undecided: left?.undecided ?? [],
      held: heldNow.map(named),
    },
    ...(remains === undefined
      ? {}
      : {
          leftovers: {
            namespaces: remains.annotations
              .filter(({ name }) => name === undefined)
              .map(({ namespace }) => namespace),
            policies: remains.annotations.flatMap(({ namespace, name }) =>
              name === undefined ? [] : [{ namespace, name }],
            ),
            opened: remains.opened,
          },
        }),
    notes: notesOf(result, setting),
    ...(stopped === undefined ? {} : { stopped }),
  };
}

/** What is left to do or to know. */
function closing(result: PolicyMigration, { by, dryRun }: Told): readonly string[] {
  const { boundary: line, left, changes, bundle, finished, stopped } = result;
  const saved = bundle === undefined ? [] : [savedLine([bundle], by)];
  if (stopped !== undefined) {
    const rest = left.create.length + left.delete.length;
    return [
      ...saved,
      `${String(changes.length)} done, ${String(rest)} left; the same command goes on: ${nextCommand(by.connection, "migrate-policy")}`,
    ];
  }
  if (line.side === "past") {
    return result.leftovers === undefined || changes.length > 0
      ? saved
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
      ...saved,
      `the cluster is not finished: ${plural(spaces.size, "namespace is", "namespaces are")} left (${few([...spaces])})`,
    ];
  }
  return [
    ...saved,
    changes.length === 0
      ? `nothing to do: every namespace means the same before and after the upgrade`
      : dryRun === "none"
        ? `every namespace means the same before and after the upgrade now; next: \`${line.finishBefore}\``
        : "with that, every namespace would mean the same before and after the upgrade",
  ];
}

function few(names: readonly string[]): string {
  return names.length <= 5
    ? names.join(", ")
    : `${names.slice(0, 5).join(", ")} and ${String(names.length - 5)} more`;
}
