import { expect } from "vitest";
import type { ClusterFacts } from "../../../src/model/cluster-facts.ts";
import { withLastApplied } from "../../../src/merge/last-applied.ts";
import { factsOfObjects } from "../../../src/model/facts-of-objects.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { nodeFacts } from "../../../src/model/node.ts";
import { podFacts } from "../../../src/model/pod.ts";
import { known, type Reading } from "../../../src/model/reading.ts";
import { revisionFacts } from "../../../src/model/revision.ts";
import type { ClusterRule } from "../../../src/preflight/cluster-rule.ts";
import { clusterRules } from "../../../src/preflight/cluster-rules.ts";
import { preflightFacts } from "../../../src/preflight/facts.ts";
import type { Finding } from "../../../src/preflight/finding.ts";
import type { Subject } from "../../../src/preflight/subject.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { versionOf } from "../../../src/releases/version.ts";
import { takenForGood } from "./refusals.ts";
import { aConfigMap, aDaemonSet, aNode, aPod, aRevision, aTemplate, now } from "../build/a-cluster.ts";

export interface PreflightSpec {
  /** The release that runs, with its own image tags; v3.29.1 unless told otherwise. */
  readonly release?: string;
  readonly datastore?: "etcd" | "kubernetes";
  /** Of the API server. */
  readonly kubernetes?: string;
  /** Environment of calico-node beside the datastore's and the backend's. */
  readonly env?: readonly Readonly<Record<string, unknown>>[];
  readonly daemonSet?: Parameters<typeof aDaemonSet>[0];
  readonly nodes?: readonly KubeObject[];
  /** Keys of calico-config. */
  readonly config?: Readonly<Record<string, string>>;
  /** Further objects, as they would stand in the cluster. */
  readonly objects?: readonly KubeObject[];
  /** Readings as they are: what could not be read, and what no object makes. */
  readonly readings?: Partial<ClusterFacts>;
}

export const forbidden: Reading<never> = {
  known: false,
  why: "forbidden",
  message: 'User "jane" cannot list it',
};

const backend = {
  name: "CALICO_NETWORKING_BACKEND",
  valueFrom: { configMapKeyRef: { name: "calico-config", key: "calico_backend" } },
};

/** A healthy manifest install of three nodes: Kubernetes datastore and BGP unless told otherwise. */
export function clusterFacts(spec: PreflightSpec = {}): ClusterFacts {
  const { release = "v3.29.1", datastore = "kubernetes", kubernetes = "v1.31.4" } = spec;
  const tags = catalogue.releases.get(release)?.tags;
  const template = aTemplate({
    node: `docker.io/calico/node:${tags?.get("calico/node") ?? release}`,
    cni: `docker.io/calico/cni:${tags?.get("calico/cni") ?? release}`,
    env: [
      datastore === "kubernetes"
        ? { name: "DATASTORE_TYPE", value: "kubernetes" }
        : { name: "ETCD_ENDPOINTS", value: "https://10.0.0.1:2379" },
      backend,
      ...(spec.env ?? []),
    ],
  });
  const daemonSet = aDaemonSet({ template, ...spec.daemonSet });
  const nodes = spec.nodes ?? ["node-01", "node-02", "node-03"].map((name) => aNode(name));
  const cni =
    datastore === "kubernetes" ? '"datastore_type": "kubernetes"' : '"etcd_endpoints": "__ETCD_ENDPOINTS__"';
  const config = aConfigMap({
    cni_network_config: `{"plugins": [{"type": "calico", ${cni}, "ipam": {"type": "calico-ipam"}}]}`,
    ...spec.config,
  });
  const objects = [daemonSet, config, ...(spec.objects ?? [])];
  return {
    ...factsOfObjects(objects),
    installed: known({ objects: objects.map(withLastApplied), unread: [] }),
    serverVersion: kubernetes,
    now,
    nodes: known(nodes.map(nodeFacts)),
    pods: known(nodes.map(({ metadata }) => podFacts(aPod(daemonSet, metadata.name, { hash: "aaa" })))),
    revisions: known([revisionFacts(aRevision(daemonSet, 1, "aaa"))]),
    events: known([]),
    served: known({ groupVersions: ["v1", "apps/v1"], kinds: [], groups: [] }),
    dependants: known({ resources: ["configmaps"], found: [] }),
    rights: known([]),
    ...spec.readings,
  };
}

/** The rules of some categories: `rulesOf("N")`. */
export function rulesOf(letters: string): readonly ClusterRule[] {
  return clusterRules.filter(({ id }) => letters.includes(id.charAt(0)));
}

export function ruleOf(id: string): ClusterRule {
  const found = clusterRules.find((each) => each.id === id);
  if (found === undefined) throw new Error(`there is no rule ${id}`);
  return found;
}

/**
 * What one rule says of that cluster on its way to a release (`to`), or without a target; it has to say no
 * better of the same cluster where one of its readings is refused.
 */
export function findingOf(
  rule: ClusterRule,
  spec: PreflightSpec = {},
  to?: string,
  subject: Partial<Subject> = {},
): Finding {
  const target = to === undefined ? {} : { to: known(versionOf(to)) };
  const facts = clusterFacts(spec);
  const asked = { ...target, ...subject };
  const finding = rule.evaluate(preflightFacts(facts, catalogue), asked, now);
  expect(takenForGood(rule, facts, asked, finding)).toEqual([]);
  return finding;
}

/** An object of Calico's, as the CRD has it. */
export function aCalicoObject(
  kind: string,
  name: string,
  spec: Readonly<Record<string, unknown>> = {},
): KubeObject {
  return {
    apiVersion: "crd.projectcalico.org/v1",
    kind,
    metadata: { name, uid: `uid-${kind}-${name}` },
    spec,
  };
}
