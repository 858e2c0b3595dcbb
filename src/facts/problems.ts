import type { DaemonSetFacts } from "../model/daemonset.ts";
import { parseImage } from "../model/image.ts";
import type { Observed } from "../model/observed.ts";
import { ownersOf, type Owner } from "../model/owner.ts";
import { isObserved, isToReplace } from "../model/rollout.ts";
import { calicoNodeContainer } from "../model/template.ts";
import { cniContainer, isTombstone, type WorkloadFacts } from "../model/workload.ts";
import type { Catalogue } from "../releases/catalogue.ts";
import { releasesOfImage } from "../releases/release.ts";
import { releasesOfController } from "../releases/running.ts";
import { atLeast, parseVersion } from "../releases/version.ts";
import type { CalicoNode } from "./nodes.ts";
import type { NodeNote } from "./notes.ts";
import type { DaemonSetProgress } from "./progress.ts";
import { activeWorkloads } from "./running.ts";

/** Something that is wrong with an install or its upgrade. */
export type Problem =
  /** calico-node and the CNI plugin use different datastores. */
  | { readonly kind: "datastores-disagree"; readonly of: DaemonSetProgress }
  | { readonly kind: "both-datastores"; readonly of: DaemonSetProgress }
  | {
      readonly kind: "nodes";
      readonly note: GraveNote;
      readonly nodes: readonly string[];
      /** The first container among theirs that crashes again and again. */
      readonly crashing?: Crashing;
    }
  /** `rolls`: once its controller has seen the template, it restarts nodes by itself. */
  | { readonly kind: "template-unseen"; readonly of: DaemonSetProgress; readonly rolls: boolean }
  /** `left`: nodes whose pod its controller is going to replace. */
  | { readonly kind: "rolling-out"; readonly of: DaemonSetProgress; readonly left: number }
  /** Pinned, and somebody who puts the strategy back may write the DaemonSet (hazard H12). */
  | { readonly kind: "pin-reverted"; readonly of: DaemonSetProgress; readonly owner: Owner }
  | { readonly kind: "several-controllers"; readonly controllers: readonly WorkloadFacts[] }
  /** etcd: policy depends on it; else addresses do. */
  | { readonly kind: "no-controller"; readonly etcd: boolean }
  | { readonly kind: "workload-not-ready"; readonly workload: WorkloadFacts }
  /** A controller or Typha that is part of none of the releases that calico-node's template can be of. */
  | {
      readonly kind: "other-release";
      readonly workload: WorkloadFacts;
      readonly releases: readonly string[];
      readonly of: DaemonSetProgress;
    }
  /** Somebody changed tags only (calico#4911). */
  | { readonly kind: "mixed-releases"; readonly of: DaemonSetProgress; readonly mix: MixedImages }
  | { readonly kind: "nobody-works"; readonly nodes: readonly string[] }
  | { readonly kind: "unreadable-leases"; readonly nodes: readonly string[] }
  /** Short pods of a run whose process is gone. */
  | { readonly kind: "pods-left"; readonly namespace: string; readonly pods: readonly string[] };

