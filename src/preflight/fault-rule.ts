import type { BadRelease, Circumstances } from "../releases/bad-releases.ts";
import { badTarget } from "../releases/bad-releases.ts";
import { compareVersions, within } from "../releases/version.ts";
import { truthOf } from "../model/reading.ts";
import { clusterRule, type ClusterRule } from "./cluster-rule.ts";
import type { PreflightFacts } from "./facts.ts";
import { faultPage } from "./fault-page.ts";
import type { Answer } from "./rule.ts";

/** A row of the bad releases, asked about the target; that it runs already is told, not refused. */
export function faultRule(row: BadRelease): ClusterRule {
  const { id, severity, releases, targets, when, why, instead } = row;
  const advice = { fix: instead === undefined ? "take another release" : `take ${instead}` };
  return clusterRule({
    id,
    severity,
    page: () => faultPage(row),
    needs: ["running"],
    steps: ["controller", "node", "apply"],
    // That such a release runs already is told by preflight.
    ofTarget: true,
    looks: ["datastore", "kubernetes", "canal", "typha", "ebpf", "vxlan"],
    check({ running }, { to }, _now, readings) {
      const isBad = (version: typeof running.oldest): boolean =>
        releases.some((each) => within(version, each));
      // A row about the way from older releases says nothing about a cluster that has arrived.
      const installed =
        targets === undefined && when.from === undefined
          ? [running.oldest, running.newest].find(isBad)
          : undefined;
      const note: Answer = {
        outcome: "fail",
        severity: "info",
        because: `${installed?.text ?? ""} runs: ${why}`,
        ...advice,
      };
      if (to === undefined || (to.known && compareVersions(to.value, running.oldest) === 0))
        return installed === undefined
          ? { outcome: "n/a", because: "none of these releases runs or is asked for" }
          : note;
      if (!to.known) return { outcome: "unknown", because: `the target is not known: ${to.message}` };
      const seen = circumstances(readings, running.oldest, to.value);
      if (seen === undefined)
        return { outcome: "unknown", because: "which datastore Calico uses is not known" };
      const hit = badTarget(seen).find((each) => each.row.id === id);
      if (hit === undefined) {
        if (installed !== undefined) return note;
        return {
          outcome: "n/a",
          because: `it does not concern the way from ${seen.from.text} to ${seen.to.text}`,
        };
      }
      const target = `${seen.to.text}: ${why}`;
      return hit.holds === true
        ? { outcome: "fail", because: target, ...advice }
        : { outcome: "unknown", because: `${unknownPart(row, readings)}; ${target}`, ...advice };
    },
  });
}

function circumstances(
  { datastore, kubernetes, canal, typha, ebpf, vxlan }: PreflightFacts,
  from: Circumstances["from"],
  to: Circumstances["to"],
): Circumstances | undefined {
  if (!datastore.known) return undefined;
  return {
    from,
    to,
    datastore: datastore.value,
    kubernetes: kubernetes.known && kubernetes.value.major === 1 ? kubernetes.value.minor : "unknown",
    canal: truthOf(canal),
    typha: truthOf(typha),
    ebpf: truthOf(ebpf),
    vxlan: truthOf(vxlan),
  };
}

const words = { canal: "canal", typha: "Typha", ebpf: "eBPF", vxlan: "VXLAN" } as const;

/** Which part of a row's condition could not be read. */
function unknownPart({ when }: BadRelease, readings: PreflightFacts): string {
  const names = (["canal", "typha", "ebpf", "vxlan"] as const).filter((name) => when[name] === true);
  const messages = new Map<string, readonly string[]>();
  for (const name of names) {
    const reading = readings[name];
    if (!reading.known)
      messages.set(reading.message, [...(messages.get(reading.message) ?? []), words[name]]);
  }
  const parts = [...messages].map(
    ([message, what]) => `whether ${what.join(" or ")} is in use is not known: ${message}`,
  );
  return parts.length === 0 ? "the version of the API server is not known" : parts.join("; ");
}
