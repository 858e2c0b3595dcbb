import { objectPath } from "../../cluster/paths.ts";
import type { Connection } from "../../cluster/port.ts";
import { readingOf } from "../../cluster/reading.ts";
import type { ConfigMapChange } from "../../merge/config-map.ts";
import { configReaders, reads, type ConfigReader } from "../../model/config-readers.ts";
import { configEffect, configProblem, knownConfigKeys, newPlaceholders } from "../../model/config-values.ts";
import { ipamType } from "../../model/ipam.ts";
import { podsByNode } from "../../model/placement.ts";
import { upToDate } from "../../model/rollout.ts";
import { dataOf } from "../../merge/config-map.ts";
import type { OpenConfigMap } from "./open.ts";
import { sh } from "../../model/shell.ts";

/** A workload that reads changed keys, and which containers of it do. */
export interface ConfigMapReader {
  readonly kind: string;
  readonly name: string;
  readonly component: "calico-node" | "controller" | "typha";
  readonly readers: readonly ConfigReader[];
}

/** Who reads any of these keys of the ConfigMap. */
export function readingOfKeys(
  { daemonSet, workloads, ref }: OpenConfigMap,
  keys: readonly string[],
): readonly ConfigMapReader[] {
  const all = [
    {
      kind: "DaemonSet",
      name: daemonSet.name,
      component: "calico-node" as const,
      template: daemonSet.template,
    },
    ...workloads,
  ];
  return all.flatMap(({ kind, name, component, template }) => {
    const readers = configReaders(template).filter((reader) => reads(reader, ref.name, keys));
    return readers.length === 0 ? [] : [{ kind, name, component, readers }];
  });
}

/** What stands against the change, a line each; nothing is written while there is one. */
export async function problemsOf(
  connection: Connection,
  open: OpenConfigMap,
  change: ConfigMapChange,
): Promise<readonly string[]> {
  const { live, ref } = open;
  const before = dataOf(live);
  if (live["immutable"] === true && change.keys.length > 0) {
    return [
      `ConfigMap ${ref.namespace ?? ""}/${ref.name} is immutable, and the server changes none of its values: make it anew without that (${sh`kubectl get configmap -n ${ref.namespace ?? ""} ${ref.name} -o yaml`}; then kubectl replace --force -f FILE)`,
    ];
  }
  const problems = change.keys.flatMap((key) => {
    const value = change.data[key];
    if (value === undefined) return missedBy(open, key);
    const problem = configProblem(key, value);
    if (problem !== undefined) return [`${key} ${problem}`];
    if (key === "veth_mtu" && value === "" && installsInGo(open))
      return [
        `${key} is a number, not "": this release's install-cni would write "mtu": , and end with an error; 0 lets Calico find it`,
      ];
    if (key in before || knownConfigKeys.includes(key)) return [];
    const isRead = readingOfKeys(open, [key]).some(({ readers }) =>
      readers.some((reader) => reader.key === key),
    );
    return isRead
      ? []
      : [
          `${key} is no key of ${ref.name} that a release of Calico has or a pod here reads${nearest(key, before)}`,
        ];
  });
  const service = change.keys.includes("typha_service_name") ? change.data["typha_service_name"] : undefined;
  if (
    service !== undefined &&
    service !== "none" &&
    service !== "" &&
    !(await isThere(connection, open, service))
  )
    problems.push(
      `typha_service_name names Service ${ref.namespace ?? ""}/${service}, which is not there: Felix would not start`,
    );
  return problems;
}

/**
 * From v3.16 on the installer is a Go program (calico-facts 8) that takes an empty variable as it is; the
 * script before it took 1500 then.
 */
function installsInGo({ daemonSet: { template } }: OpenConfigMap): boolean {
  return [...template.initContainers, ...template.containers].some(
    ({ name, command, args }) =>
      name === "install-cni" && /(^|[/ ])install$/.test([...command, ...args].join(" ")),
  );
}

