import type { JsonObject } from "../model/kube.ts";
import { formatTime, type Millis } from "../model/time.ts";
import type { ApplyStepId } from "../plan/apply/parts.ts";
import type { PrepullResult } from "../plan/prepull/result.ts";
import type { Printable } from "./output.ts";
import { prepullField } from "./prepull-result.ts";
import { textTable, type Columns } from "./text-table.ts";

/** What became of one step. left: asked for, or waits for silent nodes. */
export interface StepResult {
  readonly id: ApplyStepId;
  readonly state: "done" | "unchanged" | "left" | "failed" | "not reached";
  readonly because: string;
}

/** One write to one object. */
export interface ObjectResult {
  readonly step: ApplyStepId;
  /** `clusterrole.rbac.authorization.k8s.io/calico-node`. */
  readonly name: string;
  readonly namespace?: string;
  readonly outcome: string;
}

export interface ApplyRun {
  readonly command: "apply" | "undo";
  readonly dryRun: "none" | "client" | "server";
  readonly ended: Millis;
  readonly steps: readonly StepResult[];
  readonly objects: readonly ObjectResult[];
  /** What the run leaves, with why. */
  readonly left: readonly string[];
  /** The directory that `undo` takes. */
  readonly bundle?: string;
  /** Of the migrations, in the order in which undo takes them after that one. */
  readonly migrationBundles?: readonly string[];
  readonly prepull?: PrepullResult;
  readonly error?: string;
}

/** `kind: ApplyResult` or `UndoResult`, described by docs/schema. */
export function printableApply(run: ApplyRun): Printable {
  return {
    table: () => "",
    object: () => applyObjectOf(run),
    rows: () => run.steps as unknown as readonly JsonObject[],
    names: () => [...new Set(run.objects.map(({ name }) => name))],
  };
}

function applyObjectOf(run: ApplyRun): JsonObject {
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: run.command === "apply" ? "ApplyResult" : "UndoResult",
    time: formatTime(run.ended),
    dryRun: run.dryRun,
    succeeded: run.error === undefined,
    ...(run.bundle === undefined ? {} : { bundle: run.bundle }),
    ...(run.migrationBundles === undefined || run.migrationBundles.length === 0
      ? {}
      : { migrationBundles: run.migrationBundles }),
    steps: run.steps.map(({ id, state, because }) => ({ id, state, because })),
    objects: run.objects.map(({ step, name, namespace, outcome }) => ({
      step,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      outcome,
    })),
    ...prepullField(run.prepull),
    left: run.left,
    ...(run.error === undefined ? {} : { error: run.error }),
  };
}

/** The steps as a table: what was done and what was not. */
export function stepsTable(steps: readonly StepResult[], columns: Columns): string {
  return textTable(
    ["STEP", "STATE", "WHAT"],
    steps.map(({ id, state, because }) => [id, state, because]),
    columns,
  );
}
