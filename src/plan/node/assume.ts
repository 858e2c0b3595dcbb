import type { DaemonSetFacts } from "../../model/daemonset.ts";
import type { NodeFacts } from "../../model/node.ts";
import type { PodFacts } from "../../model/pod.ts";
import { newestRevision } from "../../model/rollout.ts";
import type { Millis } from "../../model/time.ts";
import type { NodeStep } from "./step.ts";
import type { NodeWorld } from "./world.ts";

/**
 * The cluster as it would be after a step that a dry run did not carry out: the same decisions follow,
 * so a dry run walks the same path and prints the same lines.
 */
export function assume(world: NodeWorld, step: NodeStep, now: Millis): NodeWorld {
  switch (step.kind) {
    case "claim":
      return withDaemonSet(world, {
        run: step.lease,
        ...(step.pin === undefined ? {} : { pinned: step.pin, strategy: { type: "OnDelete" } }),
      });
    case "renew":
      return withDaemonSet(world, { run: step.lease });
    case "template":
      return withRevision(world);
    case "unpin": {
      return withDaemonSet(world, { strategy: step.strategy }, ["pinned"]);
    }
    case "end-run":
      return withDaemonSet(world, step.lease === undefined ? {} : { run: step.lease }, [
        ...(step.lease === undefined ? (["run"] as const) : []),
        ...(step.clearPin ? (["pinned"] as const) : []),
      ]);
    case "cordon":
      return withNode(world, {
        ...step.node,
        unschedulable: step.node.unschedulable || step.lease.noCordon !== true,
        lease: step.lease,
      });
    case "take-lease":
      return withNode(world, { ...step.node, lease: step.lease });
    case "drop-lease":
      return withNode(world, released(step.node, step.node.unschedulable));
    case "uncordon":
      return withNode(world, released(step.node, false));
    case "evict": {
      const { uid } = step.pod;
      return { ...world, drainPods: (world.drainPods ?? []).filter((pod) => pod.uid !== uid) };
    }
    case "delete-pod":
      return withPod(world, step.pod, now);
    case "probe":
      return { ...world, probes: [...world.probes, probePod(step.node.name, now)] };
    case "probe-done":
      return { ...world, probes: world.probes.filter(({ uid }) => uid !== step.pod.uid) };
  }
}

function withDaemonSet(
  world: NodeWorld,
  change: Partial<DaemonSetFacts>,
  remove: readonly ("run" | "pinned")[] = [],
): NodeWorld {
  if (world.daemonSet === undefined) return world;
  const facts = { ...world.daemonSet.facts, ...change };
  for (const field of remove) delete (facts as { run?: unknown; pinned?: unknown })[field];
  return { ...world, daemonSet: { ...world.daemonSet, facts } };
}

function withRevision(world: NodeWorld): NodeWorld {
  const facts = world.daemonSet?.facts;
  if (facts === undefined) return world;
  const newest = newestRevision(world.revisions, facts);
  const revision = {
    name: "dry-run",
    uid: "dry-run",
    resourceVersion: "",
    owner: facts.uid,
    hash: "dry-run",
    revision: (newest?.revision ?? 0) + 1,
    template: facts.template,
  };
  // The server made no new generation: the pods' own one must not pass for the newest.
  return withDaemonSet(
    { ...world, revisions: [...world.revisions, revision] },
    { templateGeneration: "dry-run" },
  );
}

function withNode(world: NodeWorld, node: NodeFacts): NodeWorld {
  return { ...world, nodes: new Map([...world.nodes, [node.name, node]]) };
}

function released(node: NodeFacts, unschedulable: boolean): NodeFacts {
  const { lease: _gone, ...rest } = node;
  return { ...rest, unschedulable };
}

function withPod(world: NodeWorld, old: PodFacts, now: Millis): NodeWorld {
  const facts = world.daemonSet?.facts;
  const hash = facts === undefined ? undefined : newestRevision(world.revisions, facts)?.hash;
  const { deletedAt: _deleted, ...rest } = old;
  const pod: PodFacts = {
    ...rest,
    uid: `${old.uid}-dry-run`,
    created: now,
    ready: true,
    readySince: now,
    phase: "Running",
    ...(hash === undefined ? {} : { revisionHash: hash }),
    ...(facts?.templateGeneration === undefined ? {} : { templateGeneration: facts.templateGeneration }),
  };
  return { ...world, pods: [...world.pods.filter(({ uid }) => uid !== old.uid), pod] };
}

function probePod(node: string, now: Millis): PodFacts {
  return {
    name: `calico-upgrade-probe-${node}`,
    namespace: "",
    uid: `probe-${node}-dry-run`,
    resourceVersion: "",
    created: now,
    node,
    scheduled: true,
    labels: {},
    annotations: {},
    phase: "Running",
    ip: "0.0.0.0",
    ready: true,
    initContainers: [],
    containers: [],
  };
}
