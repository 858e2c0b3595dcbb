import { bundleRoot } from "../../bundle/place.ts";
import { readBundle, type Bundle } from "../../bundle/read.ts";
import { openBundle } from "../../bundle/write.ts";
import { clusterUid } from "../../cluster/cluster-uid.ts";
import { discover } from "../../cluster/discovery.ts";
import { policyGroups } from "../../cluster/observe-policy.ts";
import { observedGroups } from "../../cluster/observe.ts";
import { userError } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import { readDryRun, type DryRun } from "../../flags/dry-run.ts";
import { heard, serverClock } from "../../perform/server-clock.ts";
import type { Output } from "../../render/output.ts";
import { version } from "../../version.ts";
import { seeHelp } from "../arguments.ts";
import { confirm } from "../node/confirm.ts";
import { outputOf } from "../print-result.ts";
import { findBundle } from "./find-bundle.ts";
import type { UndoOptions } from "./options.ts";
import { forceName, type UndoWorld } from "./inverse.ts";
import { prepareAll, refusals } from "./prepare.ts";
import { takeBack } from "./take-back.ts";
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
  if (dryRun.warning !== undefined) context.stderr.write(`Warning: ${dryRun.warning}\n`);
  const root = dryRun.dryRun === "none" ? bundleRoot(bundleDir, context.env) : undefined;
  const bundle = await readBundle(await findBundle(given, bundleDir, context.env));
  checkForce(options.force, bundle);

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
  const world: UndoWorld = {
    connection,
    discovery,
    context: clock,
    index: bundle.index,
    forced: new Set(options.force),
  };
  const around = { options, output, dryRun: dryRun.dryRun, root };
  const { isStaged, undoStaged } = await import("./staged.ts");
  if (isStaged(bundle)) return await undoStaged(bundle, world, around);
  return await undo(bundle, world, around);
}

/** A --force that names nothing of the bundle is a mistake in it. */
function checkForce(force: readonly string[], { entries }: Bundle): void {
  const names = new Set(entries.flatMap((entry) => [forceName(entry), entry.namespace ?? entry.name]));
  for (const each of force) {
    if (!names.has(each))
      throw userError(
        `--force=${each}: the bundle holds no such object; it is KIND/NAMESPACE/NAME or a NAMESPACE`,
        seeHelp("undo"),
      );
  }
}

async function undo(
  bundle: Bundle,
  world: UndoWorld,
  around: {
    readonly options: UndoOptions;
    readonly output: Output;
    readonly dryRun: DryRun;
    readonly root: string | undefined;
  },
): Promise<number> {
  const { options, output, dryRun, root } = around;
  const { context } = options;
  const prepared = await prepareAll(bundle.entries, world);
  const tell = { bundle, options, output, dryRun };
  const refused = refusals(prepared);
  if (refused !== undefined) {
    return await tellUndo({
      ...tell,
      prepared,
      results: new Map(),
      stopped: { message: refused, interrupted: false },
    });
  }
  const count = prepared.flatMap(({ inverses }) => inverses).filter(({ kind }) => kind === "write").length;
  if (count === 0) return await tellUndo({ ...tell, prepared, results: new Map() });
  if (root === undefined) return await takeBack(prepared, world, tell);
  const { command, started } = bundle.index;
  const question = `Take back ${String(count)} ${count === 1 ? "change" : "changes"} of ${command} from ${started}?`;
  if (!(await confirm(context, options.yes, question))) return 1;
  const own = await openBundle(root, {
    command: "undo",
    tool: version,
    cluster: { ...bundle.index.cluster, kubernetes: world.discovery.version },
    data: { of: bundle.index.run },
    now: world.context.now,
  });
  return await takeBack(prepared, world, { ...tell, own });
}
