/** Environment variables and mounts, with the releases that have them. */
import { configName } from "./config.ts";
import { type Era, inEra, type Ranged } from "./era.ts";

export type Variable = Ranged<{
  readonly name: string;
  readonly value?: string;
  /** A key of the ConfigMap. */
  readonly key?: string;
  /** A field of the pod. */
  readonly field?: string;
}>;

export function env(era: Era, variables: readonly Variable[]): Record<string, unknown>[] {
  return inEra(era, variables).map(({ name, value, key, field }) => {
    if (key !== undefined) return { name, valueFrom: { configMapKeyRef: { name: configName(era), key } } };
    if (field !== undefined) return { name, valueFrom: { fieldRef: { fieldPath: field } } };
    return { name, value: value ?? "" };
  });
}

export const etcdEndpoints: Variable = { name: "ETCD_ENDPOINTS", key: "etcd_endpoints" };

export const etcdAccess: readonly Variable[] = [
  etcdEndpoints,
  { name: "ETCD_CA_CERT_FILE", key: "etcd_ca" },
  { name: "ETCD_KEY_FILE", key: "etcd_key" },
  { name: "ETCD_CERT_FILE", key: "etcd_cert" },
];

export type Mount = Ranged<{
  readonly path: string;
  readonly volume: string;
  readonly readOnly?: boolean;
  readonly propagation?: string;
}>;

export function mounts(era: Era, list: readonly Mount[]): Record<string, unknown>[] {
  return inEra(era, list).map(({ path, volume, readOnly, propagation }) => ({
    mountPath: path,
    name: volume,
    ...(readOnly === undefined ? {} : { readOnly }),
    ...(propagation === undefined ? {} : { mountPropagation: propagation }),
  }));
}

/** The API server's address for nodes without kube-proxy. */
export function servicesEndpoint({ from }: Era): Record<string, unknown> {
  if (!from("3.16")) return {};
  return { envFrom: [{ configMapRef: { name: "kubernetes-services-endpoint", optional: true } }] };
}

export function pullPolicy({ from }: Era): Record<string, unknown> {
  return from("3.24") ? { imagePullPolicy: "IfNotPresent" } : {};
}
