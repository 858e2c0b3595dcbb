import { envValue, type ConfigMapFacts } from "./configmap.ts";
import { calicoNodeContainer, type TemplateContainer, type TemplateFacts } from "./template.ts";
import { cniContainer } from "./workload.ts";

/** The two datastores there are. */
export type DatastoreType = "etcd" | "kubernetes";

/** Where Calico keeps its data, and what says so. */
export interface Datastore {
  readonly type: DatastoreType | "unknown";
  /** What was seen, strongest first; each is a short sentence. */
  readonly evidence: readonly string[];
  /** Both drivers are configured; the node's own setting counts, and it is a sign of a broken edit. */
  readonly both: boolean;
  /** calico-node and the CNI plugin use different ones: mid-migration or a broken edit. */
  readonly disagreement: boolean;
}

/**
 * The datastore of an install, from what calico-node and the CNI plugin are told (calico-facts 1.5).
 * `kubernetesByDefault`: whether this release takes Kubernetes when nothing is configured (about
 * v3.17 and later; before that it is etcd); "unknown" when the release is.
 */
export function datastore(
  template: TemplateFacts,
  configMaps: readonly ConfigMapFacts[],
  kubernetesByDefault: boolean | "unknown",
): Datastore {
  const node = calicoNodeContainer(template);
  const cni = cniContainer(template);
  const stated = nodeDriver(node, configMaps, kubernetesByDefault);
  const plugin = cniDriver(cni, configMaps);
  const type = stated.type === "unknown" ? plugin.type : stated.type;
  return {
    type,
    evidence: [...stated.evidence, ...plugin.evidence],
    both: stated.both,
    disagreement: stated.type !== "unknown" && plugin.type !== "unknown" && stated.type !== plugin.type,
  };
}

/** What a controller is told; the policy controller of releases before v2.6 knows etcd alone (calico-facts 1.3). */
export function controllerDatastore(
  template: TemplateFacts,
  configMaps: readonly ConfigMapFacts[],
): Datastore["type"] {
  const stated = template.containers.map((container) => nodeDriver(container, configMaps, "unknown").type);
  return stated.find((type) => type !== "unknown") ?? "unknown";
}

interface DatastoreReading {
  readonly type: Datastore["type"];
  readonly evidence: readonly string[];
}

function nodeDriver(
  container: TemplateContainer | undefined,
  configMaps: readonly ConfigMapFacts[],
  kubernetesByDefault: boolean | "unknown",
): DatastoreReading & { readonly both: boolean } {
  if (container === undefined) return { type: "unknown", evidence: [], both: false };
  const type = envValue(container, "DATASTORE_TYPE", configMaps);
  const endpoints = ["ETCD_ENDPOINTS", "ETCD_AUTHORITY"].find((name) => {
    const value = envValue(container, name, configMaps);
    // A key of a ConfigMap that was not read is still a sign that etcd is configured.
    return value === "unknown" || (value !== undefined && value.value !== "");
  });
  const where = `container ${container.name}`;
  const etcd = endpoints === undefined ? [] : [`${endpoints} is set on ${where}`];
  if (type === "unknown") {
    return {
      type: "unknown",
      evidence: [`DATASTORE_TYPE of ${where} could not be read`, ...etcd],
      both: false,
    };
  }
  if (type !== undefined && type.value !== "") {
    const kubernetes = type.value === "kubernetes";
    const known = kubernetes || type.value.startsWith("etcd");
    return {
      type: kubernetes ? "kubernetes" : known ? "etcd" : "unknown",
      evidence: [`DATASTORE_TYPE=${type.value} on ${where}`, ...etcd],
      both: kubernetes && endpoints !== undefined,
    };
  }
  if (endpoints !== undefined) return { type: "etcd", evidence: etcd, both: false };
  if (kubernetesByDefault === "unknown") return { type: "unknown", evidence: [], both: false };
  const byDefault = kubernetesByDefault ? "kubernetes" : "etcd";
  return {
    type: byDefault,
    evidence: [`nothing is set on ${where}, and this release takes ${byDefault} by default`],
    both: false,
  };
}

/** What the values of a ConfigMap of Calico's are for, by themselves. */
export function configMapDatastore(data: Readonly<Record<string, string>>): Datastore["type"] {
  const { type } = cniConfigDriver(data["cni_network_config"] ?? "", "");
  if (type !== "unknown") return type;
  return (data["etcd_endpoints"] ?? data["etcd_authority"] ?? "") === "" ? "unknown" : "etcd";
}

function cniDriver(
  container: TemplateContainer | undefined,
  configMaps: readonly ConfigMapFacts[],
): DatastoreReading {
  if (container === undefined) return { type: "unknown", evidence: [] };
  const config = envValue(container, "CNI_NETWORK_CONFIG", configMaps);
  if (config === undefined || config === "unknown") return { type: "unknown", evidence: [] };
  const where = config.from === undefined ? "the CNI configuration" : `ConfigMap ${config.from}`;
  return cniConfigDriver(config.value, where);
}

function cniConfigDriver(text: string, where: string): DatastoreReading {
  if (/"datastore_type"\s*:\s*"kubernetes"/.test(text)) {
    return { type: "kubernetes", evidence: [`"datastore_type": "kubernetes" in ${where}`] };
  }
  return /"etcd_(endpoints|authority)"\s*:/.test(text)
    ? { type: "etcd", evidence: [`"etcd_endpoints" in ${where}`] }
    : { type: "unknown", evidence: [] };
}
