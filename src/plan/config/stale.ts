import { configChange, staleReaders, type ConfigChange } from "../../model/config-ledger.ts";
import { configMapFacts } from "../../model/configmap.ts";
import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { podsByNode } from "../../model/placement.ts";
import type { PodFacts } from "../../model/pod.ts";
import type { Reading } from "../../model/reading.ts";
import { isControllerPod, type WorkloadFacts } from "../../model/workload.ts";

/** Which values of which ConfigMap were changed when, by a run of ours (hazard H25). */
export interface ConfigNote {
  readonly ref: Ref;
  readonly change: ConfigChange;
}

/** Who may read Calico's ConfigMaps, as far as it was looked at. */
export interface Readers {
  readonly daemonSet: DaemonSetFacts;
  /** Typha and controllers of its namespace. */
  readonly workloads: readonly WorkloadFacts[];
  readonly pods: Reading<readonly PodFacts[]>;
}

/** What started before a change and reads a changed key. */
export interface Stale {
  readonly typha?: WorkloadFacts;
  readonly controller: boolean;
  /** In the order of their names. */
  readonly nodes: readonly string[];
}

export const nothingStale: Stale = { controller: false, nodes: [] };

/** What has started before any of these changes and reads what it changed. */
export function staleBy(readers: Readers, notes: readonly ConfigNote[]): Stale {
  const own = notes.filter(({ ref }) => ref.namespace === readers.daemonSet.namespace);
  const typha = own.flatMap((note) => staleWorkload(readers, "typha", note) ?? [])[0];
  return {
    ...(typha === undefined ? {} : { typha }),
    controller: own.some((note) => staleWorkload(readers, "controller", note) !== undefined),
    nodes: [...new Set(own.flatMap((note) => staleNodes(readers, note)))].toSorted(),
  };
}

export function isOpen({ typha, controller, nodes }: Stale): boolean {
  return typha !== undefined || controller || nodes.length > 0;
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

/**
 * The same notes; what this run itself has written is newer than everything that runs. A note has whole seconds
 * only, and so have the starts of containers.
 */
export function asJustWritten(
  notes: readonly ConfigNote[],
  written: readonly Pick<Ref, "namespace" | "name">[],
): readonly ConfigNote[] {
  return notes.map((note) =>
    written.some(({ namespace, name }) => namespace === note.ref.namespace && name === note.ref.name)
      ? { ...note, change: { ...note.change, at: Number.POSITIVE_INFINITY } }
      : note,
  );
}

/** A change that is still to come, for which everything that runs is too old. */
export function noteToCome(ref: Ref, keys: readonly string[]): readonly ConfigNote[] {
  return keys.length === 0 ? [] : [{ ref, change: { at: Number.POSITIVE_INFINITY, keys } }];
}

/**
 * What the readers of a ConfigMap are judged by: the keys that are to change, and those that an interrupted run
 * changed while something still runs with older values.
 */
export function notesToRestart(
  readers: Readers,
  { ref, live }: { readonly ref: Ref; readonly live: KubeObject },
  keys: readonly string[],
): readonly ConfigNote[] {
  const left = notesOn([{ ref, live }]).filter((note) => isOpen(staleBy(readers, [note])));
  if (keys.length === 0) return left;
  const all = [...keys, ...left.flatMap(({ change }) => change.keys)];
  return noteToCome(ref, [...new Set(all)].toSorted());
}

function staleNodes({ pods, daemonSet }: Readers, { ref, change }: ConfigNote): readonly string[] {
  if (!pods.known) return [];
  return [...podsByNode(pods.value, daemonSet)].flatMap(([node, [pod]]) =>
    pod !== undefined && staleReaders(pod, daemonSet.template, ref.name, change).length > 0 ? [node] : [],
  );
}

/** The controller or Typha, where a pod of it started before the change and reads a changed key. */
function staleWorkload(
  { pods, workloads }: Readers,
  component: WorkloadFacts["component"],
  { ref, change }: ConfigNote,
): WorkloadFacts | undefined {
  if (!pods.known) return undefined;
  const present = pods.value.filter(({ deletedAt }) => deletedAt === undefined);
  return workloads.find(
    (workload) =>
      workload.component === component &&
      workload.desired > 0 &&
      present.some(
        (pod) => runsAs(pod, workload) && staleReaders(pod, workload.template, ref.name, change).length > 0,
      ),
  );
}

/** A controller is one whoever made it: an adopted pod may carry other labels. */
function runsAs(pod: PodFacts, { component, selector, template }: WorkloadFacts): boolean {
  if (component === "controller") return isControllerPod(pod);
  const wanted = Object.entries(Object.keys(selector).length === 0 ? template.labels : selector);
  return wanted.length > 0 && wanted.every(([key, value]) => pod.labels[key] === value);
}
