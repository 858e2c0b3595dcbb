import type { DependantFacts } from "./cluster-facts.ts";
import type { ConfigMapFacts } from "./configmap.ts";
import type { DaemonSetFacts } from "./daemonset.ts";
import type { NodeFacts } from "./node.ts";
import type { ContainerFacts, PodFacts } from "./pod.ts";
import type { Binding, RoleRef } from "./rbac.ts";
import { isRecord } from "./record.ts";
import type { RevisionFacts } from "./revision.ts";
import type { ServedFacts, ServedKind } from "./served.ts";
import type { EnvVar, KeySource, TemplateContainer, TemplateFacts, TemplateVolume } from "./template.ts";
import type { WorkloadFacts } from "./workload.ts";

/** The fields that are always there, complete by the compiler. */
type RequiredFields<T> = Readonly<
  Record<{ [K in keyof T]-?: undefined extends T[K] ? never : K }[keyof T] & string, true>
>;

interface FactsShape {
  readonly fields: readonly string[];
  /** What stands in a field, or in each element of its list, where it is there. */
  readonly inner?: Readonly<Record<string, FactsShape>>;
}

function shape<T>(fields: RequiredFields<T>, inner?: { readonly [K in keyof T]?: FactsShape }): FactsShape {
  return {
    fields: Object.keys(fields),
    ...(inner === undefined ? {} : { inner: inner as Readonly<Record<string, FactsShape>> }),
  };
}

const named = { name: true, namespace: true } as const;
const identified = { ...named, uid: true, resourceVersion: true } as const;
const marked = { labels: true, annotations: true } as const;

const source = shape<KeySource>({ kind: true, name: true, optional: true });
const container = shape<TemplateContainer>(
  { name: true, image: true, command: true, args: true, env: true, envFrom: true, mounts: true },
  { env: shape<EnvVar>({ name: true }, { from: source }), envFrom: source },
);
const template = shape<TemplateFacts>(
  {
    fingerprint: true,
    labels: true,
    hostNetwork: true,
    nodeSelector: true,
    tolerations: true,
    imagePullSecrets: true,
    initContainers: true,
    containers: true,
    volumes: true,
  },
  {
    initContainers: container,
    containers: container,
    volumes: shape<TemplateVolume>({ name: true, keys: true }, { source }),
  },
);
const running = shape<ContainerFacts>({ name: true, image: true, ready: true, restarts: true });
const daemonSet = shape<DaemonSetFacts>(
  {
    ...identified,
    ...marked,
    apiVersion: true,
    created: true,
    generation: true,
    observedGeneration: true,
    desired: true,
    ready: true,
    updated: true,
    ownerReferences: true,
    managedFields: true,
    strategy: true,
    selector: true,
    template: true,
  },
  { template },
);
const binding = shape<Binding>(
  { kind: true, name: true, role: true, subjects: true },
  { role: shape<RoleRef>({ kind: true, name: true }) },
);

/** Of the readings whose facts are looked into by every command. */
const readings: Readonly<Record<string, FactsShape>> = {
  nodes: shape<NodeFacts>({
    name: true,
    uid: true,
    resourceVersion: true,
    created: true,
    labels: true,
    unschedulable: true,
    taints: true,
    ready: true,
    roles: true,
    images: true,
    deleting: true,
  }),
  pods: shape<PodFacts>(
    {
      ...identified,
      ...marked,
      created: true,
      scheduled: true,
      phase: true,
      ready: true,
      initContainers: true,
      containers: true,
    },
    { initContainers: running, containers: running },
  ),
  daemonSets: daemonSet,
  windowsSets: daemonSet,
  workloads: shape<WorkloadFacts>(
    {
      ...identified,
      ...marked,
      component: true,
      apiVersion: true,
      kind: true,
      ownerReferences: true,
      desired: true,
      ready: true,
      replicas: true,
      updated: true,
      generation: true,
      observedGeneration: true,
      image: true,
      selector: true,
      template: true,
    },
    { template },
  ),
  configMaps: shape<ConfigMapFacts>({ ...named, resourceVersion: true, annotations: true, data: true }),
  revisions: shape<RevisionFacts>(
    { name: true, uid: true, resourceVersion: true, revision: true, template: true },
    { template },
  ),
  clusterRoleBindings: binding,
  roleBindings: binding,
  dependants: shape<DependantFacts>({ resources: true, found: true }),
  served: shape<ServedFacts>(
    { groupVersions: true, kinds: true, groups: true },
    { kinds: shape<ServedKind>({ apiVersion: true, kind: true, resource: true }) },
  ),
};

/** The place of a field that a reading lacks; undefined: it lacks none. */
export function lackingIn(name: string, value: unknown): string | undefined {
  const own = readings[name];
  return own === undefined ? undefined : lacking(value, own, name);
}

function lacking(value: unknown, { fields, inner = {} }: FactsShape, place: string): string | undefined {
  if (Array.isArray(value)) {
    for (const [at, each] of value.entries()) {
      const why = lacking(each, { fields, inner }, `${place}[${String(at)}]`);
      if (why !== undefined) return why;
    }
    return undefined;
  }
  if (!isRecord(value)) return `${place} is no object`;
  const missing = fields.find((field) => value[field] === undefined || value[field] === null);
  if (missing !== undefined) return `${place}.${missing} is missing`;
  for (const [field, own] of Object.entries(inner)) {
    const below = value[field];
    if (below === undefined) continue;
    const why = lacking(below, own, `${place}.${field}`);
    if (why !== undefined) return why;
  }
  return undefined;
}
