/** The policy controller, later kube-controllers, and what comes with it. */
import type { KubeObject } from "../cluster/kube-object.ts";
import { controllerAccount } from "./accounts.ts";
import { namespace } from "./config.ts";
import { etcdCerts, osSelector } from "./daemon-set.ts";
import { env, etcdAccess, mounts, pullPolicy, type Variable } from "./env.ts";
import { type Era, image } from "./era.ts";

export function controllers(era: Era): KubeObject[] {
  const { datastore, from } = era;
  const kubeControllers = { name: "calico-kube-controllers", app: "calico-kube-controllers" };
  if (datastore === "kdd") {
    if (controllerAccount(era) === undefined) return [];
    return [deployment(era, kubeControllers), ...disruptionBudget(era)];
  }
  const policyController = { name: "calico-policy-controller", app: "calico-policy" };
  if (!from("2.0")) return [replicaSet(era, policyController)];
  if (!from("2.6")) return [deployment(era, policyController)];
  // v2.6 turns the old controller off by a Deployment of its name that wants no pod.
  const tombstone = from("3.0") ? [] : [{ ...deployment(era, policyController, 0) }];
  return [deployment(era, kubeControllers), ...tombstone, ...disruptionBudget(era)];
}

type Controller = { readonly name: string; readonly app: string };

function deployment(era: Era, { name, app }: Controller, replicas = 1): KubeObject {
  const labels = { "k8s-app": app };
  const apps = era.from("3.8");
  return {
    apiVersion: apps ? "apps/v1" : "extensions/v1beta1",
    kind: "Deployment",
    metadata: { name, namespace, labels },
    spec: {
      replicas,
      ...(apps ? { selector: { matchLabels: labels } } : {}),
      // Two controllers at a time would undo each other's work.
      strategy: { type: "Recreate" },
      template: template(era, { name, app }),
    },
  };
}

function replicaSet(era: Era, controller: Controller): KubeObject {
  const { name, app } = controller;
  return {
    apiVersion: "extensions/v1beta1",
    kind: "ReplicaSet",
    metadata: { name, namespace, labels: { "k8s-app": app } },
    spec: { replicas: 1, template: template(era, controller) },
  };
}

function template(era: Era, { name, app }: Controller): Record<string, unknown> {
  const { datastore, from } = era;
  const etcd = datastore === "etcd";
  const account = controllerAccount(era);
  return {
    metadata: { name, namespace, labels: { "k8s-app": app } },
    spec: {
      ...osSelector(era),
      ...(from("3.1") ? { tolerations: tolerations(era) } : {}),
      ...(account === undefined ? {} : { serviceAccountName: account }),
      ...(from("3.29") ? { securityContext: { seccompProfile: { type: "RuntimeDefault" } } } : {}),
      ...(from("3.8") ? { priorityClassName: "system-cluster-critical" } : {}),
      // etcd is reached through the host's network.
      ...(etcd ? { hostNetwork: true } : {}),
      containers: [
        {
          name,
          image: image(era, "controller"),
          ...pullPolicy(era),
          env: env(era, variables(era)),
          ...(etcd ? { volumeMounts: mounts(era, [{ path: "/calico-secrets", volume: "etcd-certs" }]) } : {}),
          ...probes(era),
          ...(from("3.29") ? { securityContext: { runAsNonRoot: true } } : {}),
        },
      ],
      ...(etcd ? { volumes: [etcdCerts(era, from("3.19") ? 0o440 : 0o400)] } : {}),
    },
  };
}

function variables(era: Era): readonly Variable[] {
  const { datastore, from } = era;
  const balancer = from("3.30") ? ",loadbalancer" : "";
  if (datastore === "kdd") {
    return [
      { name: "ENABLED_CONTROLLERS", value: `node${balancer}` },
      { name: "DATASTORE_TYPE", value: "kubernetes" },
    ];
  }
  const kinds = from("3.3")
    ? "policy,namespace,serviceaccount,workloadendpoint,node"
    : "policy,profile,workloadendpoint,node";
  return [
    ...etcdAccess,
    { name: "K8S_API", value: "https://kubernetes.default:443", until: "2.6" },
    { name: "CONFIGURE_ETC_HOSTS", value: "true", until: "2.6" },
    { name: "ENABLED_CONTROLLERS", value: `${kinds}${balancer}`, since: "2.6" },
  ];
}

function tolerations({ from }: Era): Record<string, unknown>[] {
  const role = (name: string) => ({ key: `node-role.kubernetes.io/${name}`, effect: "NoSchedule" });
  return [
    { key: "CriticalAddonsOnly", operator: "Exists" },
    role("master"),
    ...(from("3.24") ? [role("control-plane")] : []),
  ];
}

function probes({ from }: Era): Record<string, unknown> {
  const check = (flag: string) => ({ exec: { command: ["/usr/bin/check-status", flag] } });
  return {
    ...(from("3.19")
      ? {
          livenessProbe: {
            ...check("-l"),
            periodSeconds: 10,
            initialDelaySeconds: 10,
            failureThreshold: 6,
            ...(from("3.20") ? { timeoutSeconds: 10 } : {}),
          },
        }
      : {}),
    ...(from("3.2")
      ? { readinessProbe: { ...check("-r"), ...(from("3.19") ? { periodSeconds: 10 } : {}) } }
      : {}),
  };
}

function disruptionBudget({ from }: Era): KubeObject[] {
  if (!from("3.17")) return [];
  const labels = { "k8s-app": "calico-kube-controllers" };
  return [
    {
      apiVersion: from("3.23") ? "policy/v1" : "policy/v1beta1",
      kind: "PodDisruptionBudget",
      metadata: { name: "calico-kube-controllers", namespace, labels },
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    },
  ];
}
