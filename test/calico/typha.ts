/** Typha, which v3.0 to v3.4 bring along switched off, and v2.0's Job that made the first pool. */
import type { KubeObject } from "../cluster/kube-object.ts";
import { configName, namespace } from "./config.ts";
import { osSelector } from "./daemon-set.ts";
import { env, etcdAccess } from "./env.ts";
import { type Era, image } from "./era.ts";

export function typha(era: Era): KubeObject[] {
  const { datastore, flavour, from } = era;
  if (datastore === "etcd" || flavour === "canal" || !from("3.0") || from("3.5")) return [];
  const labels = { "k8s-app": "calico-typha" };
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "calico-typha", namespace, labels },
      spec: {
        ports: [{ port: 5473, protocol: "TCP", targetPort: "calico-typha", name: "calico-typha" }],
        selector: labels,
      },
    },
    {
      apiVersion: "apps/v1beta1",
      kind: "Deployment",
      metadata: { name: "calico-typha", namespace, labels },
      spec: {
        replicas: 0,
        revisionHistoryLimit: 2,
        template: { metadata: { labels }, spec: podSpec(era) },
      },
    },
    ...(from("3.3")
      ? [
          {
            apiVersion: "policy/v1beta1",
            kind: "PodDisruptionBudget",
            metadata: { name: "calico-typha", namespace, labels },
            spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
          },
        ]
      : []),
  ];
}

function podSpec(era: Era): Record<string, unknown> {
  const probe = (name: string) =>
    era.from("3.2")
      ? { exec: { command: ["calico-typha", "check", name] } }
      : { httpGet: { path: `/${name}`, port: 9098 } };
  return {
    ...osSelector(era),
    tolerations: [{ key: "CriticalAddonsOnly", operator: "Exists" }],
    hostNetwork: true,
    serviceAccountName: "calico-node",
    containers: [
      {
        name: "calico-typha",
        image: image(era, "typha"),
        ports: [{ containerPort: 5473, name: "calico-typha", protocol: "TCP" }],
        env: env(era, [
          { name: "TYPHA_LOGSEVERITYSCREEN", value: "info" },
          { name: "TYPHA_LOGFILEPATH", value: "none" },
          { name: "TYPHA_LOGSEVERITYSYS", value: "none" },
          { name: "TYPHA_CONNECTIONREBALANCINGMODE", value: "kubernetes" },
          { name: "TYPHA_DATASTORETYPE", value: "kubernetes" },
          { name: "TYPHA_HEALTHENABLED", value: "true" },
        ]),
        livenessProbe: { ...probe("liveness"), periodSeconds: 30, initialDelaySeconds: 30 },
        readinessProbe: { ...probe("readiness"), periodSeconds: 10 },
      },
    ],
  };
}

/** It applies its pool whatever pool is there already. */
export function poolJob(era: Era): KubeObject[] {
  const { datastore, from } = era;
  if (!from("2.0") || from("2.1")) return [];
  const access = datastore === "etcd" ? etcdAccess : [{ name: "DATASTORE_TYPE", value: "kubernetes" }];
  return [
    {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "configure-calico", namespace, labels: { "k8s-app": "calico" } },
      spec: {
        template: {
          metadata: { name: "configure-calico" },
          spec: {
            hostNetwork: true,
            restartPolicy: "OnFailure",
            containers: [
              {
                name: "configure-calico",
                image: image(era, "ctl"),
                args: ["apply", "-f", "/etc/config/calico/ippool.yaml"],
                volumeMounts: [{ name: "config-volume", mountPath: "/etc/config" }],
                env: env(era, access),
              },
            ],
            volumes: [
              {
                name: "config-volume",
                configMap: {
                  name: configName(era),
                  items: [{ key: "ippool.yaml", path: "calico/ippool.yaml" }],
                },
              },
            ],
          },
        },
      },
    },
  ];
}
