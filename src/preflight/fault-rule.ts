import type { BadRelease } from "../releases/bad-releases.ts";
import {
  badTarget,
  conditionHolds,
  isAboutNodes,
  nodeMeets,
  featureConditions,
} from "../releases/bad-releases.ts";
import { compareVersions, within, type Version } from "../releases/version.ts";
import { circumstancesOf, factsOf } from "./circumstances.ts";
import { clusterRule, type ClusterRule } from "./cluster-rule.ts";
import type { PreflightFacts } from "./facts.ts";
import { faultPage } from "./fault-page.ts";
import type { Evidence } from "./finding.ts";
import { unknownBecause, type CheckResult } from "./rule.ts";
import type { Subject } from "./subject.ts";
import type { Applies } from "./when.ts";

/** A row of the bad releases, asked about the target; that it runs already is reported, not refused. */
export function faultRule(row: BadRelease): ClusterRule {
  const { id, severity, targets, when, why, instead } = row;
  const advice = { fix: instead === undefined ? "take another release" : `take ${instead}` };
  const looks = factsOf(when);
  const rule = clusterRule({
    id,
    severity,
    page: () => faultPage(row),
    needs: ["running"],
    steps: ["controller", "node", "apply"],
    // That such a release runs already is reported by preflight.
    ofTarget: true,
    looks,
    check({ running }, { to }, _now, readings) {
      // A row about the way from older releases says nothing about a cluster that has arrived.
      const arrived = targets === undefined && when.from === undefined;
      const runs = arrived
        ? [running.oldest, running.newest].find((version) => isBad(row, version))
        : undefined;
      const here = runs === undefined ? undefined : circumstancesOf(readings, runs, runs);
      const installed = here !== undefined && conditionHolds(when, here) === false ? undefined : runs;
      const note: CheckResult = {
        outcome: "fail",
        severity: "info",
        because: `${installed?.text ?? ""} runs: ${why}`,
        evidence: nodesSeen(row, readings),
        ...advice,
      };
      if (to === undefined || (to.known && compareVersions(to.value, running.oldest) === 0))
        return installed === undefined
          ? { outcome: "n/a", because: "none of these releases runs or is asked for" }
          : note;
      if (!to.known) return { outcome: "unknown", because: unknownBecause("target", to) };
      const seen = circumstancesOf(readings, running.oldest, to.value);
      if (seen === undefined) {
        return concerns(row, to.value)
          ? { outcome: "unknown", because: "which datastore Calico uses is not known" }
          : { outcome: "n/a", because: `${to.value.text} is none of these releases` };
      }
      const hit = badTarget(seen).find((each) => each.row.id === id);
      if (hit === undefined) {
        if (installed !== undefined) return note;
        return {
          outcome: "n/a",
          because: `it does not concern the way from ${seen.from.text} to ${seen.to.text}`,
        };
      }
      const target = `${seen.to.text}: ${why}`;
      const evidence = nodesSeen(row, readings);
      return hit.holds === true
        ? { outcome: "fail", because: target, evidence, ...advice }
        : { outcome: "unknown", because: `${unknownPart(row, readings)}; ${target}`, ...advice };
    },
  });
  // What neither runs nor is asked for needs no reading.
  const mayApply = ({ running }: PreflightFacts, { to }: Subject): Applies => {
    if (!running.known || to?.known === false) return { applies: true };
    const { oldest, newest } = running.value;
    return [oldest, newest].some((version) => isBad(row, version)) ||
      (to !== undefined && concerns(row, to.value))
      ? { applies: true }
      : { applies: false, because: "none of these releases runs or is asked for" };
  };
  return { ...rule, conditions: ["running"], applies: mayApply };
}

function isBad({ releases }: BadRelease, version: Version): boolean {
  return releases.some((each) => within(version, each));
}

function concerns({ releases, targets }: BadRelease, to: Version): boolean {
  return (targets === undefined ? releases : [targets]).some((each) => within(to, each));
}

/** The nodes on which it bites, where it depends on them. */
function nodesSeen({ when }: BadRelease, { nodes }: PreflightFacts): readonly Evidence[] {
  if (!isAboutNodes(when) || !nodes.known) return [];
  return nodes.value
    .filter((node) => nodeMeets(when, node) === true)
    .map(({ name, arch = "", kernel = "" }) => ({
      object: `Node ${name}`,
      field: `status.nodeInfo.${when.architecture === undefined ? "kernelVersion" : "architecture"}`,
      value: when.architecture === undefined ? kernel : arch,
    }));
}

const words = {
  canal: "canal",
  typha: "Typha",
  ebpf: "eBPF",
  vxlan: "VXLAN",
  nftables: "nftables",
  ipv6Only: "IPv6 alone",
} as const;

/** Which part of a row's condition could not be read. */
function unknownPart({ when }: BadRelease, readings: PreflightFacts): string {
  const used = featureConditions.filter((name) => when[name] === true).map((name) => words[name]);
  const unread = factsOf(when).flatMap((name) => {
    const reading = readings[name];
    return reading.known ? [] : [unknownBecause(name, reading)];
  });
  const parts = [
    ...(used.length === 0 ? [] : [`whether ${used.join(" and ")} is in use is not known`]),
    ...(isAboutNodes(when) ? ["whether such nodes are among these is not known"] : []),
    ...(when.kubernetes === undefined ? [] : ["the version of the API server is not known"]),
  ];
  return [parts.join("; "), ...new Set(unread)].filter((text) => text !== "").join(": ");
}
