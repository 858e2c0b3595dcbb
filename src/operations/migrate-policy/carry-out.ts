import type { OpenBundle } from "../../bundle/write.ts";
import type { Listening } from "../../context.ts";
import { reasonOf } from "../../errors.ts";
import type { DryRun } from "../../flags/dry-run.ts";
import type { KubeObject } from "../../model/kube.ts";
import type { MigrationStep } from "../../policy/steps.ts";
import { keyOf, type Looked } from "./look.ts";
import { sendSaved } from "../saved-writes.ts";
import { stepWrites } from "./step-writes.ts";
import { plural } from "../../model/words.ts";

/** What is wanted of a cluster. */
export interface Work {
  /** What is left to write. */
  readonly steps: (looked: Looked) => readonly MigrationStep[];
  /** Throws UserError where that must not be written. */
  readonly check: (looked: Looked) => void;
}

export interface Around {
  readonly dryRun: DryRun;
  readonly bundle?: OpenBundle;
  readonly interrupt: Listening;
  /** Reads the cluster again. */
  readonly again: () => Promise<Looked>;
  readonly done: (step: MigrationStep) => void;
  readonly progress: (line: string) => void;
}

export interface Carried {
  /** The cluster as it was read last. */
  readonly looked: Looked;
  /** What was done since it was read so. */
  readonly since: readonly MigrationStep[];
  /** Policies that were deleted and are held by a finalizer. */
  readonly held: ReadonlySet<string>;
  readonly stopped?: { readonly message: string; readonly interrupted: boolean };
}

/** So many rounds in which nothing was done are no progress. */
const idleRounds = 5;

/**
 * Writes what is left, and where somebody else was quicker reads the cluster again, works out the plan
 * anew and proves it anew. So an object that was changed in between is judged as it is now.
 */
export async function carryOut(first: Looked, work: Work, around: Around): Promise<Carried> {
  const { dryRun, bundle, interrupt } = around;
  const held = new Set<string>();
  let looked = first;
  let since: MigrationStep[] = [];
  const end = (message?: string, interrupted = false): Carried => ({
    looked,
    since,
    held,
    ...(message === undefined ? {} : { stopped: { message, interrupted } }),
  });
  let idle = 0;
  try {
    for (;;) {
      work.check(looked);
      const steps = work.steps(looked);
      const writes = stepWrites(steps, looked.place, looked.raw, bundle?.run);
      const before = since.length;
      const result = await sendSaved(writes, {
        connection: looked.connection,
        serverVersion: looked.discovery.version,
        dryRun,
        interrupt,
        ...(bundle === undefined ? {} : { bundle }),
        done({ step }, answer) {
          since.push(step);
          if (step.kind === "delete" && isHeld(answer)) held.add(keyOf(step));
          around.done(step);
        },
      });
      const { failed, beaten, left } = result;
      if (failed !== undefined) return end(`${nameOf(failed.item.step)}: ${reasonOf(failed.error)}`);
      if (interrupt.first.aborted && left.length + beaten.length > 0) return end("interrupted", true);
      const [lost] = beaten;
      if (lost === undefined) return end();
      idle = since.length > before ? 0 : idle + 1;
      if (dryRun !== "none" || idle >= idleRounds)
        return end(`${nameOf(lost.item.step)}: ${reasonOf(lost.error)}`);
      around.progress(
        `${plural(beaten.length, "object is", "objects are")} not as ${beaten.length === 1 ? "it was" : "they were"} when read; reading the cluster again`,
      );
      looked = await around.again();
      since = [];
    }
  } catch (error) {
    return end(reasonOf(error));
  }
}

/** The server answers a delete that is carried out later with the object itself. */
function isHeld(answer: KubeObject | undefined): boolean {
  return (answer?.metadata?.finalizers ?? []).length > 0;
}

function nameOf(step: MigrationStep): string {
  const name = "name" in step ? step.name : undefined;
  return name === undefined ? `namespace ${step.namespace}` : `networkpolicy ${step.namespace}/${name}`;
}
