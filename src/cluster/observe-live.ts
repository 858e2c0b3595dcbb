import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterFacts } from "../model/cluster-facts.ts";
import { configMapFacts } from "../model/configmap.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import type { KubeObject } from "../model/kube.ts";
import { nodeFacts } from "../model/node.ts";
import { allOf, calicoDaemonSet, windowsDaemonSet } from "../model/observed.ts";
import { podFacts } from "../model/pod.ts";
import { known, type Reading } from "../model/reading.ts";
import { revisionFacts } from "../model/revision.ts";
import type { Served } from "../model/served.ts";
import type { Millis } from "../model/time.ts";
import { workloadFacts } from "../model/workload.ts";
import { factsReader } from "./facts-reader.ts";
import { follow, type WatchedChange, type Followed } from "./follow.ts";
import type { ListSelection } from "./list.ts";
import { podSelections, type ObserveOptions } from "./observe.ts";
import { observeEvents } from "./observe-events.ts";
import type { Connection, Discovery } from "./port.ts";
import type { ApiResource } from "../model/api-resource.ts";

export interface ObserveLiveOptions extends Omit<ObserveOptions, "now"> {
  readonly clock: () => Millis;
  readonly signal: AbortSignal;
  /** What is tried again: as long as it lasts, what is shown may be old. */
  readonly onTrouble: (error: unknown) => void;
}

/** Changes that come together are taken together; kubelets write a pod's status in bursts. */
const settleMillis = 250;

/**
 * What `observe` sees, again after every change, until the signal aborts. Objects come by watch;
 * only events are asked for, where a pod does not get on. Where watching is refused, the first look
 * stays.
 */
export async function* observeLive(
  connection: Connection,
  discovered: Promise<Discovery>,
  options: ObserveLiveOptions,
): AsyncGenerator<ClusterFacts> {
  const { signal, clock, needs, namespace } = options;
  const read = factsReader(connection, clock, { discovered, namespace });
  while (!signal.aborted) {
    // Another DaemonSet, or another namespace: everything is looked for again.
    const first = await read(needs);
    yield first;
    yield* changesOf(connection, await discovered, first, options);
  }
}

async function* changesOf(
  connection: Connection,
  discovery: Discovery,
  first: ClusterFacts,
  { signal, clock, namespace, needs, onTrouble }: ObserveLiveOptions,
): AsyncGenerator<ClusterFacts> {
  const ending = new AbortController();
  const both = AbortSignal.any([signal, ending.signal]);
  const signalled = updateSignal();
  // They come and go with the run, and are not followed.
  const { ownPods: _once, ...followed } = first;
  const sets = first.daemonSets.known ? first.daemonSets.value : [];
  const ahead = first.now - clock();
  const live = <T>(
    served: ApiResource | undefined,
    selections: readonly ListSelection[],
    known: boolean,
    pick: (raw: KubeObject) => T | undefined,
  ): (() => Reading<readonly T[]> | undefined) => {
    if (served === undefined || !known) return () => undefined;
    const parts = selections.map((selection) => {
      const followed = follow<T | undefined>(connection, served, {
        ...selection,
        signal: both,
        pick,
        onChange: ringOnNews(signalled),
        onTrouble,
      });
      const part = { followed, ready: false };
      void notifyWhenReady(followed, part, signalled);
      return part;
    });
    return () => together(parts);
  };
  const selections = podSelections(sets, namespace);
  const nowhere: readonly ListSelection[] = [{}];
  const inSets =
    sets.length === 0 ? nowhere : [...new Set(sets.map((set) => set.namespace))].map(inNamespace);
  const nodes = live(core("nodes", "Node"), nowhere, first.nodes.known, nodeFacts);
  const pods = live(core("pods", "Pod"), selections, first.pods.known, podFacts);
  const daemonSets = live(find("daemonsets"), inSets, first.daemonSets.known, calicoDaemonSet);
  const windows = first.windowsSets.known ? first.windowsSets.value : [];
  const windowsSets = live(
    find("daemonsets"),
    [...new Set(windows.map((set) => set.namespace))].map(inNamespace),
    windows.length > 0,
    windowsDaemonSet,
  );
  const revisions = live(find("controllerrevisions"), selections, first.revisions.known, revisionFacts);
  const workloads = live(find("deployments"), inSets, first.workloads.known, workloadFacts);
  const old = first.workloads.known && first.workloads.value.some(({ kind }) => kind === "ReplicaSet");
  const oldWorkloads = live(find("replicasets"), inSets, old, workloadFacts);
  const maps = first.configMaps.known ? first.configMaps.value : [];
  const configMaps = live(
    core("configmaps", "ConfigMap"),
    maps.map((map) => ({ namespace: map.namespace, fieldSelector: `metadata.name=${map.name}` })),
    maps.length > 0,
    configMapFacts,
  );
  try {
    for (;;) {
      // Each round answers the one before.
      await signalled.notified(both);
      await sleep(settleMillis, undefined, { signal: both }).catch(() => undefined);
      if (signal.aborted) return;
      signalled.reset();
      const facts = {
        ...followed,
        nodes: nodes() ?? first.nodes,
        pods: pods() ?? first.pods,
        daemonSets: daemonSets() ?? first.daemonSets,
        windowsSets: windowsSets() ?? first.windowsSets,
        revisions: revisions() ?? first.revisions,
        workloads: withOld(workloads(), old ? oldWorkloads() : known([])) ?? first.workloads,
        configMaps: configMaps() ?? first.configMaps,
      };
      if (placesOf(facts.daemonSets) !== placesOf(first.daemonSets)) return;
      const now = clock() + ahead;
      const events = needs.includes("events") ? await observeEvents(connection, facts, now) : first.events;
      yield { ...facts, events, now };
    }
  } finally {
    ending.abort();
  }

  function find(resource: string): Served | undefined {
    return discovery.find(resource, ["apps", "extensions"]);
  }
}

