import { bundleRoot } from "../../bundle/place.ts";
import { readBundle, readParts, type Bundle } from "../../bundle/read.ts";
import { clusterUid } from "../../cluster/cluster-uid.ts";
import { discover } from "../../cluster/discovery.ts";
import { policyGroups } from "../../cluster/observe-policy.ts";
import { observedGroups } from "../../cluster/observe.ts";
import { userError, warningsOn } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import { readDryRun } from "../../flags/dry-run.ts";
import { heard, serverClock } from "../../perform/server-clock.ts";
import { seeHelp } from "../arguments.ts";
import { confirm } from "../confirm.ts";
import { outputOf } from "../print-result.ts";
import { findBundle } from "../../operations/undo/find-bundle.ts";
import type { UndoOptions } from "./options.ts";
import { forceName, type UndoWorld } from "../../operations/undo/inverse.ts";
import { legsOf, takeLegsBack } from "../../operations/undo/legs.ts";
import { refusals } from "../../operations/undo/prepare.ts";
import { tellUndo } from "./tell.ts";

export async function runUndo(options: UndoOptions): Promise<number> {
  const { context, bundleDir } = options;
  const output = await outputOf(plainOutput(options.output), context);
  if (options.list) {
    const { printBundles } = await import("./list.ts");
    return await printBundles(output, bundleDir, context);
  }
  const [given, ...more] = options.bundles;
  if (given === undefined || more.length > 0)
    throw userError(`undo takes one BUNDLE; list them with --list`, seeHelp("undo"));
  const dryRun = readDryRun(options.dryRun);
  if (!dryRun.ok) throw userError(dryRun.message);
  if (dryRun.warning !== undefined) warningsOn(context)(dryRun.warning);
  const root = dryRun.dryRun === "none" ? bundleRoot(bundleDir, context.env) : undefined;
  const bundle = await readBundle(await findBundle(given, bundleDir, context.env));
  const parts = await readParts(bundle);
  checkForce(options.force, [bundle, ...parts.before, ...parts.after]);

  const clock = serverClock(context.now);
  const connection = heard(await options.connect(), clock);
  const [uid, discovery] = await Promise.all([
    clusterUid(connection),
    discover(connection, [...new Set([...observedGroups, ...policyGroups])]),
  ]);
  const { cluster } = bundle.index;
  if (cluster.uid !== uid) {
    throw userError(
      `the bundle ${bundle.directory} is of another cluster (${cluster.server}); nothing was changed; --context chooses a cluster`,
    );
  }
  const world: Omit<UndoWorld, "index" | "gone"> = {
    connection,
    discovery,
    context: clock,
    forced: new Set(options.force),
  };
  const lines = output.format === "table" || output.format === "wide";
  const around = { options, output, dryRun: dryRun.dryRun, lines };
  const legs = await legsOf(bundle, parts, world, around);
  const tell = { ...around, main: bundle, legs };
  const boundary = legs.find((leg) => leg.boundary !== undefined)?.boundary;
  const refused = boundary ?? refusals(legs.flatMap((leg) => leg.prepared()));
  if (refused !== undefined)
    return await tellUndo({ ...tell, stopped: { message: refused, interrupted: false } });
  const ways = legs.flatMap(({ way }) => way ?? []);
  if (ways.length === 0) return await tellUndo(tell);
  for (const way of ways) if (!(await way.mayBegin())) return 1;
  const [first = "", ...then] = ways.map(({ what }) => what);
  const question = `${first.charAt(0).toUpperCase()}${[first.slice(1), ...then].join(", then ")}?`;
  if (root === undefined) return await takeLegsBack(tell, undefined);
  if (!(await confirm(context, options.yes, question))) return 1;
  return await takeLegsBack(tell, { root, now: clock.now, kubernetes: discovery.version });
}

/** A --force that names nothing of the bundle is a mistake in it. */
function checkForce(force: readonly string[], bundles: readonly Bundle[]): void {
  const entries = bundles.flatMap((each) => each.entries);
  const names = new Set(entries.flatMap((entry) => [forceName(entry), entry.namespace ?? entry.name]));
  for (const each of force) {
    if (!names.has(each))
      throw userError(
        `--force=${each}: the bundle holds no such object; it is KIND/NAMESPACE/NAME or a NAMESPACE`,
        seeHelp("undo"),
      );
  }
}
