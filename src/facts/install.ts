import type { ConfigMapFacts } from "../model/configmap.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import { flavour, isOperators, operatorNamespace, type InstallationFacts } from "../model/install.ts";
import type { NamespacedName } from "../model/kube.ts";
import type { NodeFacts } from "../model/node.ts";
import { known, type Reading } from "../model/reading.ts";
import { calicoOwners, type CalicoOwner } from "./owners.ts";
import { isNamed, nameOf } from "./which.ts";

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
  readonly owners: readonly CalicoOwner[];
  readonly evidence: readonly string[];
}

/** Set on nodes while the operator takes over a manifest install. */
const migrationLabel = "projectcalico.org/operator-node-migration";

/** What an install is judged by. `installation` known and undefined: there is none. */
export interface InstallEvidence {
  readonly daemonSets: Reading<readonly DaemonSetFacts[]>;
  readonly nodes: Reading<readonly NodeFacts[]>;
  readonly installation: Reading<InstallationFacts | undefined>;
  /** Where some distributions leave their only mark; without them it is not seen. */
  readonly configMaps: Reading<readonly ConfigMapFacts[]>;
}

/** Whether all was read that an install is judged by; the reason why it was not, where it was not. */
export function installOf(seen: InstallEvidence, named?: NamespacedName): Reading<Install> {
  for (const reading of [seen.daemonSets, seen.nodes, seen.installation]) if (!reading.known) return reading;
  return known(installKind(seen, named));
}

/**
 * The kind of install, by the marks that could be read. Detection order of calico-facts 5. The operator and a
 * migration to it are seen on any DaemonSet; whose it is otherwise, on the one that is named (hazard H20).
 */
export function installKind(seen: InstallEvidence, named?: NamespacedName): Install {
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
  const maps = seen.configMaps.known ? seen.configMaps.value : [];
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
    const evidence = sets.map((set) => `DaemonSet ${nameOf(set)}`);
    return { kind: "migrating", owners: [], evidence: [...operatorEvidence, ...evidence] };
  }
  const chosen = named === undefined ? undefined : sets.find((set) => isNamed(set, named));
  if (sets.length > 1 && byOperator.length === 0 && chosen === undefined) {
    const evidence = sets.map((set) => `DaemonSet ${nameOf(set)}`);
    return { kind: "several", owners: sets.flatMap((set) => calicoOwners(set, maps)), evidence };
  }
  const set = chosen ?? first;
  const owners = calicoOwners(set, maps);
  return {
    kind: byOperator.length > 0 ? "operator" : kindByOwner(owners),
    flavour: flavour(set.name, set.template),
    owners,
    evidence: [
      ...operatorEvidence,
      `DaemonSet ${nameOf(set)}`,
      ...owners.map(({ name, evidence }) => `${name}: ${evidence}`),
    ],
  };
}

function kindByOwner(owners: readonly CalicoOwner[]): Install["kind"] {
  if (owners.some(({ kind }) => kind === "distribution")) return "distribution";
  return owners.some(({ kind }) => kind === "helm") ? "helm" : "manifest";
}
