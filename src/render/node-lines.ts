import { rollsText } from "../model/rolls.ts";
import { phaseOf } from "../plan/node/phases.ts";
import type { NodesSeen } from "../plan/node/seen.ts";
import type { NodeStep } from "../plan/node/step.ts";
import type { StepWords } from "../plan/step-words.ts";
import { installerIgnoresSigterm } from "../releases/installer.ts";
import { nodeLine } from "./node-result.ts";
import { phaseTitles } from "./phase-titles.ts";
import { sh } from "../model/shell.ts";

/**
 * What a step changed, in kubectl's words, without a dry run's suffix; undefined for our own leases,
 * which are bookkeeping. `resource` is the DaemonSet as kubectl names it: `daemonset.apps/calico-node`.
 */
export function mutationLine(step: NodeStep, resource: string): string | undefined {
  switch (step.kind) {
    case "claim":
      return step.pin === undefined ? undefined : `${resource} patched`;
    case "template":
      return `${resource} configured`;
    case "unpin":
      return `${resource} patched`;
    case "cordon":
      if (step.lease.noCordon === true) return undefined;
      return `node/${step.node.name} ${step.node.unschedulable ? "already cordoned" : "cordoned"}`;
    case "uncordon":
      return `node/${step.node.name} uncordoned`;
    case "evict":
      return step.by === "delete" ? `pod "${step.pod.name}" deleted` : `pod/${step.pod.name} evicted`;
    case "delete-pod":
      return `pod "${step.pod.name}" deleted`;
    case "probe":
      return `pod/calico-upgrade-probe-${step.node.name} created`;
    case "probe-done":
      return `pod "${step.pod.name}" deleted`;
    case "take-lease":
    case "drop-lease":
    case "renew":
    case "end-run":
      return undefined;
  }
}

/** A step that leaves something as it is says so; undefined where the mutation line says it all. */
export function stepNotice(step: NodeStep): string | undefined {
  if (step.kind === "claim" && step.pin !== undefined && step.pin.type !== "OnDelete") {
    return (
      `daemonset ${step.daemonSet.namespace}/${step.daemonSet.name} is held at updateStrategy OnDelete while nodes are upgraded one by one; ` +
      `until the last node is done, don't kubectl apply this DaemonSet: ${rollsText(step.pin)}`
    );
  }
  if (step.kind === "unpin" && step.silent.length > 0) {
    const [verb, their] = step.silent.length === 1 ? ["is", "its"] : ["are", "their"];
    return (
      `${step.silent.join(", ")} ${verb} silent and still on an older revision: with ${step.strategy.type} back, ` +
      `the DaemonSet controller may delete ${their} calico-node ${step.silent.length === 1 ? "pod" : "pods"}`
    );
  }
  if (step.kind === "take-lease")
    return `node/${step.node.name}: going on where ${step.node.lease === "unreadable" ? "another run" : (step.node.lease?.holder ?? "an earlier run")} left off`;
  if (step.kind === "delete-pod" && step.through !== true) {
    const grace = step.gracePeriod ?? step.pod.terminationGracePeriod ?? 30;
    const ignores = installerIgnoresSigterm(step.pod);
    if (grace === 0 || ignores === false) return undefined;
    const may = ignores === "unknown" ? ", and this pod's images do not tell its release" : "";
    return (
      `pod ${step.pod.name} has a ${grace}s termination grace period; before Calico v2.6 install-cni ignores SIGTERM${may}, ` +
      `so calico-node may be down for all of it; --grace-period shortens it`
    );
  }
  if (step.kind !== "drop-lease") return undefined;
  const name = `node/${step.node.name}`;
  switch (step.why) {
    case "was-cordoned":
      return `${name} was cordoned before this run; leaving it cordoned`;
    case "cordoned-again":
      return `${name} was cordoned by somebody else after this run's cordon, or that cannot be told; leaving it cordoned: ${sh`kubectl uncordon ${step.node.name}`}`;
    case "void":
      return `${name} was uncordoned by somebody during an upgrade; its lease was void and is removed`;
    case "no-cordon":
      return undefined;
  }
}

/** `suffix`: a dry run's, which has no figures to report. */
export function nodeWords(
  about: Omit<Parameters<typeof nodeLine>[1], "seen"> & { readonly resource: string },
  suffix: string,
): StepWords<NodesSeen, NodeStep> {
  return {
    phase: phaseOf,
    title: (phase) => phaseTitles[phase],
    lines(step) {
      const line = mutationLine(step, about.resource);
      return line === undefined ? [] : [`${line}${suffix}`];
    },
    notice: stepNotice,
    nodeLine: (node, seen) => (suffix === "" ? nodeLine(node, { ...about, seen }) : undefined),
  };
}