/** H01: a container that needs a key does not start without it. */
function missedBy(open: OpenConfigMap, key: string): readonly string[] {
  const missing = readingOfKeys(open, [key]).flatMap(({ kind, name, readers }) =>
    readers.flatMap((reader) =>
      reader.key === key && reader.needed ? [`container ${reader.container} of ${kind} ${name}`] : [],
    ),
  );
  const [first] = [...new Set(missing)];
  return first === undefined ? [] : [`${key} cannot go (H01): ${first} does not start without it`];
}

function nearest(key: string, before: Readonly<Record<string, string>>): string {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_.]/g, "");
  const like = [...Object.keys(before), ...knownConfigKeys].find(
    (each) =>
      plain(each) === plain(key) || plain(each).includes(plain(key)) || plain(key).includes(plain(each)),
  );
  return like === undefined ? "" : `; is it ${like}?`;
}

/** Not known counts as there: the check is only a help. */
async function isThere(connection: Connection, { ref }: OpenConfigMap, name: string): Promise<boolean> {
  const path = objectPath({
    group: "",
    version: "v1",
    resource: "services",
    ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
    name,
  });
  const reading = await readingOf(() => connection.request({ method: "GET", path }));
  return reading.known || reading.why !== "not served";
}

/** What the change does, a line for each key: who reads it, and whether it takes effect at all. */
export function effectLines(open: OpenConfigMap, { keys, data }: ConfigMapChange): readonly string[] {
  return [...keys.map(effectLine), ...ipamLines(open, data)];

  function effectLine(key: string): string {
    const readers = readingOfKeys(open, [key]);
    const who =
      readers.length === 0
        ? "no pod here reads it: it changes nothing"
        : `read by ${readers.map(({ kind, name, readers: own }) => `${kind} ${name} (${[...new Set(own.map(({ container }) => container))].join(", ")})`).join(" and ")}`;
    const effect = configEffect(key);
    const gone = data[key] === undefined ? " (removed)" : "";
    return `${key}${gone}: ${who}${effect === undefined || readers.length === 0 ? "" : `; ${effect}`}`;
  }
}

/** Another IPAM does not know the addresses that the old one gave out. */
function ipamLines({ live }: OpenConfigMap, data: ConfigMapChange["data"]): readonly string[] {
  const key = "cni_network_config";
  const [before, after] = [dataOf(live)[key], data[key]].map((text) => ipamType(text ?? ""));
  if (before === undefined || after === undefined || before === after) return [];
  return [
    `${key}: ipam.type goes from ${before} to ${after}, which does not know the addresses of pods that run: they may be given out a second time; host-local to calico-ipam is a migration of v3.6's manifest (kubectl calico-upgrade explain D04)`,
  ];
}

/** H01: nodes whose older install-cni does not fill a new placeholder in, if they restart before they are upgraded. */
export function oldNodeLines(open: OpenConfigMap, { keys, data }: ConfigMapChange): readonly string[] {
  const { live, seen, daemonSet } = open;
  const after = data["cni_network_config"];
  if (!keys.includes("cni_network_config") || after === undefined || !seen.pods.known) return [];
  const fresh = newPlaceholders(dataOf(live)["cni_network_config"], after);
  if (fresh.length === 0) return [];
  const revisions = seen.revisions.known ? seen.revisions.value : undefined;
  const old = [...podsByNode(seen.pods.value, daemonSet)].flatMap(([node, [pod]]) =>
    pod !== undefined && upToDate(pod, daemonSet, revisions) !== true ? [node] : [],
  );
  if (old.length === 0) return [];
  const some = `${old.slice(0, 5).join(", ")}${old.length > 5 ? ` and ${String(old.length - 5)} more` : ""}`;
  return [
    `H01: an older install-cni may not fill ${fresh.join(", ")} in; until they run the newest revision a restart breaks pod networking on ${some}`,
  ];
}
