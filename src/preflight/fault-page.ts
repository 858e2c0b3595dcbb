import type { RulePage } from "../model/rule-page.ts";
import { sentence } from "../model/sentence.ts";
import type { BadRelease, FaultCondition } from "../releases/bad-releases.ts";
import { rangeText } from "../releases/kubernetes.ts";
import { releasesText } from "./releases-text.ts";

/** The page of a release with a known fault, made of its row. */
export function faultPage(row: BadRelease): RulePage {
  const { severity, why, instead, when, targets } = row;
  const releases = row.releases.map(releasesText).join(", ");
  const bites = targets === undefined ? "" : `; it bites on the way to ${releasesText(targets)}`;
  return {
    title: why.includes(releases) ? sentence(why) : `${releases}: ${why}`,
    why: `${sentence(why)}. ${severities[severity]}`,
    detected: `the release asked for${conditionText(when)}`,
    fix: instead === undefined ? "Take another release." : `Take ${instead}.`,
    releases: `${releases}${bites}`,
    sources: row.sources,
  };
}

const severities = {
  error: "It is refused as a target where that holds.",
  warning: "It is warned of as a target.",
  info: "It is told as a target.",
} as const;

function conditionText(when: FaultCondition): string {
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
    ...(when.nftables === true ? ["nftablesMode of FelixConfiguration (Enabled)"] : []),
    ...(when.ipv6Only === true ? ["the IP pools (IPv6 alone)"] : []),
    ...(when.architecture === undefined ? [] : [`the nodes' architecture (${when.architecture})`]),
    ...(when.kernel === undefined ? [] : [`the nodes' kernels (${when.kernel.join(".")} or newer)`]),
  ];
  return parts.map((part) => `, ${part}`).join("");
}
