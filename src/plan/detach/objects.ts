import { detachedVariables, formatDetached } from "../../model/detached.ts";
import type { ApiResource } from "../../model/api-resource.ts";
import type { KubeObject, OwnerReference, Ref } from "../../model/kube.ts";
import { createdByAnnotation, detachedName, purposeLabel, purposes } from "../../model/names.ts";
import { listOf, recordOf } from "../../model/record.ts";
import type { NeededRight } from "../../model/right.ts";
import { roleRules } from "../../model/role-rules.ts";
import type { RunCommand } from "../../model/run-command.ts";
import { interruptPatience } from "../patience.ts";

/** A run over nodes that a Job performs. Everything in it is fixed before the first write. */
export interface DetachedRun {
  /** Of the DaemonSet: leases, pods and the Job are in one place. */
  readonly namespace: string;
  readonly image: string;
  /** The words behind the program's name, but for the file. */
  readonly args: readonly string[];
  /** What the user began it with (hazard H33). */
  readonly command: RunCommand;
  /** What its steps need. */
  readonly rights: readonly NeededRight[];
  /** YAML of the DaemonSet, the only document of -f that leaves this machine. */
  readonly daemonSet?: string;
  /** The live DaemonSet's pod template: how its pods reach the API server, and pull images. */
  readonly podTemplate: unknown;
  /** The process that creates it. */
  readonly by: string;
}

/** Where the DaemonSet's document is in the pod. */
const folder = "/etc/calico-upgrade";
const fileName = "daemonset.yaml";

/** A day: whoever comes in the morning can still read why it stopped. */
const kept = 86_400;

/** Pods that die, are drained or preempted in one night. */
const tries = 20;

/** After a signal the node under way gets its time, and then the lease is given back. */
export const graceSeconds = interruptPatience / 1000 + 30;

const core = (resource: string, kind: string): ApiResource => ({ group: "", version: "v1", resource, kind });
const rbac = (resource: string, kind: string): ApiResource => ({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  resource,
  kind,
});

const kinds = {
  clusterRole: rbac("clusterroles", "ClusterRole"),
  clusterRoleBinding: rbac("clusterrolebindings", "ClusterRoleBinding"),
  job: { group: "batch", version: "v1", resource: "jobs", kind: "Job" },
  serviceAccount: core("serviceaccounts", "ServiceAccount"),
  role: rbac("roles", "Role"),
  roleBinding: rbac("rolebindings", "RoleBinding"),
  configMap: core("configmaps", "ConfigMap"),
} as const;

export type DetachedKind = keyof typeof kinds;
export const detachedKinds = Object.keys(kinds) as readonly DetachedKind[];

export function detachedRef(kind: DetachedKind, namespace: string): Ref {
  const isWide = kind === "clusterRole" || kind === "clusterRoleBinding";
  return { ...kinds[kind], name: detachedName, ...(isWide ? {} : { namespace }) };
}

/** Whether an object of our name is one of a detached run. */
export function isOfDetached({ metadata }: KubeObject): boolean {
  return metadata.labels?.[purposeLabel] === purposes.detached;
}

/** One object, and which of those before it owns it: what is left when half of them fails goes with its owner. */
export interface DetachedObject {
  readonly kind: DetachedKind;
  readonly ref: Ref;
  readonly object: KubeObject;
  readonly owner?: "clusterRole" | "job";
}

/**
 * In the order in which they are created. The Job waits (parallelism 0) until all that its pod needs is there; what is
 * in its namespace goes with it, and it with the ClusterRole.
 */
export function detachedObjects(run: DetachedRun): readonly DetachedObject[] {
  const { namespace, daemonSet, rights } = run;
  const all = [...rights, ...ownRights(namespace)];
  const wide = all.filter((right) => right.namespace === undefined);
  const own = all.filter((right) => right.namespace === namespace);
  const subjects = [{ kind: "ServiceAccount", name: detachedName, namespace }];
  const roleRef = (kind: string) => ({ apiGroup: kinds.role.group, kind, name: detachedName });
  const made = (
    kind: DetachedKind,
    fields: Readonly<Record<string, unknown>>,
    owner?: DetachedObject["owner"],
  ): DetachedObject => {
    const ref = detachedRef(kind, namespace);
    const { group, version } = ref;
    return {
      kind,
      ref,
      object: {
        apiVersion: group === "" ? version : `${group}/${version}`,
        kind: ref.kind,
        metadata: {
          name: detachedName,
          ...(ref.namespace === undefined ? {} : { namespace }),
          labels: { [purposeLabel]: purposes.detached },
          annotations: { [createdByAnnotation]: run.by },
        },
        ...fields,
      },
      ...(owner === undefined ? {} : { owner }),
    };
  };
  return [
    made("clusterRole", { rules: roleRules(wide) }),
    made("clusterRoleBinding", { roleRef: roleRef("ClusterRole"), subjects }, "clusterRole"),
    made("job", { spec: jobSpec(run) }, "clusterRole"),
    made("serviceAccount", {}, "job"),
    made("role", { rules: roleRules(own) }, "job"),
    made("roleBinding", { roleRef: roleRef("Role"), subjects }, "job"),
    ...(daemonSet === undefined ? [] : [made("configMap", { data: { [fileName]: daemonSet } }, "job")]),
  ];
}

