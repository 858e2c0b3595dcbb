import type { DatastoreType } from "../model/datastore.ts";
import { inRange, limitsOf } from "./kubernetes.ts";
import { compareVersions, span, within, type Span, type Version } from "./version.ts";
import { plural } from "../model/words.ts";

export type PathRuleId =
  | "P01"
  | "P02"
  | "P03"
  | "P04"
  | "P05"
  | "P06"
  | "P07"
  | "P08"
  | "P09"
  | "P10"
  | "P11"
  | "P12"
  | "P13";

/** One upgrade from a release to another, in one go. */
export interface Hop {
  readonly from: Version;
  readonly to: Version;
  readonly datastore: DatastoreType;
  /** Minor of Kubernetes 1.x; undefined: not known. */
  readonly kubernetes?: number;
  /** Whether the API group of the ThirdPartyResources is served and readable; undefined: not known. */
  readonly oldGroupServed?: boolean;
  /** The target is run by the Tigera operator, the present install by a manifest. */
  readonly toOperator?: boolean;
}

/** What a path rule says about a hop that it applies to. */
export interface PathAnswer {
  readonly id: PathRuleId;
  readonly severity: "error" | "info" | "warning";
  readonly because: string;
  /** What makes the hop possible; undefined: nothing does, or nothing is needed. */
  readonly met?:
    | { readonly by: "step" }
    /** Not in one go: an upgrade has to stop at one of these releases. */
    | { readonly by: "passing"; readonly through: Span }
    | { readonly by: "kubernetes" };
}

type Rule = (hop: Hop) => PathAnswer | undefined;

const v1_6 = span("v1.6.0");
const v2 = span("v2.0.0");
const beforeV3 = span(undefined, "v3.0.0");
const firstV3 = span("v3.0.0", "v3.6.0");
const gate = span("v2.6.5", "v3.0.0");

/** Whether a hop begins before a release and ends at it or later. */
function crosses({ from, to }: Pick<Hop, "from" | "to">, release: Span): boolean {
  return !within(from, release) && within(to, release);
}

/** From which release on NetworkPolicies mean what Kubernetes says (calico-facts 2.3). */
const semantics = { kubernetes: span("v2.3.0"), etcd: span("v2.4.0") };
const crds = span("v2.5.0");

