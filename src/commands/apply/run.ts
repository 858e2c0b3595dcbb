import type { Connection } from "../../cluster/port.ts";
import { readOnce } from "../../cluster/read-once.ts";
import type { AppContext } from "../../context.ts";
import { userError, warningsOn } from "../../errors.ts";
import { checkObjects } from "../../manifest/check-objects.ts";
import { parseVersion } from "../../releases/version.ts";
import { heard, serverClock } from "../../perform/server-clock.ts";
import { conflictLines } from "../../render/apply-lines.ts";
import { isOpen, nothingStale } from "../../operations/configmap/stale.ts";
import { confirm } from "../confirm.ts";
import { templateGoal } from "../../operations/node/template.ts";
import { findDaemonSet } from "../../manifest/find-daemonset.ts";
import { openRunBundle } from "../../operations/open-run-bundle.ts";
import { observeStanding } from "../../operations/plan/observe.ts";
import { planFileOf, targetOf } from "../../operations/plan/file.ts";
import { readTold } from "../../operations/plan/told.ts";
import { outputOf } from "../print-result.ts";
import { hopTo, migrationsOf, settledBy, typhaBindsNodes } from "../../operations/apply/decide.ts";
import { refuseOtherState } from "../../operations/apply/identity.ts";
import { passesPreflight } from "../../operations/apply/preflight.ts";
import { intended, isLeftAlone, wholes, type Wholes } from "../../operations/apply/intended.ts";
import { prepareMigrations } from "../../operations/apply/migrations.ts";
import { notInFile } from "../../operations/apply/not-in-file.ts";
import { lookAtNodes, type MakeTemplate } from "../../operations/apply/nodes.ts";
import { applyOptions, type ApplyOptions, type ApplyValues } from "./options.ts";
import { lookAtReaders, notesOn, notesToCome, staleNow } from "../../operations/apply/readers.ts";
import { performSteps } from "../../operations/apply/perform.ts";
import { tryWrites } from "../../operations/apply/put.ts";
import { readObjects } from "../../operations/apply/read.ts";
import { toRecreate } from "../../operations/apply/recreate.ts";
import { saveTargets } from "../../operations/apply/save.ts";
import { lookAtTargets, isCrd, type Scene, type Target } from "../../operations/apply/scene.ts";
import { summary } from "../../operations/apply/summary.ts";
import { tellApply } from "./tell.ts";

/** Exit code 0 when everything is as the file says, or what was asked for of it is done. */
export async function runApply(
  values: ApplyValues,
  context: AppContext,
  connect: () => Promise<Connection>,
): Promise<number> {
  const warn = warningsOn(context);
  const output = await outputOf({ ...values, noHeaders: false }, context);
  const options = applyOptions(values, output, warn);
  // Everything that can be wrong with the files is said before the cluster is asked.
  const objects = await readObjects(options.filename, options.recursive, context.readFile);
  const file = planFileOf(options.filename.join(", "), objects);
  const to = targetOf(options.to === undefined ? undefined : versionOf(options.to), file);
  const clock = serverClock(context.now);
  const connection = heard(await connect(), clock);
  // Until the first write three parts of the run look at the same objects.
  const looking = readOnce(connection);
  const looked = lookAtTargets(looking, objects);
  looked.catch(() => undefined);
  const standing = await observeStanding(
    readTold({ to: options.to, from: undefined, datastore: undefined, kubernetes: undefined, file: true }),
    file,
    {
      to: options.to,
      filename: options.filename,
      from: undefined,
      datastore: undefined,
      kubernetes: undefined,
      daemonSet: options.daemonSet,
      printCommands: false,
      facts: undefined,
      saveFacts: undefined,
      output: "table",
      extra: [],
      context,
      connect: () => Promise.resolve(looking),
      warn,
    },
  );
  if (to === undefined) throw userError(`no calico-node DaemonSet in ${file.path}`);
  const hop = hopTo(standing, to, options);
  const scene = await looked;
  checkObjects(
    objects,
    standing.namespace,
    connection.namespace,
    (object) =>
      scene.targets.find(
        ({ object: { kind, metadata } }) => kind === object.kind && metadata.name === object.metadata.name,
      )?.ref.namespace !== undefined,
  );
  const gone = notInFile(scene);
  gone.catch(() => undefined);
  const applied = wholes(scene, options);
  refuseOtherState(scene.targets);
  refuseConflicts(scene, options, applied);
  const recreated = toRecreate(scene, options, applied);

  const desired = findDaemonSet(
    objects,
    { namespace: standing.namespace, name: standing.daemonSet },
    connection.namespace,
  );
  const make: MakeTemplate = (prepared) => templateGoal(prepared, desired);
  const node = { ...options.node, oldUnready: hop !== undefined && typhaBindsNodes(hop) };
  // What an earlier run has changed and not come to restart.
  const noted = notesOn(scene.targets.map(({ ref, before }) => ({ ref, live: before })));
  const stale =
    noted.length === 0 ? nothingStale : staleNow(await lookAtReaders(looking, context, scene), noted);
  const first = migrationsOf(hop, options);
  const settled = settledBy(first);
  // As it will be when the migrations are done; a dry run does none.
  const migrated = { ...node, ignored: new Set([...node.ignored, ...settled]) };
  const nodes = await lookAtNodes(looking, context, migrated, make, warn, [...noted, ...notesToCome(scene)]);
  if (!nodes.allowed) return 1;

  const changed = scene.targets.filter((target) =>
    changes(target, options, recreated, nodes.template, applied),
  );
  const behind = nodes.nodes.length > 0 || nodes.stale.length > 0 || isOpen(stale);
  if (changed.length === 0 && !behind) {
    context.stderr.write(`everything is as in ${file.path}: nothing to do\n`);
    return await tellApply(context, options, { steps: [], objects: [], left: [], gone: await gone, code: 0 });
  }
  await refuseRefused(scene, changed, options, recreated, applied);
  const migrations = await prepareMigrations(first, { connection, context, to: to.text, options, warn });
  if (!(await passesPreflight(looking, context, objects, file.path, options, settled))) {
    context.stderr.write("nothing was changed; to go on all the same: --ignore-preflight-errors=ID\n");
    return 1;
  }
  context.stderr.write(summary({ hop, migrations, changed, recreated, nodes, stale, scene, options }));
  const question = `Upgrade Calico to ${to.text} with ${file.path}?`;
  if (options.dryRun === "none" && !(await confirm(context, options.yes, question))) return 1;

  const saving =
    options.dryRun === "none"
      ? await saveTargets(
          await openRunBundle(connection, context, {
            command: "apply",
            place: options.bundleDir,
            kubernetes: scene.discovery.version,
            now: clock.now,
          }),
          changed,
          recreated,
        )
      : undefined;
  const done = await performSteps({
    connection,
    context,
    scene,
    options: { ...options, node: options.dryRun === "none" ? node : migrated },
    migrations,
    make,
    file: { name: file.path, objects },
    recreated,
    saving,
  });
  return await tellApply(context, options, {
    ...done,
    gone: await gone,
    ...(saving === undefined || saving.bundle.isEmpty() ? {} : { bundle: saving.directory }),
  });
}

