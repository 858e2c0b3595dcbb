import type { PodFacts } from "../../model/pod.ts";
import type { Millis } from "../../model/time.ts";
import { workloadFacts, type WorkloadFacts } from "../../model/workload.ts";
import type { ControllerStep } from "./step.ts";
import { isLeaseStep } from "../lease/step.ts";
import { targetOf, type ControllerWorld } from "./world.ts";

/**
 * The cluster as it would be after a step that a dry run did not carry out: the same decisions follow, so
 * a dry run walks the same path and prints the same lines.
 */
export function assume(world: ControllerWorld, step: ControllerStep, now: Millis): ControllerWorld {
  // A dry run takes no lease.
  if (isLeaseStep(step)) return world;
  if (step.kind === "scale-down") {
    return { ...withWorkload(world, { ...step.workload, desired: 0, ready: 0, replicas: 0 }), pods: [] };
  }
  if (step.stub) return world;
  const live = targetOf(world, step);
  const made = step.writes.flatMap((write) => (write.verb === "create" ? [write.body] : []))[0];
  const facts = live?.facts ?? (made === undefined ? undefined : workloadFacts(made));
  if (facts === undefined) return world;
  const ready = { desired: 1, ready: 1, replicas: 1, updated: 1, observedGeneration: facts.generation };
  return { ...withWorkload(world, { ...facts, ...ready }, live?.raw ?? made), pods: [podOf(facts, now)] };
}

function withWorkload(
  world: ControllerWorld,
  facts: WorkloadFacts,
  raw?: ControllerWorld["workloads"][number]["raw"],
): ControllerWorld {
  const same = (other: WorkloadFacts): boolean => other.kind === facts.kind && other.name === facts.name;
  const before = world.workloads.find((each) => same(each.facts));
  const object = raw ?? before?.raw;
  const others = world.workloads.filter((each) => !same(each.facts));
  return { ...world, workloads: object === undefined ? others : [...others, { facts, raw: object }] };
}

function podOf({ name, namespace, image, template }: WorkloadFacts, now: Millis): PodFacts {
  return {
    name: `${name}-dry-run`,
    namespace,
    uid: `${name}-dry-run`,
    resourceVersion: "",
    created: now,
    scheduled: true,
    labels: template.labels,
    annotations: {},
    phase: "Running",
    ready: true,
    readySince: now,
    initContainers: [],
    containers: [{ name, image, ready: true, restarts: 0, startedAt: now }],
  };
}
