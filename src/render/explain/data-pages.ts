import type { BadRelease, Condition } from "../../releases/bad-releases.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { rangeText, type KubernetesLimit } from "../../releases/kubernetes.ts";
import { sources } from "../../releases/sources.ts";
import { versionOf, within, type Span } from "../../releases/version.ts";
import type { Page } from "./page.ts";

/** The page of a release with a known fault, made of its row. */
export function badReleasePage(row: BadRelease): Page {
  const { id, severity, why, instead, when, targets } = row;
  const releases = row.releases.map(releasesText).join(", ");
  const bites = targets === undefined ? "" : `; it bites on the way to ${releasesText(targets)}`;
  return {
    id,
    title: why.includes(releases) ? upper(why) : `${releases}: ${why}`,
    why: `${upper(why)}. ${severities[severity]}`,
    detected: `the release asked for${conditionText(when)}`,
    ...(instead === undefined ? {} : { fix: `Take ${instead}.` }),
    releases: `${releases}${bites}`,
    sources: sources[id],
  };
}

const datastores = { etcd: "etcd", kubernetes: "Kubernetes" } as const;

const severities = {
  error: "It is refused as a target where that holds.",
  warning: "It is warned of as a target.",
  info: "It is told as a target.",
} as const;

/** The page of a limit, made of its row. */
export function limitPage(limit: KubernetesLimit): Page {
  const { id, releases, datastore, why, min, max } = limit;
  const which = releasesText(releases);
  const where = datastore === undefined ? "" : ` with the ${datastores[datastore]} datastore`;
  const range = rangeText({ ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) });
  return {
    id,
    title: `Calico ${which}${where} needs Kubernetes ${range}`,
    why: `${upper(why)}.`,
    detected: "the version of the API server",
    fix:
      min === undefined
        ? "Upgrade Calico before Kubernetes: a newer release takes the newer Kubernetes."
        : "Upgrade Kubernetes before Calico.",
    releases: `${which}${where}`,
    sources: sources[id],
  };
}

function conditionText(when: Condition): string {
  const parts = [
    ...(when.datastore === undefined ? [] : [`the datastore (${when.datastore})`]),
    ...(when.from === undefined ? [] : [`the release that runs (${releasesText(when.from)})`]),
    ...(when.kubernetes === undefined
      ? []
      : [`the version of the API server (${rangeText(when.kubernetes)})`]),
    ...(when.canal === true ? ["the flavour (canal)"] : []),
    ...(when.typha === true ? ["whether Typha runs"] : []),
    ...(when.ebpf === true ? ["the dataplane (eBPF)"] : []),
    ...(when.vxlan === true ? ["the encapsulation (VXLAN)"] : []),
  ];
  return parts.map((part) => `, ${part}`).join("");
}

/** `v2.6.0 – v2.6.5`, `v3.22.0`, `v3.23.0 and newer`, `up to v2.2.0`. */
function releasesText(releases: Span): string {
  const names = [...catalogue.releases.keys()].filter((name) => within(versionOf(name), releases));
  const [first = "", last = ""] = [names[0], names.at(-1)];
  if (releases.before === undefined) return `${first} and newer`;
  if (releases.from === undefined) return `up to ${last}`;
  return first === last ? first : `${first} – ${last}`;
}

function upper(text: string): string {
  // A version stays as it is written.
  if (/^v\d/.test(text)) return text;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
