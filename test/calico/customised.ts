/** What people set in upstream's manifests, each as an edit of its objects. */
import type { KubeObject } from "../../src/model/kube.ts";

type Draft = Record<string, unknown>;

/** Copies of a manifest's objects, free to be edited. */
class Manifest {
  readonly objects: KubeObject[];
  constructor(objects: readonly KubeObject[]) {
    this.objects = structuredClone([...objects]);
  }
  find(kind: string, name: string | RegExp): Draft | undefined {
    const named = (each: string): boolean => (typeof name === "string" ? each === name : name.test(each));
    return this.objects.find((each) => each.kind === kind && named(each.metadata.name));
  }
  get node(): Draft {
    return must(this.find("DaemonSet", /^(calico-node|canal)$/));
  }
  get config(): Draft {
    return map(must(this.find("ConfigMap", /^(calico|canal)-config$/)), "data");
  }
  get controller(): Draft {
    return must(this.find("Deployment", "calico-kube-controllers"));
  }
  get calico(): Draft {
    return container(this.node, "calico-node");
  }
}

export const customisations = {
  /** A chained plugin, forwarding in pods, addresses of both families. */
  "own-cni": ({ config }) => {
    const text = String(config["cni_network_config"])
      .replace('"type": "calico-ipam"', '"type": "calico-ipam", "assign_ipv4": "true", "assign_ipv6": "true"')
      .replace(
        '"log_level": "info",',
        '"log_level": "info",\n          "container_settings": {"allow_ip_forwarding": true},',
      )
      .replace(/\]\s*\}\s*$/, ',\n    {"type": "tuning", "sysctl": {"net.core.somaxconn": "4096"}}\n  ]\n}');
    config["cni_network_config"] = text;
  },
  "own-probes": ({ calico }) => {
    map(calico, "livenessProbe")["timeoutSeconds"] = 60;
    map(calico, "readinessProbe")["timeoutSeconds"] = 60;
  },
  "own-resources": ({ calico }) => {
    calico["resources"] = { requests: { cpu: "500m", memory: "300Mi" }, limits: { memory: "1Gi" } };
  },
  sidecar: ({ node }) => {
    list(podOf(node), "containers").push({
      name: "log-shipper",
      image: "registry.example/log-shipper:1",
      volumeMounts: [{ name: "logs", mountPath: "/var/log/calico" }],
    });
    list(podOf(node), "volumes").push({ name: "logs", hostPath: { path: "/var/log/calico" } });
  },
  annotations: ({ node }) => {
    Object.assign(map(map(map(node, "spec"), "template"), "metadata", "annotations"), {
      "prometheus.io/scrape": "true",
      "prometheus.io/port": "9091",
    });
  },
  "own-strategy": ({ node }) => {
    map(node, "spec")["updateStrategy"] = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } };
  },
  "few-controllers": ({ controller }) => {
    setEnv(
      list(podOf(controller), "containers")[0] ?? {},
      "ENABLED_CONTROLLERS",
      "policy,namespace,serviceaccount",
    );
  },
  "typha-replicas": (manifest) => {
    map(must(manifest.find("Deployment", "calico-typha")), "spec")["replicas"] = 3;
  },
  "cross-subnet": ({ calico }) => setEnv(calico, "CALICO_IPV4POOL_IPIP", "CrossSubnet"),
  pool: ({ calico }) => setEnv(calico, "CALICO_IPV4POOL_CIDR", "10.244.0.0/16"),
  autodetection: ({ calico }) => setEnv(calico, "IP_AUTODETECTION_METHOD", "interface=eth1"),
  mtu: ({ config }) => {
    config["veth_mtu"] = "1440";
  },
  "felix-setting": ({ calico }) => setEnv(calico, "FELIX_LOGSEVERITYSCREEN", "warning"),
  tolerations: ({ node }) => {
    list(podOf(node), "tolerations").push({ key: "dedicated", operator: "Exists", effect: "NoSchedule" });
  },
  "node-selector": ({ node }) => {
    map(podOf(node), "nodeSelector")["calico"] = "yes";
  },
  "own-rule": (manifest) => {
    list(must(manifest.find("ClusterRole", /^(calico-node|canal|calico)$/)), "rules").push({
      apiGroups: [""],
      resources: ["secrets"],
      verbs: ["list"],
    });
  },
  "api-server": ({ config }) => {
    Object.assign(config, { kubernetes_service_host: "10.11.12.13", kubernetes_service_port: "6443" });
  },
  "own-limits": ({ node }) => {
    for (const each of list(podOf(node), "initContainers"))
      each["resources"] = { limits: { memory: "256Mi" } };
  },
  "no-liveness": ({ calico }) => {
    delete calico["livenessProbe"];
  },
  "own-init": ({ node }) => {
    list(podOf(node), "initContainers").push({
      name: "wait-for-network",
      image: "registry.example/wait:1",
      command: ["wait"],
    });
  },
  mirror: (manifest) => {
    for (const { spec } of manifest.objects)
      for (const each of containersOf(spec))
        each["image"] = String(each["image"]).replace(
          /^(?:docker\.io\/|quay\.io\/)?calico\//,
          "registry.example/mirror/calico/",
        );
  },
  "pull-secret": ({ node }) => {
    list(podOf(node), "imagePullSecrets").push({ name: "mirror" });
  },
  "env-from-config-map": ({ calico }) => {
    const from = { configMapKeyRef: { name: "site", key: "mtu" } };
    list(calico, "env").push({ name: "FELIX_IPINIPMTU_OF_SITE", valueFrom: from });
  },
  "priority-class": ({ node }) => {
    podOf(node)["priorityClassName"] = "site-critical";
  },
  "own-volume": ({ node, calico }) => {
    list(podOf(node), "volumes").push({ name: "site-certs", secret: { secretName: "site-certs" } });
    list(calico, "volumeMounts").push({ mountPath: "/site-certs", name: "site-certs", readOnly: true });
  },
  "no-upstream-env": ({ calico }) => {
    calico["env"] = list(calico, "env").filter((each) => each["name"] !== "CLUSTER_TYPE");
  },
  "other-volume-path": ({ node }) => {
    for (const volume of list(podOf(node), "volumes"))
      if (volume["name"] === "cni-bin-dir") volume["hostPath"] = { path: "/opt/site/cni/bin" };
  },
  "controller-args": ({ controller }) => {
    (list(podOf(controller), "containers")[0] ?? {})["args"] = ["--v=2"];
  },
  labels: ({ node }) => {
    map(node, "metadata", "labels")["team"] = "network";
  },
  "grace-period": ({ node }) => {
    podOf(node)["terminationGracePeriodSeconds"] = 5;
  },
  "config-key": ({ config }) => {
    config["site_note"] = "ours\nof two lines\n";
  },
  "log-level": ({ config }) => {
    config["cni_network_config"] = String(config["cni_network_config"]).replace(
      /"log_level": *"\w+"/,
      '"log_level": "debug"',
    );
  },
  /** The CNI installer of another release than calico-node's. */
  "older-cni": ({ node }) => {
    const { initContainers = [], containers = [] } = podOf(node) as Record<string, Draft[] | undefined>;
    for (const each of [...initContainers, ...containers])
      each["image"] = String(each["image"]).replace(/(calico\/cni):v.*/, "$1:v3.28.5");
  },
} as const satisfies Readonly<Record<string, (manifest: Manifest) => void>>;