interface Crashing {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

interface MixedImages {
  readonly node: string;
  readonly releases: readonly string[];
  readonly cni: string;
}

/** Notes that are a problem of the cluster, the gravest first. */
export const graveNotes = [
  "silent",
  "not-ready",
  "missing",
  "stuck",
  "churn",
  "wrong-revision",
  "several-pods",
] as const satisfies readonly NodeNote["id"][];
export type GraveNote = (typeof graveNotes)[number];

const warnings: ReadonlySet<Problem["kind"]> = new Set<Problem["kind"]>([
  "both-datastores",
  "template-unseen",
  "rolling-out",
  "no-controller",
  "mixed-releases",
  "other-release",
  "nobody-works",
  "unreadable-leases",
  "pods-left",
]);

export function severityOf(problem: Problem): "error" | "warning" {
  return warnings.has(problem.kind) || (problem.kind === "nodes" && problem.note === "several-pods")
    ? "warning"
    : "error";
}

/** What is wrong, the gravest first. */
export function problemsOf(
  daemonSets: readonly DaemonSetProgress[],
  nodes: readonly CalicoNode[],
  observed: Observed,
  catalogue: Catalogue,
): readonly Problem[] {
  const all = [
    ...daemonSets.flatMap(datastoreProblems),
    ...graveNotes.flatMap((note): readonly Problem[] => {
      const hit = nodes.flatMap((node) => node.notes.filter(({ id }) => id === note).map(() => node));
      if (hit.length === 0) return [];
      const crashing = note === "stuck" ? hit.map(crashingOn).find((each) => each !== undefined) : undefined;
      const names = hit.map(({ name }) => name);
      return [{ kind: "nodes", note, nodes: names, ...(crashing === undefined ? {} : { crashing }) }];
    }),
    ...daemonSets.flatMap((of) => rolloutProblems(of, nodes)),
    ...controllerProblems(daemonSets, observed),
    ...daemonSets.flatMap((of) => imageProblems(of, catalogue)),
    ...otherReleases(daemonSets, observed, catalogue),
    ...leaseProblems(nodes, daemonSets),
    ...podsLeft(observed, daemonSets),
  ];
  return all.toSorted((a, b) => Number(severityOf(a) === "warning") - Number(severityOf(b) === "warning"));
}

function crashingOn({ notes, pods: [pod] }: CalicoNode): Crashing | undefined {
  const container = notes.flatMap((note) =>
    note.id === "stuck" && note.why.reason === "CrashLoopBackOff" ? (note.why.container ?? []) : [],
  )[0];
  return pod === undefined || container === undefined
    ? undefined
    : { namespace: pod.namespace, pod: pod.name, container };
}

function datastoreProblems(of: DaemonSetProgress): readonly Problem[] {
  if (of.datastore.disagreement) return [{ kind: "datastores-disagree", of }];
  return of.datastore.both ? [{ kind: "both-datastores", of }] : [];
}

function rolloutProblems(of: DaemonSetProgress, nodes: readonly CalicoNode[]): readonly Problem[] {
  const { daemonSet, pinned } = of;
  const problems: Problem[] = [];
  const left =
    daemonSet.strategy.type === "RollingUpdate"
      ? nodes.filter(
          ({ daemonSet: own, node, pods: [pod], updated }) =>
            own === daemonSet && node?.ready !== "unknown" && isToReplace(pod, updated),
        ).length
      : 0;
  if (!isObserved(daemonSet)) problems.push({ kind: "template-unseen", of, rolls: left > 0 });
  else if (left > 0) problems.push({ kind: "rolling-out", of, left });
  const owner = pinned === undefined ? undefined : ownersOf(daemonSet).find(({ reverts }) => reverts);
  if (owner !== undefined) problems.push({ kind: "pin-reverted", of, owner });
  return problems;
}

function controllerProblems(
  daemonSets: readonly DaemonSetProgress[],
  { workloads }: Observed,
): readonly Problem[] {
  if (!workloads.known || daemonSets.length === 0) return [];
  const controllers = activeWorkloads(workloads, "controller");
  const problems: Problem[] = [];
  if (controllers.length > 1 && daemonSets.length === 1)
    problems.push({ kind: "several-controllers", controllers });
  if (controllers.length === 0 && daemonSets.some(wantsController))
    problems.push({
      kind: "no-controller",
      etcd: daemonSets.some(({ datastore }) => datastore.type === "etcd"),
    });
  for (const workload of workloads.value)
    if (!isTombstone(workload) && workload.ready < workload.desired)
      problems.push({ kind: "workload-not-ready", workload });
  return problems;
}

/**
 * etcd installs have a controller in every release, Kubernetes ones from v3.6 on, and where Calico does
 * policy only (canal too) from v3.14 on (calico-facts 1.3 and upstream's manifests). Without Calico's IPAM
 * there is nothing for it to clean up, and installs that never had one do not miss it.
 */
function wantsController({ datastore, release, backend, ...set }: DaemonSetProgress): boolean {
  if (datastore.type === "etcd") return true;
  if (usesOtherIpam(set)) return false;
  const version = parseVersion(release.release ?? "");
  const since = backend === "none" ? "v3.14.0" : "v3.6.0";
  return datastore.type === "kubernetes" && version !== undefined && atLeast(version, since);
}

/** Surely: it installs no CNI plugin, or one that asks others for addresses. */
function usesOtherIpam({
  daemonSet,
  cniConfig,
}: Pick<DaemonSetProgress, "daemonSet" | "cniConfig">): boolean {
  if (cniContainer(daemonSet.template) === undefined) return true;
  if (!cniConfig.known) return false;
  const [type] = [...cniConfig.value.matchAll(/"ipam"\s*:\s*\{([^}]*)/g)].flatMap(
    ([, fields = ""]) => /"type"\s*:\s*"([^"]+)"/.exec(fields)?.[1] ?? [],
  );
  return type !== undefined && type !== "calico-ipam";
}

