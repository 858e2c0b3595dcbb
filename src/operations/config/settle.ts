import { discover } from "../../cluster/discovery.ts";
import { factsReader } from "../../cluster/facts-reader.ts";
import { observedGroups, type Watched } from "../../cluster/observe.ts";
import { readObject } from "../../cluster/read-object.ts";
import { readOnce } from "../../cluster/read-once.ts";
import { noteOn } from "../../merge/config-map.ts";
import { configOf } from "../../model/config-age.ts";
import { markSays } from "../../model/config-ledger.ts";
import { configMapsOf, type ConfigMapFacts } from "../../model/configmap.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { configChangedAnnotation } from "../../model/names.ts";
import { objectKey } from "../../model/object-name.ts";
import { podsByNode } from "../../model/placement.ts";
import { known } from "../../model/reading.ts";
import { isOpen, notesOn, staleBy } from "../../plan/config/stale.ts";
import type { Ended } from "../../plan/decision.ts";
import type { PartResult } from "../../plan/sequence/procedure.ts";
import { writeObjects } from "../objects.ts";
import { objectsEnded } from "../part-results.ts";
import type { Session } from "../session.ts";
import { markPod } from "./mark-pod.ts";

/** The install whose ConfigMaps are looked at. */
export interface SettleOptions {
  readonly daemonSet: { readonly namespace: string; readonly name: string };
  /** Of discovery. */
  readonly serverVersion: string;
  readonly configMaps: readonly Ref[];
  /** What a watch of the run has. */
  readonly watched?: Watched;
  /** By `objectKey`: takes the ConfigMaps as they are in the end. */
  readonly keep?: Map<string, KubeObject | undefined>;
}

/**
 * What is known of which values calico-node runs with is written down on its pods, where only the server's times
 * tell it: the next write of the ConfigMap would hide that, also one that changes no value (hazard H25). Then a note
 * that nothing needs any more is taken off its ConfigMap. To be called when what reads changed values is restarted,
 * and before a write that only tidies up.
 */
export async function settleNotes(
  session: Session,
  { daemonSet: { namespace, name }, serverVersion, configMaps: refs, watched = {}, keep }: SettleOptions,
): Promise<Ended<PartResult>> {
  const because = "which values each pod runs with is written down";
  const nothing: Ended<PartResult> = {
    kind: "done",
    memory: { state: "unchanged", because },
    interrupted: session.listen().first.aborted,
  };
  const { connection, clock, dryRun } = session;
  if (dryRun !== "none" || refs.length === 0) return nothing;
  const once = readOnce(connection);
  const look = factsReader(once, clock.now, { discovered: discover(once, observedGroups), namespace });
  const [seen, noted] = await Promise.all([
    look(["daemonSets", "pods", "revisions", "workloads", "configMaps"], watched),
    Promise.all(refs.map(async (ref) => ({ ref, live: await readObject(once, ref) }))),
  ]);
  for (const { ref, live } of noted) keep?.set(objectKey(ref), live);
  const daemonSet = (seen.daemonSets.known ? seen.daemonSets.value : []).find(
    (each) => each.namespace === namespace && each.name === name,
  );
  if (daemonSet === undefined || !seen.pods.known || !seen.configMaps.known) return nothing;
  const { template } = daemonSet;
  const maps = seen.configMaps.value;
  const read = maps.filter(
    (each) => each.namespace === namespace && configMapsOf(template).includes(each.name),
  );
  const noteless = { ...seen, configMaps: known(maps.map(withoutNote)) };
  const pods = [...podsByNode(seen.pods.value, daemonSet).values()].flatMap(([pod]) => pod ?? []);
  const settled = await Promise.all(
    pods.map(async (pod): Promise<boolean> => {
      const { current } = configOf(pod, daemonSet, seen);
      if (current === true && markSays(pod, template, read) !== true)
        return await markPod(session, pod, { template, configMaps: read }, serverVersion);
      return configOf(pod, daemonSet, noteless).current === current;
    }),
  );
  if (settled.includes(false)) return nothing;

  const workloads = (seen.workloads.known ? seen.workloads.value : []).filter(
    (each) => each.namespace === namespace,
  );
  const readers = { daemonSet, workloads, pods: seen.pods };
  const closed = notesOn(noted).filter((note) => !isOpen(staleBy(readers, [note])));
  if (closed.length === 0) return nothing;
  const ended = await writeObjects(
    session,
    {
      stages: [
        closed.map(({ ref, change }) => ({
          ref,
          bookkeeping: true,
          // Another run's note is not ours to take away.
          intended: (live) =>
            live !== undefined && notesOn([{ ref, live }])[0]?.change.at === change.at
              ? noteOn(live, ref, null)
              : undefined,
        })),
      ],
      timeout: 0,
      commands: session.commands,
    },
    {
      serverVersion,
      known: new Map(noted.map(({ ref, live }) => [objectKey(ref), live])),
      ...(keep === undefined ? {} : { keep }),
    },
  );
  return objectsEnded(ended, because);
}

function withoutNote(map: ConfigMapFacts): ConfigMapFacts {
  const { [configChangedAnnotation]: _note, ...annotations } = map.annotations;
  return { ...map, annotations };
}
