import { releaseNeeds, type Needing } from "../facts/release-needs.ts";
import { configNeeds, templateNeeds, type TemplateNeeds } from "../manifest/needs.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import { ipamType } from "../model/ipam.ts";
import type { KubeObject } from "../model/kube.ts";
import { known, type Reading } from "../model/reading.ts";
import type { TemplateFacts } from "../model/template.ts";
import { cniContainer, workloadFacts, type WorkloadFacts } from "../model/workload.ts";
import type { Version } from "../releases/version.ts";
import type { PreflightFacts } from "./facts.ts";
import type { TargetManifest } from "./subject.ts";

/** Pods of Calico as they will be, and what tells so. */
interface Coming {
  readonly component: Needing["component"];
  readonly namespace: string;
  readonly template: TemplateFacts;
  /** Of a file. */
  readonly object?: KubeObject;
}

/** calico-node and the controller of the file; without one those that run, with other images. */
export function comingPods(
  live: DaemonSetFacts,
  inFile: DaemonSetFacts | undefined,
  workloads: PreflightFacts["workloads"],
  manifest: TargetManifest | undefined,
): readonly Coming[] {
  const isActive = ({ component, desired }: WorkloadFacts): boolean =>
    component === "controller" && desired > 0;
  const { namespace } = live;
  if (manifest === undefined || inFile === undefined) {
    const running = workloads.known ? workloads.value.filter(isActive) : [];
    return [
      { component: "node", namespace, template: live.template },
      ...running.map((each) => ({ component: "controller" as const, namespace, template: each.template })),
    ];
  }
  return manifest.objects.flatMap(({ object }): readonly Coming[] => {
    const placed = {
      ...object,
      metadata: { ...object.metadata, namespace: object.metadata.namespace ?? namespace },
    };
    if (object.kind === "DaemonSet" && object.metadata.name === inFile.name)
      return [{ component: "node", namespace, template: inFile.template, object: placed }];
    const workload = /^(Deployment|ReplicaSet)$/.test(object.kind) ? workloadFacts(placed) : undefined;
    return workload !== undefined && isActive(workload) && workload.namespace === namespace
      ? [{ component: "controller", namespace, template: workload.template, object: placed }]
      : [];
  });
}

/** What the templates of the file name, and what its objects give to their accounts; Secrets are not read. */
export function needsOfTemplates(pods: readonly Coming[], { objects }: TargetManifest): TemplateNeeds {
  return allOf(
    pods.flatMap(({ object, namespace }) => {
      if (object === undefined) return [];
      const needs = templateNeeds(objects, object, namespace);
      return [{ ...needs, configs: needs.configs.filter(({ kind }) => kind !== "Secret") }];
    }),
  );
}

/** What the templates of running pods name; of ConfigMaps those that calico-node has, which are read. */
export function needsOfRunning(pods: readonly Coming[]): TemplateNeeds {
  return allOf(
    pods.map(({ component, namespace, template }) => ({
      crds: [],
      accounts: [{ namespace, name: template.serviceAccount ?? "default" }],
      grants: [],
      configs:
        component === "node"
          ? configNeeds(template, namespace).filter(({ kind }) => kind === "ConfigMap")
          : [],
    })),
  );
}

/** What the release needs of these pods; known and undefined: that is not on record. */
export function recordedNeeds(
  pods: readonly Coming[],
  facts: PreflightFacts,
  to: Version,
  from: Version | undefined,
): Reading<TemplateNeeds | undefined> {
  const { datastore, canal, cniConfig } = facts;
  if (!datastore.known) return datastore;
  if (!canal.known) return canal;
  const all: TemplateNeeds[] = [];
  for (const { component, namespace, template } of pods) {
    // Without an installer the CNI plugin is none of this DaemonSet's.
    const installs = component === "controller" || cniContainer(template) !== undefined;
    if (datastore.value === "kubernetes" && installs && !cniConfig.known) return cniConfig;
    const ipam = installs && cniConfig.known && ipamType(cniConfig.value) === "calico-ipam";
    const needing = { component, namespace, template, datastore: datastore.value, canal: canal.value, ipam };
    const needs = releaseNeeds(needing, to, from);
    if (needs === undefined) return known(undefined);
    all.push(needs);
  }
  return known(allOf(all));
}

export function allOf(all: readonly TemplateNeeds[]): TemplateNeeds {
  return {
    crds: unique(
      all.flatMap(({ crds }) => crds),
      ({ name }) => name,
    ),
    accounts: unique(
      all.flatMap(({ accounts }) => accounts),
      ({ namespace, name }) => `${namespace}/${name}`,
    ),
    grants: all.flatMap(({ grants }) => grants),
    configs: all.flatMap(({ configs }) => configs),
  };
}

function unique<T>(all: readonly T[], id: (one: T) => string): readonly T[] {
  return [...new Map(all.map((one) => [id(one), one])).values()];
}
