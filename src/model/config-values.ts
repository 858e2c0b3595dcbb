import { placeholderIn } from "./placeholder.ts";

/** What is known of the keys of calico-config and canal-config (calico-facts 1.6, 8). */

/** Placeholders that install-cni has ever filled in, in any release. */
const placeholders = new Set([
  "__CNI_MTU__",
  "__DATASTORE_TYPE__",
  "__ETCD_CA_CERT_FILE__",
  "__ETCD_CERT_FILE__",
  "__ETCD_DISCOVERY_SRV__",
  "__ETCD_ENDPOINTS__",
  "__ETCD_KEY_FILE__",
  "__KUBECONFIG_FILENAME__",
  "__KUBECONFIG_FILEPATH__",
  "__KUBERNETES_NODE_NAME__",
  "__KUBERNETES_SERVICE_HOST__",
  "__KUBERNETES_SERVICE_PORT__",
  "__LOG_FILE_MAX_AGE__",
  "__LOG_FILE_MAX_COUNT__",
  "__LOG_FILE_MAX_SIZE__",
  "__LOG_FILE_PATH__",
  "__LOG_LEVEL__",
  "__SERVICEACCOUNT_TOKEN__",
]);

interface KnownKey {
  /** What is wrong with a value; undefined where nothing is. */
  readonly problem?: (value: string) => string | undefined;
  /** What a change of it does and does not do. */
  readonly effect: string;
}

const known: Readonly<Record<string, KnownKey>> = {
  cni_network_config: {
    problem: cniProblem,
    effect:
      "written to /etc/cni/net.d by install-cni when a calico-node pod starts; pods that run keep their network",
  },
  veth_mtu: {
    problem: mtuProblem,
    effect: "new pods get it; running pods keep their MTU until they are recreated",
  },
  calico_backend: {
    problem: oneOf("bird", "vxlan", "none", "gobgp"),
    effect:
      "decides whether calico-node speaks BGP; while nodes differ, traffic between them may be lost, and the encapsulation of an existing pool stays as it is",
  },
  enable_bgp: {
    problem: oneOf("true", "false"),
    effect: "decides whether calico-node speaks BGP (v1.5; later releases read calico_backend)",
  },
  typha_service_name: {
    effect: "Felix connects to Typha through this Service, or to the API server with none",
  },
  etcd_endpoints: {
    problem: endpointsProblem,
    effect: "where Calico's data is; every component has to reach the same data",
  },
  etcd_ca: {
    problem: pathProblem,
    effect: "a path in the container; the file comes from calico-etcd-secrets",
  },
  etcd_cert: {
    problem: pathProblem,
    effect: "a path in the container; the file comes from calico-etcd-secrets",
  },
  etcd_key: {
    problem: pathProblem,
    effect: "a path in the container; the file comes from calico-etcd-secrets",
  },
  "ippool.yaml": {
    effect:
      "read by the Job configure-calico alone (v2.0), when it runs; an existing pool is overwritten by that",
  },
  "net-conf.json": {
    problem: (value) => jsonProblem(value),
    effect: "flannel's network; an existing network is not changed by it",
  },
  canal_iface: { effect: "flannel's interface, taken when its container starts" },
  masquerade: {
    problem: oneOf("true", "false"),
    effect: "whether flannel hides addresses of pods that leave the cluster",
  },
  kubernetes_service_host: { effect: "the API server's address, as calico-node reaches it" },
  kubernetes_service_port: { effect: "the API server's port, as calico-node reaches it" },
};

/** Every key that some release has. */
export const knownConfigKeys: readonly string[] = Object.keys(known);

/** What is wrong with a value, in words that follow the key; undefined where nothing is known to be. */
export function configProblem(key: string, value: string): string | undefined {
  const placeholder = placeholderIn(value);
  if (placeholder !== undefined) return `still has the manifest's own placeholder: ${placeholder}`;
  return known[key]?.problem?.(value);
}

export function configEffect(key: string): string | undefined {
  return known[key]?.effect;
}

/** Placeholders that the new text has and the old one had not: an older install-cni does not fill them in (H01). */
export function newPlaceholders(before: string | undefined, after: string): readonly string[] {
  const old = new Set(placeholdersIn(before ?? ""));
  return placeholdersIn(after).filter((name) => !old.has(name));
}

function placeholdersIn(text: string): readonly string[] {
  return [...new Set(text.match(/__[A-Z][A-Z_]*__/g) ?? [])];
}

function cniProblem(value: string): string | undefined {
  const strange = placeholdersIn(value).find((name) => !placeholders.has(name));
  if (strange !== undefined) return `has a placeholder that no install-cni fills in: ${strange}`;
  // Some stand within quotes, some in a number's place.
  const filled = value
    // A quote that nothing closes takes the rest of its line along, which nobody looks at again then.
    .replaceAll(/"(?:[^"\\\n]|\\.)*("?)/g, (text, end) =>
      end !== "" && placeholdersIn(text).length > 0 ? '"x"' : text,
    )
    .replaceAll(/__[A-Z][A-Z_]*__/g, "0");
  const problem = jsonProblem(filled);
  if (problem !== undefined) return problem;
  const config = JSON.parse(filled) as { readonly plugins?: unknown; readonly type?: unknown } | null;
  const isConfig = typeof config === "object" && config !== null && ("plugins" in config || "type" in config);
  return isConfig ? undefined : "is no CNI configuration: it has neither plugins nor a type";
}

function jsonProblem(value: string): string | undefined {
  try {
    JSON.parse(value);
    return undefined;
  } catch (error) {
    const where = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    const line = where === undefined ? undefined : value.slice(0, Number(where)).split("\n").length;
    return `is not valid JSON${line === undefined ? "" : ` (line ${String(line)})`}`;
  }
}

/** 0 and nothing let Calico find it (v3.17 and later); IPv4 takes no less than 68. */
function mtuProblem(value: string): string | undefined {
  if (value === "") return undefined;
  if (!/^\d+$/.test(value)) return `is a number, not "${value}"`;
  const mtu = Number(value);
  return mtu === 0 || (mtu >= 68 && mtu <= 65_535) ? undefined : `is 0 or between 68 and 65535, not ${value}`;
}

function oneOf(...values: readonly string[]): (value: string) => string | undefined {
  return (value) => (values.includes(value) ? undefined : `is one of ${values.join(", ")}, not "${value}"`);
}

function endpointsProblem(value: string): string | undefined {
  for (const part of value.split(",").map((each) => each.trim())) {
    if (!/^https?:\/\/[^/\s,]+(\/.*)?$/.test(part) || !URL.canParse(part))
      return `is a list of http:// or https:// addresses separated by commas, not "${part}"`;
  }
  return undefined;
}

function pathProblem(value: string): string | undefined {
  return value === "" || value.startsWith("/") ? undefined : `is empty or an absolute path, not "${value}"`;
}
