import type { Bundle } from "../../bundle/read.ts";
import type { OpenBundle } from "../../bundle/write.ts";
import { interrupted, userError } from "../../errors.ts";
import { dryRunSuffix } from "../../flags/dry-run.ts";
import { undoLine } from "../../render/undo/print.ts";
import { sendSaved, type SavedWrite } from "../saved-writes.ts";
import type { Inverse, UndoWorld } from "./inverse.ts";
import type { Around, Done, Leg } from "./leg.ts";
import { prepareAll, refusals, type Prepared } from "./prepare.ts";
import { entryOf } from "../../commands/undo/tell.ts";
import { plural } from "../../model/words.ts";

/** So many rounds in which nothing was done are no progress. */
const idleRounds = 5;

type Item = SavedWrite & { readonly inverse: Inverse & { readonly kind: "write" } };

/** A bundle whose objects do not stand on each other: policies and Calico's data. */
export async function aloneLeg(bundle: Bundle, world: UndoWorld, around: Around): Promise<Leg> {
  const { options, dryRun, lines } = around;
  const { context } = options;
  let prepared = await prepareAll(bundle.entries, world);
  const leg: Leg = { bundle, prepared: () => prepared, gone: [] };
  const count = prepared.flatMap(({ inverses }) => inverses).filter(({ kind }) => kind === "write").length;
  if (count === 0 || refusals(prepared) !== undefined) return leg;
  const { command, started } = bundle.index;
  return {
    ...leg,
    way: {
      what: `take back ${plural(count, "change")} of ${command} from ${started}`,
      mayBegin: async () => await Promise.resolve(true),
      perform,
    },
  };

  /** Judged by what is there now; what goes back before has gone back. */
  async function lookAgain(): Promise<void> {
    prepared = await prepareAll(bundle.entries, { ...world, gone: [] });
    const refused = refusals(prepared);
    if (refused !== undefined) throw userError(refused);
  }

  /** Where somebody else was quicker it is worked out anew. */
  async function perform(own: OpenBundle | undefined, { results }: Done): Promise<void> {
    if (dryRun === "none" && world.gone.length > 0) await lookAgain();
    const listening = context.interrupts.listen();
    /** What somebody was quicker with; undefined: everything is done. */
    const round = async (write: readonly Prepared[]): Promise<{ readonly error: unknown } | undefined> => {
      for (const { inverses } of write) {
        const items = inverses.flatMap((inverse): Item[] =>
          inverse.kind === "write" ? [{ ...inverse.saved, inverse }] : [],
        );
        // What came later is taken back first.
        const { beaten, failed, left } = await sendSaved(items, {
          connection: world.connection,
          serverVersion: world.discovery.version,
          dryRun,
          interrupt: listening,
          ...(own === undefined ? {} : { bundle: own }),
          done({ inverse }) {
            results.set(inverse.entry.id, inverse.verb);
            if (lines)
              context.stdout.write(`${undoLine(entryOf(inverse, inverse.verb), dryRunSuffix(dryRun))}\n`);
          },
        });
        if (failed !== undefined) throw failed.error;
        if (listening.first.aborted && left.length + beaten.length > 0)
          throw interrupted(listening.exitCode, "interrupted");
        if (beaten[0] !== undefined) return beaten[0];
      }
      return undefined;
    };
    try {
      for (let idle = 0; ; idle += 1) {
        const before = results.size;
        const lost = await round(prepared);
        if (lost === undefined) return;
        if (results.size > before) idle = 0;
        if (dryRun !== "none" || idle >= idleRounds) throw lost.error;
        context.stderr.write("somebody else was quicker; reading the cluster again\n");
        await lookAgain();
      }
    } finally {
      listening.stop();
    }
  }
}