/** Calico-facts 4.1, one function each, in its order. */
export const pathRules: Readonly<Record<PathRuleId, Rule>> = {
  P01: ({ from, to, datastore }) => {
    if (!within(from, v1_6))
      return { id: "P01", severity: "error", because: `the upgrade from ${from.text} is documented nowhere` };
    const old = datastore === "kubernetes" ? [from, to].find((each) => !within(each, v2)) : undefined;
    return old === undefined
      ? undefined
      : {
          id: "P01",
          severity: "error",
          because: `${old.text} has no Kubernetes datastore: v2.0.0 is the first`,
        };
  },
  P02: (hop) =>
    crosses(hop, semantics[hop.datastore])
      ? step("P02", `${hop.to.text} gives NetworkPolicies another meaning than ${hop.from.text}`)
      : undefined,
  P03: (hop) => {
    if (hop.datastore !== "kubernetes" || !crosses(hop, crds)) return undefined;
    const because = `${hop.to.text} keeps in CustomResourceDefinitions what ${hop.from.text} has in ThirdPartyResources`;
    return hop.oldGroupServed === false
      ? { id: "P03", severity: "error", because: `${because}, and this server no longer serves those` }
      : step("P03", because);
  },
  P04: ({ to, datastore, kubernetes }) => {
    const limit = limitsOf(to, datastore).find(({ id }) => id === "P04");
    if (limit === undefined || kubernetes === undefined || inRange(kubernetes, limit)) return undefined;
    return { id: "P04", severity: "error", because: `${to.text}: ${limit.why}`, met: { by: "kubernetes" } };
  },
  P05: ({ from, to }) =>
    within(from, span(undefined, "v2.6.5")) && within(to, firstV3)
      ? passing("P05", `${to.text} converts the data of v2.6.5 and newer v2.6 releases only`, gate)
      : undefined,
  P06: ({ from, to }) =>
    within(from, beforeV3) && within(to, span("v3.6.0"))
      ? passing("P06", `the way from v2 to ${to.text} is documented through v3.0 – v3.5 only`, firstV3)
      : undefined,
  P07: ({ from, to }) =>
    within(from, beforeV3) && within(to, span("v3.23.0"))
      ? passing("P07", `v3.23.0 removed the code that converts the data of v2`, span("v3.0.0", "v3.23.0"))
      : undefined,
  P08: ({ from, to }) =>
    within(from, span(undefined, "v3.15.0")) && within(to, span("v3.28.0"))
      ? passing("P08", `the way to ${to.text} is documented from v3.15 on only`, span("v3.15.0", "v3.28.0"))
      : undefined,
  P09: ({ from, to, datastore }) =>
    datastore === "etcd" && within(from, beforeV3) && within(to, span("v3.0.0"))
      ? step(
          "P09",
          `${to.text} keeps its data in etcd's v3 API: the etcd server must be v3, and the data converted`,
        )
      : undefined,
  P10: ({ from, to, datastore }) =>
    datastore === "etcd" && within(from, beforeV3) && within(to, span("v3.0.0"))
      ? {
          id: "P10",
          severity: "info",
          because:
            "migrating the etcd server from v2 to v3 leaves Calico's v2 data, and Calico v2 keeps working",
        }
      : undefined,
  P11: ({ from, to }) =>
    compareVersions(from, to) > 0
      ? {
          id: "P11",
          severity: "error",
          because: `${to.text} is older than ${from.text}: a downgrade is documented nowhere`,
        }
      : undefined,
  P12: ({ from, to, datastore, toOperator }) => {
    if (toOperator !== true) return undefined;
    if (datastore === "etcd")
      return { id: "P12", severity: "error", because: "the operator has no etcd datastore" };
    return compareVersions(from, to) === 0
      ? undefined
      : {
          id: "P12",
          severity: "error",
          because: `the operator takes over an install of its own release only: ${to.text}, not ${from.text}`,
        };
  },
  P13: ({ from, to }) => {
    const between = from.major === to.major ? to.minor - from.minor - 1 : 0;
    return between < 1
      ? undefined
      : {
          id: "P13",
          severity: "warning",
          because: `the way from ${from.text} to ${to.text} passes over ${plural(between, "minor release")}: what changed in each of them comes at once`,
        };
  },
};

/** What the path rules say about a hop. */
export function pathAnswers(hop: Hop): readonly PathAnswer[] {
  return answersOf(all, hop);
}

/** The errors that keep a hop from being made in one go; those that a step of the plan meets are none. */
export function pathErrors(hop: Hop): readonly PathAnswer[] {
  return answersOf(refusing, hop).filter(({ severity, met }) => severity === "error" && met?.by !== "step");
}

const all = Object.values(pathRules);
const { P01, P03, P04, P05, P06, P07, P08, P11, P12 } = pathRules;
/** Those that can keep a hop from being made: asked for every pair of releases that a search looks at. */
const refusing: readonly Rule[] = [P01, P03, P04, P05, P06, P07, P08, P11, P12];

function answersOf(rules: readonly Rule[], hop: Hop): readonly PathAnswer[] {
  const answers: PathAnswer[] = [];
  for (const rule of rules) {
    const answer = rule(hop);
    if (answer !== undefined) answers.push(answer);
  }
  return answers;
}

function step(id: PathRuleId, because: string): PathAnswer {
  return { id, severity: "error", because, met: { by: "step" } };
}

function passing(id: PathRuleId, because: string, through: Span): PathAnswer {
  return { id, severity: "error", because, met: { by: "passing", through } };
}