export type Customisation = keyof typeof customisations;

/** A manifest's objects with these customisations. */
export function customised(
  objects: readonly KubeObject[],
  ...names: readonly Customisation[]
): readonly KubeObject[] {
  const manifest = new Manifest(objects);
  for (const name of names) customisations[name](manifest);
  return manifest.objects;
}

function must(found: Draft | undefined): Draft {
  if (found === undefined) throw new Error("the manifest has no such object");
  return found;
}

function containersOf(spec: unknown): readonly Draft[] {
  const pod = (spec as { readonly template?: { readonly spec?: Draft } } | undefined)?.template?.spec;
  return pod === undefined ? [] : [...list(pod, "containers"), ...((pod["initContainers"] ?? []) as Draft[])];
}

function podOf(workload: Draft): Draft {
  return map(map(map(workload, "spec"), "template"), "spec");
}

function container(workload: Draft, name: string): Draft {
  return must(list(podOf(workload), "containers").find((each) => each["name"] === name));
}

function map(parent: Draft, ...path: readonly string[]): Draft {
  return path.reduce((at, key) => (at[key] ??= {}) as Draft, parent);
}

function list(parent: Draft, key: string): Draft[] {
  return (parent[key] ??= []) as Draft[];
}

function setEnv(of: Draft, name: string, value: string): void {
  const others = list(of, "env").filter((each) => each["name"] !== name);
  of["env"] = [...others, { name, value }];
}