function imageProblems(of: DaemonSetProgress, catalogue: Catalogue): readonly Problem[] {
  const mix = mixedImages(of.daemonSet, catalogue);
  return mix === undefined ? [] : [{ kind: "mixed-releases", of, mix }];
}

/** While a run is at work the one is upgraded before the other. What tells no release is not judged. */
function otherReleases(
  daemonSets: readonly DaemonSetProgress[],
  { workloads }: Observed,
  catalogue: Catalogue,
): readonly Problem[] {
  const [of, second] = daemonSets;
  if (of === undefined || second !== undefined || of.run?.state === "working") return [];
  const own = of.release.candidates;
  const active = [...activeWorkloads(workloads, "controller"), ...activeWorkloads(workloads, "typha")];
  return active.flatMap((workload): readonly Problem[] => {
    const { component, image } = workload;
    const releases =
      component === "controller"
        ? releasesOfController(image, catalogue)
        : releasesOfImage(parseImage(image), catalogue);
    const apart = own.length > 0 && releases.length > 0 && !releases.some((name) => own.includes(name));
    return apart ? [{ kind: "other-release", workload, releases, of }] : [];
  });
}

/** Images of two releases in one template. */
function mixedImages({ template }: DaemonSetFacts, catalogue: Catalogue): MixedImages | undefined {
  const node = calicoNodeContainer(template)?.image;
  const cni = cniContainer(template)?.image;
  if (node === undefined || cni === undefined) return undefined;
  const releases = releasesOfImage(parseImage(node), catalogue);
  const ofCni = releasesOfImage(parseImage(cni), catalogue);
  return releases.length === 0 || ofCni.length === 0 || releases.some((name) => ofCni.includes(name))
    ? undefined
    : { node, releases, cni };
}

function podsLeft({ ownPods = [] }: Observed, daemonSets: readonly DaemonSetProgress[]): readonly Problem[] {
  if (daemonSets.some(({ run }) => run?.state === "working")) return [];
  return [...Map.groupBy(ownPods, ({ namespace }) => namespace)].map(([namespace, pods]) => ({
    kind: "pods-left",
    namespace,
    pods: pods.map(({ name }) => name),
  }));
}

function leaseProblems(
  nodes: readonly CalicoNode[],
  daemonSets: readonly DaemonSetProgress[],
): readonly Problem[] {
  const withNote = (id: NodeNote["id"]): readonly string[] =>
    nodes.filter(({ notes }) => notes.some((note) => note.id === id)).map(({ name }) => name);
  const problems: Problem[] = [];
  const held = withNote("lease");
  const atWork = daemonSets.some(({ run }) => run?.state === "working");
  if (held.length > 0 && !atWork) problems.push({ kind: "nobody-works", nodes: held });
  const unreadable = withNote("unreadable-lease");
  if (unreadable.length > 0) problems.push({ kind: "unreadable-leases", nodes: unreadable });
  return problems;
}
