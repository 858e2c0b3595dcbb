import { bundleRoot } from "../../bundle/place.ts";
import { saveRecords } from "../../bundle/save-records.ts";
import type { OpenBundle } from "../../bundle/write.ts";
import { reasonOf } from "../../errors.ts";
import { formatRunRecords } from "../../model/run-records.ts";
import type { NodeRunResult } from "../../plan/node/result.ts";
import { collectedRecords, restartedIn } from "../../plan/report/collect.ts";
import { warn, type Session } from "../session.ts";

/**
 * Collects what the run has left on nodes, also by its earlier processes, into its folder; `bundle`: where the run has
 * saved what it changed. Nodes keep it until their next restart: where it cannot be saved, that is said and nothing fails.
 */
export async function collectRecords(
  session: Session,
  results: readonly NodeRunResult[],
  bundle: OpenBundle | undefined,
): Promise<void> {
  const last = results.at(-1);
  if (last === undefined) return;
  const { clock, command, bundles } = session;
  const restarted = new Set(results.flatMap(({ seen }) => restartedIn(seen)));
  const records = collectedRecords([...last.world.nodes.values()], restarted, clock.now(), command);
  if (records === undefined) return;
  const text = formatRunRecords(records);
  try {
    // A bundle that nothing is in is removed at the end of its run.
    if (bundle !== undefined && !bundle.isEmpty()) return await bundle.keepRecords(text);
    const run = { daemonSet: last.goal.daemonSet, command: command.verb, now: clock.now() };
    await saveRecords(bundleRoot(bundles.directory, bundles.env), run, text);
  } catch (error) {
    warn(session, `the records of this run are kept on its nodes only: ${reasonOf(error)}`);
  }
}
