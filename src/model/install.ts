import type { DaemonSetFacts } from "./daemonset.ts";
import { parseImage } from "./image.ts";
import type { KubeObject } from "./kube.ts";
import type { NodeFacts } from "./node.ts";
import { ownersOf, type Owner } from "./owner.ts";
import type { Reading } from "./reading.ts";
import { calicoNodeContainer, type TemplateFacts } from "./template.ts";

/** How Calico got into this cluster: decides which upgrade procedure applies (calico-facts 5). */
export interface Install {
  readonly kind:
    | "none"
    /** Applied from a manifest: the procedure of this tool. */
    | "manifest"
    | "helm"
    | "operator"
    /** Between manifest and operator. */
    | "migrating"
    | "distribution"
    /** Several calico-node DaemonSets, each an install of its own (hazard H20). */
    | "several"
    /** It could not be read. */
    | "unknown";
  readonly flavour?: "calico" | "canal";
  readonly owners: readonly Owner[];
  readonly evidence: readonly string[];
}

/** Namespace of the operator's Calico. */
export const operatorNamespace = "calico-system";

/** Set on nodes while the operator takes over a manifest install. */
const migrationLabel = "projectcalico.org/operator-node-migration";

/** What we read of the operator's Installation object. */
export interface InstallationFacts {
  readonly name: string;
  readonly calicoVersion?: string;
  readonly variant?: string;
}

export function installationFacts(raw: KubeObject): InstallationFacts {
  const { status, spec } = raw as KubeObject & {
    readonly status?: { readonly calicoVersion?: string; readonly variant?: string };
    readonly spec?: { readonly variant?: string };
  };
  const variant = status?.variant ?? spec?.variant;
  return {
    name: raw.metadata.name,
    ...(status?.calicoVersion === undefined ? {} : { calicoVersion: status.calicoVersion }),
    ...(variant === undefined ? {} : { variant }),
  };
}

/** What an install is judged by. `installation` known and undefined: there is none. */
export interface InstallEvidence {
  readonly daemonSets: Reading<readonly DaemonSetFacts[]>;
  readonly nodes: Reading<readonly NodeFacts[]>;
  readonly installation: Reading<InstallationFacts | undefined>;
}

/** The kind of install. Detection order of calico-facts 5. */
export function installKind(seen: InstallEvidence): Install {
  const installation = seen.installation.known ? seen.installation.value : undefined;
  const marked = seen.nodes.known
    ? seen.nodes.value.find(({ labels }) => migrationLabel in labels)
    : undefined;
  const operatorEvidence =
    installation === undefined ? [] : [`Installation ${installation.name} of operator.tigera.io`];
  if (marked !== undefined) {
    const value = marked.labels[migrationLabel] ?? "";
    return {
      kind: "migrating",
      owners: [],
      evidence: [...operatorEvidence, `node ${marked.name} has the label ${migrationLabel}=${value}`],
    };
  }
  if (!seen.daemonSets.known) return { kind: "unknown", owners: [], evidence: operatorEvidence };
  const sets = seen.daemonSets.value;
  const [first] = sets;
  if (first === undefined) {
    return installation === undefined
      ? { kind: "none", owners: [], evidence: [] }
      : { kind: "operator", owners: [], evidence: [...operatorEvidence, "no calico-node DaemonSet yet"] };
  }
  const byOperator = sets.filter(
    (set) => isOperators(set) || (installation !== undefined && set.namespace === operatorNamespace),
  );
  if (byOperator.length > 0 && byOperator.length < sets.length) {
    const evidence = sets.map(({ namespace, name }) => `DaemonSet ${namespace}/${name}`);
    return { kind: "migrating", owners: [], evidence: [...operatorEvidence, ...evidence] };
  }
  if (sets.length > 1 && byOperator.length === 0) {
    const evidence = sets.map(({ namespace, name }) => `DaemonSet ${namespace}/${name}`);
    return { kind: "several", owners: sets.flatMap(ownersOf), evidence };
  }
  const owners = ownersOf(first);
  return {
    kind: byOperator.length > 0 ? "operator" : kindByOwner(owners),
    flavour: flavour(first.name, first.template),
    owners,
    evidence: [
      ...operatorEvidence,
      `DaemonSet ${first.namespace}/${first.name}`,
      ...owners.map(({ name, evidence }) => `${name}: ${evidence}`),
    ],
  };
}

/** Whether a DaemonSet is the operator's by its own marks. */
export function isOperators(daemonSet: DaemonSetFacts): boolean {
  return ownersOf(daemonSet).some(({ kind }) => kind === "operator");
}

function kindByOwner(owners: readonly Owner[]): Install["kind"] {
  if (owners.some(({ kind }) => kind === "distribution")) return "distribution";
  return owners.some(({ kind }) => kind === "helm") ? "helm" : "manifest";
}

/** canal is Calico's policy with flannel's network: flannel runs in the same pod (calico-facts 1.1). */
export function flavour(name: string, template: TemplateFacts): "calico" | "canal" {
  return template.containers.some((container) => /flannel/.test(parseImage(container.image).repository)) ||
    /^(rke2-)?canal(-node)?$/.test(name)
    ? "canal"
    : "calico";
}

/** Whether a template runs calico-node: whatever the DaemonSet is called (calico-facts 1.1). */
export function runsCalicoNode(template: TemplateFacts): boolean {
  return calicoNodeContainer(template) !== undefined;
}