/** Where the list is refused the part never gets ready, and what was read first stays. */
async function notifyWhenReady(
  followed: Followed<unknown>,
  part: { ready: boolean },
  signalled: UpdateSignal,
): Promise<void> {
  try {
    await followed.ready;
    part.ready = true;
    signalled.notify();
  } catch {
    part.ready = false;
  }
}

function core(resource: string, kind: string): ApiResource {
  return { group: "", version: "v1", resource, kind };
}

function inNamespace(namespace: string): ListSelection {
  return { namespace };
}

/** undefined as long as the first lists are not all in. */
function together<T>(
  parts: readonly { readonly followed: Followed<T | undefined>; readonly ready: boolean }[],
): Reading<readonly T[]> | undefined {
  if (!parts.every(({ ready }) => ready)) return undefined;
  return allOf(
    parts.map(({ followed }) => ({
      known: true,
      value: [...followed.objects.values()].filter((item) => item !== undefined),
    })),
  );
}

/** Where the DaemonSets are and what they select: decides what has to be followed. */
function placesOf(sets: Reading<readonly DaemonSetFacts[]>): string {
  if (!sets.known) return "";
  return sets.value
    .map(({ uid, selector }) => `${uid} ${JSON.stringify(selector)}`)
    .sort()
    .join("\n");
}

function withOld<T>(
  workloads: Reading<readonly T[]> | undefined,
  old: Reading<readonly T[]> | undefined,
): Reading<readonly T[]> | undefined {
  return workloads === undefined || old === undefined ? undefined : allOf([workloads, old]);
}

/** Of most changes of a node, its heartbeats, nothing is kept but the version. */
function ringOnNews(signalled: UpdateSignal): (change: WatchedChange<unknown>) => void {
  const before = new Map<string, string>();
  return ({ key, value }) => {
    const kept = value === undefined ? "" : JSON.stringify({ ...value, resourceVersion: "" });
    if (before.get(key) === kept) return;
    before.set(key, kept);
    signalled.notify();
  };
}

interface UpdateSignal {
  readonly notify: () => void;
  readonly reset: () => void;
  /** Resolves when it has rung since it was hushed, or when the signal aborts. */
  readonly notified: (signal: AbortSignal) => Promise<void>;
}

function updateSignal(): UpdateSignal {
  let { promise, resolve } = Promise.withResolvers<void>();
  return {
    notify: () => resolve(),
    reset() {
      ({ promise, resolve } = Promise.withResolvers<void>());
    },
    async notified(signal) {
      if (signal.aborted) return;
      const aborted = Promise.withResolvers<void>();
      const stop = (): void => aborted.resolve();
      signal.addEventListener("abort", stop, { once: true });
      await Promise.race([promise, aborted.promise]);
      signal.removeEventListener("abort", stop);
    },
  };
}