function versionOf(text: string): ReturnType<typeof parseVersion> {
  const version = parseVersion(text);
  if (version === undefined) throw userError(`--to: "${text}" is no version, e.g. v3.29.7`);
  return version;
}

/** Fields that somebody else has set since the last apply: shown, and not overwritten unseen (hazard H14). */
function refuseConflicts(scene: Scene, options: ApplyOptions, applied: Wholes): void {
  const lines = scene.targets
    .filter((target) => !isLeftAlone(target, options))
    .flatMap((target) => conflictLines(target.ref, applied(target).conflicts));
  if (lines.length === 0 || options.forceConflicts) return;
  throw userError(
    `H14: the file would change what somebody else has set since the last apply:\n  ${lines.join("\n  ")}\n` +
      "put these values into the file, or let the file win with --force-conflicts; nothing was changed",
  );
}

function changes(
  target: Target,
  options: ApplyOptions,
  recreated: readonly Target[],
  template: boolean,
  applied: Wholes,
): boolean {
  if (isLeftAlone(target, options)) return false;
  if (target.part === "node") return template || target.before === undefined;
  return recreated.includes(target) || applied(target).write !== undefined;
}

/** What the server would refuse in the middle is refused here, where it can say so beforehand (hazard H27). */
async function refuseRefused(
  scene: Scene,
  changed: readonly Target[],
  options: ApplyOptions,
  recreated: readonly Target[],
  applied: Wholes,
): Promise<void> {
  const namespaces = changed.filter(({ ref, before }) => ref.kind === "Namespace" && before === undefined);
  const kinds = changed.filter(({ object, before }) => isCrd(object) && before === undefined);
  const writes = changed.flatMap((target) => {
    const { ref, part, before } = target;
    const early =
      namespaces.some(({ ref: { name } }) => name === ref.namespace) ||
      kinds.some(({ object }) => object.metadata.name === `${ref.resource}.${ref.group}`);
    if (part === "node" || recreated.includes(target) || early) return [];
    const first = intended("expand", target, before, scene, options);
    const write = first ?? applied(target).write;
    return write === undefined ? [] : [{ ref, write }];
  });
  const refused = await tryWrites(scene.connection, scene.discovery.version, writes);
  if (refused.length === 0) return;
  throw userError(
    `the server refuses what the file asks for; nothing was changed:\n  ${refused.join("\n  ")}`,
  );
}
