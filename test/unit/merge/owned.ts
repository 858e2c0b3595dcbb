import type { JsonObject, KubeObject, ManagedFieldsEntry, Ref } from "../../../src/model/kube.ts";
import { lastAppliedAnnotation } from "../../../src/model/names.ts";

export const ref: Ref = {
  group: "apps",
  version: "v1",
  resource: "daemonsets",
  kind: "DaemonSet",
  namespace: "kube-system",
  name: "calico-node",
};

export const rolling = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } };

/** A manifest's DaemonSet of one container; the node's name comes from a field reference, as always. */
export function file(
  image: string,
  extra: { readonly env?: readonly unknown[]; readonly strategy?: unknown } = {},
): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "calico-node", namespace: "kube-system", labels: { "k8s-app": "calico-node" } },
    spec: {
      selector: { matchLabels: { "k8s-app": "calico-node" } },
      ...(extra.strategy === null ? {} : { updateStrategy: extra.strategy ?? rolling }),
      template: {
        metadata: { labels: { "k8s-app": "calico-node" } },
        spec: {
          containers: [
            {
              name: "calico-node",
              image,
              env: [
                { name: "NODENAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
                ...(extra.env ?? []),
              ],
            },
          ],
        },
      },
    },
  };
}

interface LiveOptions {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly managedFields?: readonly ManagedFieldsEntry[];
  readonly strategy?: unknown;
}

/** The file as a server holds it: with defaults, and with what nobody wrote. */
export function stored(
  of: KubeObject,
  { annotations, managedFields, strategy }: LiveOptions = {},
): KubeObject {
  const copy = structuredClone(of) as KubeObject & {
    spec: {
      updateStrategy: unknown;
      template: { spec: { containers: { env: Record<string, unknown>[] }[] } };
    };
  };
  const container = copy.spec.template.spec.containers[0];
  if (container?.env[0] !== undefined) {
    container.env[0]["valueFrom"] = { fieldRef: { apiVersion: "v1", fieldPath: "spec.nodeName" } };
  }
  Object.assign(container ?? {}, { imagePullPolicy: "IfNotPresent" });
  if (strategy !== undefined) copy.spec.updateStrategy = strategy;
  return {
    ...copy,
    metadata: {
      ...copy.metadata,
      uid: "uid-1",
      resourceVersion: "100",
      generation: 3,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...(annotations === undefined ? {} : { annotations }),
      ...(managedFields === undefined ? {} : { managedFields }),
    },
    status: { observedGeneration: 3 },
  };
}

/** fieldsV1 of the file, as a server writes it for the manager that applied it. */
export function fieldsOf(env: readonly string[] = [], strategy = true): JsonObject {
  const named = (name: string, fields: JsonObject) => ({
    [`k:{"name":"${name}"}`]: { ".": {}, "f:name": {}, ...fields },
  });
  return {
    "f:metadata": { "f:labels": { "f:k8s-app": {} } },
    "f:spec": {
      "f:selector": {},
      ...(strategy
        ? { "f:updateStrategy": { "f:rollingUpdate": { "f:maxUnavailable": {} }, "f:type": {} } }
        : {}),
      "f:template": {
        "f:metadata": { "f:labels": { "f:k8s-app": {} } },
        "f:spec": {
          "f:containers": named("calico-node", {
            "f:image": {},
            "f:env": Object.assign(
              named("NODENAME", { "f:valueFrom": { "f:fieldRef": {} } }),
              ...env.map((name) => named(name, { "f:value": {} })),
            ) as JsonObject,
          }),
        },
      },
    },
  };
}

export function applied(
  manager: string,
  time: string,
  fieldsV1: JsonObject = fieldsOf(),
): ManagedFieldsEntry {
  return { manager, operation: "Apply", apiVersion: "apps/v1", time, fieldsV1 };
}

export function updated(
  manager: string,
  time: string,
  fieldsV1: JsonObject = fieldsOf(),
): ManagedFieldsEntry {
  return { manager, operation: "Update", apiVersion: "apps/v1", time, fieldsV1 };
}

export function lastAppliedOf(object: KubeObject): Readonly<Record<string, string>> {
  return { [lastAppliedAnnotation]: JSON.stringify(object) };
}
