import type { GuardedStep } from "../model/guarded-step.ts";
import { phrase } from "../model/sentence.ts";
import type { PathRuleId } from "../releases/ids.ts";
import type { HopFact, Hop, PathDecision, PathRule } from "../releases/path-rule.ts";
import { span } from "../releases/version.ts";
import { program } from "../model/program.ts";
import { clusterRule, type ClusterRule } from "./cluster-rule.ts";
import type { PreflightFacts } from "./facts.ts";
import { etcdDataMet } from "./etcd-data.ts";
import { policiesMet } from "./policy-boundary.ts";
import { unknownBecause, type CheckResult } from "./rule.ts";
import type { StepMet } from "./step-met.ts";
import type { TargetManifest } from "./subject.ts";
import { thirdPartyMet } from "./third-party.ts";

/** Any release: a target is named. */
const any = span(undefined);

const everyStep: readonly GuardedStep[] = ["controller", "node", "apply"];

/** What a cluster shows of the steps that meet a rule. */
const met: Partial<Record<PathRuleId, StepMet>> = {
  P02: policiesMet,
  P03: thirdPartyMet,
  P09: etcdDataMet,
};

/** A path rule (src/releases/paths) asked about this cluster's path to the target. */
export function pathRule(rule: PathRule): ClusterRule {
  const { id, severity, page, steps = everyStep, asks, decide } = rule;
  const step = met[id];
  return clusterRule({
    id,
    severity,
    page,
    when: { to: any, ...step?.when },
    needs: ["running", "datastore"],
    steps,
    looks: [...(asks === undefined ? [] : [toldBy[asks]]), ...(step?.looks ?? [])],
    check({ running, datastore }, { to, manifest }, _now, readings) {
      if (to?.known !== true) return { outcome: "n/a", because: "no target is named" };
      const begins = step?.begins === undefined ? undefined : readings[step.begins];
      const from = begins?.known === true ? begins.value : running.oldest;
      const hop: Hop = { from, to: to.value, datastore, ...moreOf(readings, manifest) };
      const decision = decide(hop);
      if (decision === undefined) {
        const unclear = asks === undefined ? undefined : mattersUnknown(rule, asks, hop, readings, manifest);
        if (unclear !== undefined) return { outcome: "unknown", because: unclear };
        const route = `the way from ${hop.from.text} to ${hop.to.text}`;
        return { outcome: "n/a", because: `${route} does not meet it` };
      }
      if (decision.met?.by === "step" && step !== undefined) return step.answer(readings, decision.because);
      return answerOf(rule, decision);
    },
  });
}

function moreOf(
  { kubernetes, served, install }: PreflightFacts,
  manifest: TargetManifest | undefined,
): Partial<Hop> {
  const toOperator = bringsOperator(manifest) && install.known && install.value.kind !== "operator";
  return {
    ...(kubernetes.known && kubernetes.value.major === 1 ? { kubernetes: kubernetes.value.minor } : {}),
    ...(served.known ? { oldGroupServed: served.value.groupVersions.includes("projectcalico.org/v1") } : {}),
    ...(toOperator ? { toOperator } : {}),
  };
}

/** The reading that tells each of them. */
const toldBy = { kubernetes: "kubernetes", oldGroupServed: "served", toOperator: "install" } as const;
const either = { kubernetes: [0, 99], oldGroupServed: [true, false], toOperator: [true, false] } as const;

/** Why it is not known whether the rule applies: tried both ways, the answers differ. */
function mattersUnknown(
  { decide }: PathRule,
  asks: HopFact,
  hop: Hop,
  readings: PreflightFacts,
  manifest: TargetManifest | undefined,
): string | undefined {
  const name = toldBy[asks];
  const reading = readings[name];
  if (reading.known || (asks === "toOperator" && !bringsOperator(manifest))) return undefined;
  return either[asks].some((value) => decide({ ...hop, [asks]: value }) !== undefined)
    ? unknownBecause(name, reading)
    : undefined;
}

function bringsOperator(manifest: TargetManifest | undefined): boolean {
  const installation = manifest?.facts.installation;
  return installation?.known === true && installation.value !== undefined;
}

function answerOf({ severity, page }: PathRule, { because, met: by }: PathDecision): CheckResult {
  if (severity === "info") return { outcome: "pass", because };
  const whole = by?.by === "passing";
  const commands = [...(page.commands ?? []), ...(whole ? [`${program} plan`] : [])];
  const fix = phrase(page.fix) + (whole ? "; plan lists all hops" : "");
  return { outcome: "fail", because, fix, ...(commands.length === 0 ? {} : { commands }) };
}