/** An object as it is created, once its owner is there. */
export function ownedBy(object: KubeObject, owner: KubeObject | undefined): KubeObject {
  if (owner === undefined) return object;
  const { apiVersion, kind, metadata } = owner;
  const reference: OwnerReference = { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "" };
  return { ...object, metadata: { ...object.metadata, ownerReferences: [reference] } };
}

/** At its end the run removes its objects; the pod that it takes over from it reads. */
function ownRights(namespace: string): readonly NeededRight[] {
  const on = (kind: DetachedKind, ...verbs: readonly string[]): readonly NeededRight[] => {
    const { group, resource, namespace: where } = detachedRef(kind, namespace);
    const place = where === undefined ? {} : { namespace: where };
    return verbs.map((verb) => ({ verb, group, resource, ...place, names: [detachedName] }));
  };
  return [
    ...on("clusterRole", "get", "delete"),
    ...on("clusterRoleBinding", "get", "delete"),
    ...on("roleBinding", "get", "delete"),
    ...on("job", "get", "patch"),
    { verb: "get", group: "", resource: "pods", namespace },
  ];
}

function jobSpec(run: DetachedRun): unknown {
  return {
    parallelism: 0,
    completions: 1,
    backoffLimit: tries,
    ttlSecondsAfterFinished: kept,
    template: { metadata: { labels: { [purposeLabel]: purposes.detached } }, spec: podSpec(run) },
  };
}

/** The pod as admission sees it; without the account, which is not there when it is tried. */
export function detachedPod(run: DetachedRun): KubeObject {
  const { serviceAccountName: _later, ...spec } = podSpec(run);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: detachedName,
      namespace: run.namespace,
      labels: { [purposeLabel]: purposes.detached },
    },
    spec,
  };
}

/**
 * Its network is the node's, which does not depend on what is upgraded. It tolerates everything, so that a cordon or a
 * node that is NotReady for a while leaves it alone; from a node that is silent it moves, since nobody would continue.
 */
function podSpec(run: DetachedRun) {
  const { image, args, command, daemonSet, podTemplate } = run;
  const { imagePullSecrets, env, envFrom } = fromTemplate(podTemplate);
  const { run: runVariable, pod, node } = detachedVariables;
  const of = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  return {
    serviceAccountName: detachedName,
    hostNetwork: true,
    dnsPolicy: "Default",
    restartPolicy: "Never",
    terminationGracePeriodSeconds: graceSeconds,
    tolerations: [
      { operator: "Exists" },
      {
        key: "node.kubernetes.io/unreachable",
        operator: "Exists",
        effect: "NoExecute",
        tolerationSeconds: 60,
      },
    ],
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: ["control-plane", "master"].map((role) => ({
          weight: 1,
          preference: {
            matchExpressions: [{ key: `node-role.kubernetes.io/${role}`, operator: "Exists" }],
          },
        })),
      },
    },
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      fsGroup: 65_532,
      seccompProfile: { type: "RuntimeDefault" },
    },
    ...(imagePullSecrets === undefined ? {} : { imagePullSecrets }),
    containers: [
      {
        name: "calico-upgrade",
        image,
        args: [...args, ...(daemonSet === undefined ? [] : ["-f", `${folder}/${fileName}`])],
        env: [
          { name: runVariable, value: formatDetached({ job: detachedName, command }) },
          of(pod, "metadata.name"),
          of(node, "spec.nodeName"),
          // Its root is read-only: caches go to the emptyDir. Bundles were saved where the run was begun.
          { name: "HOME", value: "/tmp" },
          ...env,
        ],
        ...(envFrom.length === 0 ? {} : { envFrom }),
        resources: { requests: { cpu: "50m", memory: "128Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        // The last lines are in the pod's status, also where nobody may read logs.
        terminationMessagePolicy: "FallbackToLogsOnError",
        volumeMounts: [
          { name: "tmp", mountPath: "/tmp" },
          ...(daemonSet === undefined ? [] : [{ name: "file", mountPath: folder, readOnly: true }]),
        ],
      },
    ],
    volumes: [
      { name: "tmp", emptyDir: {} },
      ...(daemonSet === undefined ? [] : [{ name: "file", configMap: { name: detachedName } }]),
    ],
  };
}

const apiServer = ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"];

/**
 * Where the eBPF dataplane stands in for kube-proxy, calico-node is told where the API server is (upstream's ConfigMap
 * kubernetes-services-endpoint), since the Service's address depends on it; so is this pod, by the kubelet.
 */
function fromTemplate(template: unknown): {
  readonly imagePullSecrets?: unknown;
  readonly env: readonly unknown[];
  readonly envFrom: readonly unknown[];
} {
  const spec = recordOf(recordOf(template)?.["spec"]);
  const containers = listOf(spec?.["containers"]).map(recordOf);
  const container = containers.find((each) => each?.["name"] === "calico-node");
  const secrets = spec?.["imagePullSecrets"];
  return {
    ...(secrets === undefined ? {} : { imagePullSecrets: secrets }),
    env: listOf(container?.["env"]).filter((each) => apiServer.includes(String(recordOf(each)?.["name"]))),
    envFrom: listOf(container?.["envFrom"]).filter(
      (each) => recordOf(recordOf(each)?.["configMapRef"])?.["name"] === "kubernetes-services-endpoint",
    ),
  };
}
