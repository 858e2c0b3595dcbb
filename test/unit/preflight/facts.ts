import type { NodeStepFacts, NodeSubject } from "../../../src/preflight/node-facts.ts";
import type { Reading } from "../../../src/model/reading.ts";
import { world } from "../plan/world.ts";

export function known<T>(value: T): Reading<T> {
  return { known: true, value };
}

export const unread: Reading<never> = { known: false, why: "forbidden", message: "cannot list it" };

interface FactsOptions extends NonNullable<Parameters<typeof world>[0]> {
  readonly facts?: Partial<NodeStepFacts>;
}

/** A healthy cluster in the middle of an upgrade by hand: OnDelete, all pods Ready. */
export function facts({ facts: change = {}, ...options }: FactsOptions = {}): NodeStepFacts {
  const { daemonSet, nodes, pods, revisions } = world(options);
  if (daemonSet === undefined) throw new Error("the builder made no DaemonSet");
  return {
    daemonSet: known(daemonSet.facts),
    nodes: known(nodes),
    pods: known(pods),
    revisions: known(revisions),
    bgp: known(true),
    restartTime: known(undefined),
    mesh: known(true),
    serverVersion: known("v1.36.4"),
    loadBalancers: known([]),
    reconcilers: known([]),
    oldData: known("none"),
    ...change,
  };
}

export function subject(change: Partial<NodeSubject> = {}): NodeSubject {
  return {
    node: "node-01",
    writesDaemonSet: false,
    takeOver: false,
    noCordon: false,
    expectReady: true,
    earlier: [],
    ...change,
  };
}
