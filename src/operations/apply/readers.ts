import type { OpenBundle } from "../../bundle/write.ts";
import { discover } from "../../cluster/discovery.ts";
import { observe, observedGroups } from "../../cluster/observe.ts";
import type { Connection } from "../../cluster/port.ts";
import { readObject } from "../../cluster/read-object.ts";
import type { AppContext } from "../../context.ts";
import { changedKeys } from "../../merge/config-map.ts";
import { configChange, type ConfigChange } from "../../model/config-ledger.ts";
import { configReaders, reads } from "../../model/config-readers.ts";
import { configMapFacts } from "../../model/configmap.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import type { WorkloadFacts } from "../../model/workload.ts";
import { serverClock } from "../../perform/server-clock.ts";
import { isOpen, staleBy, type Readers, type Stale } from "../configmap/stale.ts";
import { restartTypha, whyNotTypha } from "../configmap/typha.ts";
import { restartController } from "./controller.ts";
import type { ApplyOptions } from "../../commands/apply/options.ts";
import { type Scene } from "./scene.ts";

/** Which values of which ConfigMap were changed when, by a run of ours (hazard H25). */
export interface ConfigNote {
  readonly ref: Ref;
  readonly change: ConfigChange;
}

/** Everything that may read a ConfigMap of the file; undefined where there is no calico-node. */
export type ReadersOf = Omit<Readers, "ref"> | undefined;

export async function lookAtReaders(
  connection: Connection,
  context: Pick<AppContext, "now">,
  { targets }: Pick<Scene, "targets">,
): Promise<ReadersOf> {
  const node = targets.find(({ part }) => part === "node")?.ref;
  if (node?.namespace === undefined) return undefined;
  const { namespace, name } = node;
  const seen = await observe(connection, discover(connection, observedGroups), {
    needs: ["daemonSets", "pods", "workloads"],
    namespace,
    now: context.now(),
  });
  const sets = seen.daemonSets.known ? seen.daemonSets.value : [];
  const daemonSet = sets.find((set) => set.namespace === namespace && set.name === name);
  if (daemonSet === undefined) return undefined;
  const workloads = (seen.workloads.known ? seen.workloads.value : []).filter(
    (each) => each.namespace === namespace,
  );
  return { seen, daemonSet, workloads };
}

/** The notes on ConfigMaps, as they are. */
export function notesOn(
  objects: readonly { readonly ref: Ref; readonly live: KubeObject | undefined }[],
): readonly ConfigNote[] {
  return objects.flatMap(({ ref, live }) => {
    const change = live === undefined ? undefined : configChange(configMapFacts(live));
    return change === undefined ? [] : [{ ref, change }];
  });
}

/** What stands on the file's ConfigMaps now. */
export async function notesNow({
  connection,
  scene,
}: Pick<RestartReaders, "connection" | "scene">): Promise<readonly ConfigNote[]> {
  const maps = scene.targets.filter(({ part }) => part === "configmap");
  return notesOn(
    await Promise.all(maps.map(async ({ ref }) => ({ ref, live: await readObject(connection, ref) }))),
  );
}

/** Those of them that something still runs with older values of. */
export async function openNotes(
  run: Pick<RestartReaders, "connection" | "context" | "scene">,
): Promise<readonly ConfigNote[]> {
  const all = await notesNow(run);
  if (all.length === 0) return [];
  const readers = await lookAtReaders(run.connection, run.context, run.scene);
  return all.filter((note) => isOpen(staleNow(readers, [note])));
}

/** What the run is going to change, as if it were changed now. */
export function notesToCome({ targets }: Pick<Scene, "targets">): readonly ConfigNote[] {
  return targets.flatMap(({ part, before, object, ref }) => {
    const keys = part === "configmap" && before !== undefined ? changedKeys(before, object) : [];
    return keys.length === 0 ? [] : [{ ref, change: { at: Number.POSITIVE_INFINITY, keys } }];
  });
}

/** What has started before any of these and reads what it changed; Typha only where we restart it. */
export function staleNow(readers: ReadersOf, notes: readonly ConfigNote[]): Stale {
  const all = notes.flatMap(({ ref, change }) =>
    readers === undefined || ref.namespace !== readers.daemonSet.namespace
      ? []
      : [staleBy({ ...readers, ref }, change)],
  );
  const typha = all.flatMap((each) => each.typha ?? []).find((each) => whyNotTypha(each) === undefined);
  return {
    ...(typha === undefined ? {} : { typha }),
    controller: all.some(({ controller }) => controller),
    nodes: [...new Set(all.flatMap(({ nodes }) => nodes))].toSorted(),
  };
}

export interface RestartReaders {
  readonly connection: Connection;
  readonly context: AppContext;
  readonly scene: Scene;
  readonly options: ApplyOptions;
  readonly bundle: OpenBundle | undefined;
}

/**
 * Restarts Typha and the controller where they run with older values (hazard H01). `written`: ConfigMaps whose
 * values this run has changed: everything that runs started before. The exit code of the first that fails.
 */
export async function restartStale(
  { connection, context, scene, options, bundle }: RestartReaders,
  notes: readonly ConfigNote[],
  written: readonly Ref[],
): Promise<number> {
  if (notes.length === 0) return 0;
  const readers = await lookAtReaders(connection, context, scene);
  if (readers === undefined) return 0;
  const fresh = notes.filter(({ ref }) => written.includes(ref));
  const stale = staleNow(readers, notes);
  const runs = (component: WorkloadFacts["component"]): WorkloadFacts | undefined =>
    readers.workloads.find(
      ({ component: own, desired, template }) =>
        own === component &&
        desired > 0 &&
        fresh.some(({ ref, change }) =>
          configReaders(template).some((reader) => reads(reader, ref.name, change.keys)),
        ),
    );
  const typha = runs("typha") ?? stale.typha;
  const unhandled = typha === undefined ? undefined : whyNotTypha(typha);
  if (unhandled !== undefined) context.stderr.write(`${unhandled}\n`);
  if (typha !== undefined && unhandled === undefined) {
    const lines = options.output.format === "table" || options.output.format === "wide";
    const code = await restartTypha(
      {
        connection,
        discovery: await discover(connection, observedGroups),
        clock: serverClock(context.now),
        ref: { namespace: typha.namespace },
      },
      typha,
      { dryRun: options.dryRun, timeout: options.timeout, lines },
      context,
      bundle,
    );
    if (code !== 0) return code;
  }
  if (runs("controller") === undefined && !stale.controller) return 0;
  return await restartController(connection, context, options, bundle);
}
