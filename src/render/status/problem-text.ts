import { severityOf, type GraveNote, type Problem } from "../../facts/problems.ts";
import { nameOf } from "../../facts/which.ts";
import type { WorkloadFacts } from "../../model/workload.ts";
import { rollsText } from "../../model/rolls.ts";
import { purposeLabel } from "../../model/names.ts";
import { isOrAre, plural, some } from "../../model/words.ts";
import type { StatusProblem as Shown } from "./kind.ts";
import { sh } from "../../model/shell.ts";

const grave: Readonly<Record<GraveNote, string>> = {
  silent: "silent (the kubelet does not report)",
  "not-ready": "not Ready",
  missing: "without the calico-node pod that belongs there",
  stuck: "whose calico-node does not run",
  churn: "where calico-node keeps being recreated",
  "wrong-revision": "where the replacement is of an older revision",
  "several-pods": "with more than one calico-node pod",
};

type NodesProblem = Extract<Problem, { readonly kind: "nodes" }>;

/** A problem in words, and what to do about it, with what names the cluster in a command. */
export function problemText(problem: Problem, flags: readonly string[]): Shown {
  const [message, hint] = wordsOf(problem, flags);
  return { severity: severityOf(problem), message, ...(hint === undefined ? {} : { hint }) };
}

function wordsOf(
  problem: Problem,
  flags: readonly string[],
): readonly [message: string, hint?: string | undefined] {
  const takeOver = sh`kubectl calico-upgrade node NODE --take-over ${flags}`;
  switch (problem.kind) {
    case "datastores-disagree":
      return [
        `${setName(problem)}: calico-node and the CNI plugin use different datastores (${evidence(problem)})`,
        "finish or undo the datastore migration first",
      ];
    case "both-datastores":
      return [
        `${setName(problem)}: both datastores are configured; DATASTORE_TYPE counts (${evidence(problem)})`,
      ];
    case "nodes":
      return [
        `${plural(problem.nodes.length, "node")} ${grave[problem.note]}: ${some(problem.nodes, 5)}`,
        logsText(problem.crashing, flags),
      ];
    case "template-unseen":
      return problem.rolls
        ? [
            `${setName(problem)}: its controller has not seen the newest template yet; then ${rollsText(problem.of.daemonSet.strategy)}`,
            `to upgrade node by node instead: ${takeOver}`,
          ]
        : [`${setName(problem)}: its controller has not seen the newest template yet`];
    case "rolling-out":
      return [
        `${setName(problem)}: its controller is rolling it out by itself, without cordoning (${problem.left} of ${plural(problem.of.nodes.total, "node")} left)`,
        `to stop that and upgrade node by node: ${takeOver}`,
      ];
    case "pin-reverted":
      return [
        `${setName(problem)} is pinned to OnDelete, and ${problem.owner.name} may put its strategy back: then ${rollsText(problem.of.pinned ?? "unreadable")}`,
        `suspend ${problem.owner.name} for this object`,
      ];
    case "several-controllers":
      return [
        `${String(problem.controllers.length)} controllers are active, and only one ever may be: ${problem.controllers.map(workloadName).join(", ")}`,
      ];
    case "no-controller":
      return [
        `no controller was found: ${problem.etcd ? "policy is not applied to new pods and namespaces" : "addresses of deleted nodes are not freed"}`,
      ];
    case "workload-not-ready": {
      const { workload } = problem;
      return [
        `${workloadName(workload)} is not ready (${String(workload.ready)} of ${String(workload.desired)})`,
      ];
    }
    case "other-release": {
      const { workload, releases, of } = problem;
      const node = of.release.text;
      return [
        `${workloadName(workload)} is of ${releasesText(releases)}, and calico-node of ${node}`,
        `finish that upgrade first: ${sh`kubectl calico-upgrade plan -f FILE ${flags}`} lists what is left`,
      ];
    }
    case "mixed-releases":
      return [
        `${setName(problem)} mixes releases: ${problem.mix.node} is of ${problem.mix.releases.join(" or ")}, ${problem.mix.cni} is not`,
        "apply the whole manifest of one release, not only new tags",
      ];
    case "nobody-works": {
      const { nodes } = problem;
      const first = nodes[0] ?? "";
      return [
        `${some(nodes, 5)} ${nodes.length === 1 ? "is" : "are"} still cordoned by an interrupted run`,
        `to continue: ${sh`kubectl calico-upgrade node ${first} ${flags}`}; to release: ${sh`kubectl calico-upgrade node --release ${first} ${flags}`}`,
      ];
    }
    case "pods-left": {
      const { namespace, pods } = problem;
      const where = flags.filter((flag) => !flag.startsWith("--namespace="));
      return [
        `${plural(pods.length, "pod")} of an unfinished run ${isOrAre(pods)} left in ${namespace}: ${some(pods, 3)}`,
        `the command of that run removes them, or: ${sh`kubectl -n ${namespace} delete pods -l ${purposeLabel} ${where}`}`,
      ];
    }
    case "unreadable-leases":
      return [
        `the calico-upgrade/cordon annotation cannot be read on ${some(problem.nodes, 5)}`,
        sh`kubectl calico-upgrade node --release ${problem.nodes[0] ?? ""} ${flags}`,
      ];
  }
}

function logsText(crashing: NodesProblem["crashing"], flags: readonly string[]): string | undefined {
  if (crashing === undefined) return undefined;
  const { namespace, pod, container } = crashing;
  const where = flags.filter((flag) => !flag.startsWith("--namespace="));
  return `to see why it crashes: ${sh`kubectl -n ${namespace} logs ${pod} -c ${container} --previous ${where}`}`;
}

/** `v3.29.7`; a range where the image is that of several. */
function releasesText(releases: readonly string[]): string {
  const [first = ""] = releases;
  const last = releases.at(-1) ?? "";
  return first === last ? first : `${first}–${last}`;
}

function setName({ of }: Extract<Problem, { readonly of: unknown }>): string {
  return `DaemonSet ${nameOf(of)}`;
}

function evidence({ of }: Extract<Problem, { readonly of: unknown }>): string {
  return of.datastore.evidence.join("; ");
}

function workloadName(workload: WorkloadFacts): string {
  return `${workload.kind} ${nameOf(workload)}`;
}
