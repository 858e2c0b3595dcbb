import { pathRules, type Hop, type PathAnswer, type PathRuleId } from "../releases/paths.ts";
import { pathWords } from "../releases/path-words.ts";
import { span } from "../releases/version.ts";
import { program } from "../model/program.ts";
import { clusterRule, type ClusterRule, type GuardedStep } from "./cluster-rule.ts";
import type { PreflightFacts } from "./facts.ts";
import type { Severity } from "./finding.ts";
import type { Answer } from "./rule.ts";
import type { TargetManifest } from "./subject.ts";
import type { When } from "./when.ts";

/** Any release: a target is named. */
const any = span(undefined);

/** What goes to another release asks the way; P02 to P04 and P09 by what they are about, P10 and P13 nobody. */
const steps: Partial<Record<PathRuleId, readonly GuardedStep[]>> = {
  P02: ["controller", "node"],
  P03: ["node"],
  P04: ["node", "apply"],
  P09: ["controller", "node"],
  P10: [],
  P13: [],
};
const everyStep: readonly GuardedStep[] = ["controller", "node", "apply"];

const severities: Partial<Record<PathRuleId, Severity>> = { P10: "info", P13: "warning" };

/** Says what became of the step that meets a rule, where the cluster tells. */
export interface StepMet {
  /** Where the step comes in: only there its readings are needed. */
  readonly when: When;
  readonly looks: readonly (keyof PreflightFacts)[];
  /** What the way begins at, where it is not the oldest calico-node. */
  readonly begins?: "enforcing";
  readonly answer: (readings: PreflightFacts, because: string) => Answer;
}

/** A path rule (src/releases/paths.ts) asked about this cluster's way to the target. */
export function pathRule(id: PathRuleId, met?: StepMet): ClusterRule {
  return clusterRule({
    id,
    severity: severities[id] ?? "error",
    when: { to: any, ...met?.when },
    needs: ["running", "datastore"],
    steps: steps[id] ?? everyStep,
    looks: ["kubernetes", "served", "install", ...(met?.looks ?? [])],
    check({ running, datastore }, { to, manifest }, _now, readings) {
      if (to?.known !== true) return { outcome: "n/a", because: "no target is named" };
      const begins = met?.begins === undefined ? undefined : readings[met.begins];
      const hop: Hop = {
        from: begins?.known === true ? begins.value : running.oldest,
        to: to.value,
        datastore,
        ...moreOf(readings, manifest),
      };
      const answer = pathRules[id](hop);
      if (answer === undefined) {
        const way = `the way from ${hop.from.text} to ${hop.to.text}`;
        return id === "P04" && hop.kubernetes === undefined
          ? { outcome: "unknown", because: "the version of the API server is not known" }
          : { outcome: "n/a", because: `${way} does not meet it` };
      }
      if (answer.met?.by === "step" && met !== undefined) return met.answer(readings, answer.because);
      return answerOf(answer);
    },
  });
}

function moreOf(
  { kubernetes, served, install }: PreflightFacts,
  manifest: TargetManifest | undefined,
): Partial<Hop> {
  const installation = manifest?.facts.installation;
  const toOperator =
    installation?.known === true &&
    installation.value !== undefined &&
    install.known &&
    install.value.kind !== "operator";
  return {
    ...(kubernetes.known && kubernetes.value.major === 1 ? { kubernetes: kubernetes.value.minor } : {}),
    ...(served.known ? { oldGroupServed: served.value.groupVersions.includes("projectcalico.org/v1") } : {}),
    ...(toOperator ? { toOperator } : {}),
  };
}

function answerOf({ id, severity, because, met }: PathAnswer): Answer {
  if (severity === "info") return { outcome: "pass", because };
  const fix = asPhrase(pathWords[id].fix);
  return met?.by === "passing"
    ? { outcome: "fail", because, fix: `${fix}; ${program} plan shows the whole way` }
    : { outcome: "fail", because, fix };
}

/** A page has sentences, a finding phrases. */
function asPhrase(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, "");
}
