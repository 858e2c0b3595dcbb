import type { NodeFacts } from "../model/node.ts";
import { ownersOf } from "../model/owner.ts";
import { canSchedule } from "../model/placement.ts";
import type { Account } from "../model/rbac.ts";
import type { PodFacts } from "../model/pod.ts";
import type { Reading } from "../model/reading.ts";
import { stuckReason, stuckText } from "../model/stuck.ts";
import type { TemplateFacts } from "../model/template.ts";
import type { WorkloadFacts } from "../model/workload.ts";
import type { Finding } from "./finding.ts";
import { sh } from "../model/shell.ts";

export interface ControllerSubject {
  /** The controller's pods as they will be. */
  readonly template: TemplateFacts;
  readonly nodes: Reading<readonly NodeFacts[]>;
  /** Every pod that is looked at: one of them may have failed to pull the image already. */
  readonly pods: readonly PodFacts[];
  /** The controller's own among them. */
  readonly own: readonly PodFacts[];
  /** The workloads that the run writes to. */
  readonly written: readonly WorkloadFacts[];
  /** Controllers' pods in namespaces that are not Calico's. */
  readonly elsewhere: readonly PodFacts[];
  /** Of the new ServiceAccount, where the file grants it nothing; undefined: it lacks nothing that is known. */
  readonly lacking?: LackingRights;
}

/** What a controller reads and its new ServiceAccount is not allowed to. */
export interface LackingRights {
  readonly account: Account;
  /** `list pods`. */
  readonly rights: readonly string[];
  /** That of the running controller, which is allowed all of it. */
  readonly before?: Account;
}

/** What stands against a controller's upgrade or restart, the worst first. */
export function controllerFindings(subject: ControllerSubject): readonly Finding[] {
  return [
    schedulable(subject),
    alone(subject),
    allowed(subject),
    pullable(subject),
    unreconciled(subject),
  ].filter(({ outcome }) => outcome === "fail" || outcome === "unknown");
}

/** Hazard H24: without a node that takes its pod the time without a controller does not end. */
function schedulable({ template, nodes }: ControllerSubject): Finding {
  const base = { id: "H24", severity: "error", evidence: [] } as const;
  if (!nodes.known)
    return { ...base, severity: "warning", outcome: "unknown", because: `nodes: ${nodes.message}` };
  const answers = nodes.value.map((node) => canSchedule(node, template));
  if (answers.includes(true)) return { ...base, outcome: "pass", because: "a node takes the pod" };
  if (answers.includes("unknown")) {
    const because = "no node is known to take the controller's pod: those that could are silent";
    return { ...base, outcome: "unknown", because };
  }
  const cordoned = nodes.value.filter(({ unschedulable }) => unschedulable).map(({ name }) => name);
  return {
    ...base,
    outcome: "fail",
    because:
      "no node takes the controller's pod: each is cordoned, not Ready, tainted, or left out by its nodeSelector or affinity",
    ...(cordoned.length > 0
      ? { fix: "make one schedulable", commands: [sh`kubectl uncordon ${cordoned[0] ?? ""}`] }
      : { fix: "compare the template's nodeSelector and tolerations with the nodes' labels and taints" }),
  };
}

/** Hazard H24: a second controller is one wherever it runs. */
function alone({ elsewhere }: ControllerSubject): Finding {
  const base = { id: "H24", severity: "error", evidence: [] } as const;
  const [pod] = elsewhere;
  if (pod === undefined)
    return { ...base, outcome: "pass", because: "no controller runs in another namespace" };
  const names = elsewhere.map(({ namespace, name }) => `${namespace}/${name}`);
  return {
    ...base,
    outcome: "fail",
    because: `a controller runs outside of Calico's namespace, too: pod ${names.join(", ")}; only one may ever be active`,
    fix: "find what runs it and scale that to 0, unless it is of another Calico",
    commands: [sh`kubectl get deployments,replicasets -n ${pod.namespace}`],
  };
}

/** Hazard H05: upstream's manifests for etcd up to v3.3 have the controller's roles in a file of their own. */
function allowed({ lacking }: ControllerSubject): Finding {
  const base = { id: "H05", evidence: [] } as const;
  if (lacking === undefined)
    return { ...base, severity: "error", outcome: "pass", because: "no right is known to be missing" };
  const { account, rights, before } = lacking;
  const running =
    before === undefined ? "" : `, which the running one's ${before.namespace}/${before.name} is`;
  return {
    ...base,
    severity: before === undefined ? "warning" : "error",
    outcome: "fail",
    because: `ServiceAccount ${account.namespace}/${account.name} of the new controller is not allowed to ${rights.join(", ")}${running}, and the file has no role for it`,
    fix: "apply the release's RBAC first (rbac.yaml beside upstream's manifest)",
  };
}

/** Hazard H21: an image that nobody has pulled yet is no finding; one that failed is. */
function pullable({ template, pods, own }: ControllerSubject): Finding {
  // Where none is Ready there is nothing to lose, and this may be the cure.
  const severity = own.some(({ ready }) => ready) || own.length === 0 ? "error" : "warning";
  const base = { id: "H21", severity, evidence: [] } as const;
  const images = new Set([...template.initContainers, ...template.containers].map(({ image }) => image));
  for (const pod of pods) {
    const failing = [...pod.initContainers, ...pod.containers].find(
      ({ image, waiting }) => images.has(image) && /Image/.test(waiting?.reason ?? ""),
    );
    if (failing === undefined) continue;
    const stuck = stuckReason(pod);
    return {
      ...base,
      outcome: "fail",
      because: `image ${failing.image} cannot be pulled on node ${pod.node ?? "?"}: pod ${pod.name}: ${stuck === undefined ? (failing.waiting?.reason ?? "") : stuckText(stuck)}`,
      fix: "correct the image or the registry's access first",
    };
  }
  return { ...base, outcome: "pass", because: "no pull of the image is seen to fail" };
}

/** Hazard H12: whoever puts objects back by itself would start the old controller again. */
function unreconciled({ written }: ControllerSubject): Finding {
  const base = { id: "H12", severity: "error", evidence: [] } as const;
  const marks = written.flatMap((workload) =>
    ownersOf(workload)
      .filter(({ kind, reverts }) => reverts || kind === "helm")
      .map(({ name, evidence }) => `${workload.kind} ${workload.name} is written by ${name} (${evidence})`),
  );
  if (marks.length === 0) return { ...base, outcome: "pass", because: "no mark of a reconciler" };
  return {
    ...base,
    outcome: "fail",
    because: `${marks.join("; ")}, which would put its own controller back`,
    fix: "upgrade through it, or suspend it first",
  };
}
