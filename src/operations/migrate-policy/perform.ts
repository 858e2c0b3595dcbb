import type { OpenBundle } from "../../bundle/write.ts";
import type { AppContext } from "../../context.ts";
import { explain } from "../../errors.ts";
import type { DryRun } from "../../flags/dry-run.ts";
import type { Change } from "../../render/policy-migration/kind.ts";
import { changeOfStep } from "../../render/policy-migration/print.ts";
import { carryOut, type Carried } from "./carry-out.ts";
import type { Prepared } from "./prepare.ts";

export interface Performed extends Carried {
  readonly changes: readonly Change[];
  /** Of an interruption. */
  readonly exitCode: number;
}

/** Carries the steps out and closes the bundle; a signal ends it between two requests. `done`: after each write. */
export async function performMigration(
  { looked, work, again }: Prepared,
  {
    context,
    dryRun,
    bundle,
    done,
  }: {
    readonly context: Pick<AppContext, "interrupts" | "stderr">;
    readonly dryRun: DryRun;
    /** None in a dry run. */
    readonly bundle: OpenBundle | undefined;
    readonly done: (change: Change) => void;
  },
): Promise<Performed> {
  const changes: Change[] = [];
  const { place } = looked;
  // networkpolicy.networking.k8s.io
  const resource = `${place.kind.toLowerCase()}.${place.group}`;
  const listening = context.interrupts.listen();
  listening.first.addEventListener("abort", () => {
    context.stderr.write("interrupted: waiting for the requests under way; once more leaves at once\n");
  });
  try {
    const carried = await carryOut(looked, work, {
      dryRun,
      again,
      interrupt: listening,
      ...(bundle === undefined ? {} : { bundle }),
      done(step) {
        const change = changeOfStep(step, resource);
        changes.push(change);
        done(change);
      },
      progress: (line) => void context.stderr.write(`${line}\n`),
    });
    return { ...carried, changes, exitCode: listening.exitCode };
  } finally {
    // What is in it is on the disk; only what became of the last writes may not be.
    await bundle?.close().catch((error: unknown) => void context.stderr.write(`${explain(error)}\n`));
    listening.stop();
  }
}
