import { missingFromBoth } from "../../../manifest/after-applying.ts";
import { missing, type LiveSurroundings, type Missing } from "../../../manifest/missing.ts";
import type { TemplateNeeds } from "../../../manifest/needs.ts";
import type { DaemonSetFacts } from "../../../model/daemonset.ts";
import { known, type Reading } from "../../../model/reading.ts";
import type { Version } from "../../../releases/version.ts";
import { clusterRule } from "../../cluster-rule.ts";
import type { PreflightFacts } from "../../facts.ts";
import { liveSurroundings, surroundingReadings } from "../../live-surroundings.ts";
import { allOf, comingPods, needsOfRunning, needsOfTemplates, recordedNeeds } from "../../needs-of-pods.ts";
import { unknownBecause, type CheckResult } from "../../rule.ts";
import { objectOf } from "../../seen.ts";
import { some } from "../../some.ts";
import type { Subject } from "../../subject.ts";
import { templatePair } from "../../template-pair.ts";

const looks = [
  ...surroundingReadings,
  "install",
  "running",
  "calicoPods",
  "asked",
  "workloads",
  "datastore",
  "canal",
  "cniConfig",
] as const satisfies readonly (keyof PreflightFacts)[];

/**
 * Hazard H05 before anything is applied. What the file brings comes first, and is no error; what neither the file nor
 * the cluster has is one, by the objects of the file and by what is on record of the release.
 */
export const surroundings = clusterRule({
  id: "H05",
  severity: "error",
  // Nobody is stopped because of roles that may not be read.
  whenUnknown: "warning",
  page: {
    title: "calico-node and the controller have what they need",
    why: "Pods whose CRDs, rights, ServiceAccount or ConfigMap keys are missing never become Ready. A release's manifest brings what it needs; new images alone do not. Pods that are Ready can be without it as well, until they restart.",
    override: "--template-only",
    detected:
      "what the file's templates name, and the CRDs and rights that upstream's manifests of the release have, against the objects of the file and of the cluster; without a target, or with one of the same release, also what the release that runs needs",
    fix: "Apply the whole manifest of the release. For `node -f` the refusal prints the command that adds what is missing.",
    sources: [
      "https://github.com/projectcalico/calico/issues/4911",
      "upstream's manifests of v1.5 to v3.32; where one is not on record (v3.26, v3.31), what its neighbours both have",
      "seen on a real server: the Felix of v3.30 under the ClusterRole of v3.29 gets 403 and never becomes Ready",
    ],
  },
  needs: ["daemonSet"],
  looks,
  steps: ["node", "apply"],
  ofTarget: true,
  check({ daemonSet }, subject, _now, readings) {
    const { manifest, to } = subject;
    if (readings.install.known && readings.install.value.kind === "operator")
      return { outcome: "n/a", because: "the operator brings what its Calico needs" };
    if (manifest === undefined && to === undefined)
      return (
        ofRunning(subject, readings, daemonSet) ?? {
          outcome: "pass",
          because: "the cluster has what its calico-node and controller need",
        }
      );
    const pair = templatePair(subject, daemonSet, readings.configMaps.known ? readings.configMaps.value : []);
    if (manifest !== undefined && pair === undefined) {
      const because = `the file has no DaemonSet ${daemonSet.namespace}/${daemonSet.name}`;
      return { outcome: "n/a", because };
    }
    return judge(subject, readings, daemonSet, pair?.file.daemonSet);
  },
});

/** What a restart needs as calico-node is now; undefined: all of it is there. */
function ofRunning(
  { to, manifest }: Subject,
  readings: PreflightFacts,
  daemonSet: DaemonSetFacts,
): CheckResult | undefined {
  const { asked, running, calicoPods, workloads } = readings;
  if (!running.known) return { outcome: "unknown", because: unknownBecause("running", running) };
  if (!asked.known) return { outcome: "unknown", because: unknownBecause("release", asked) };
  const pods = comingPods(daemonSet, undefined, workloads, undefined);
  const ofRelease = needsOnRecord(pods, readings, asked.value, undefined);
  const known = ofRelease.known ? [ofRelease.value] : [];
  const needs = allOf([needsOfRunning(pods), ...known]);
  const live = liveSurroundings(readings, daemonSet);
  const found = missing(needs, live);
  const lacking = found.filter(isLacking);
  if (lacking.length > 0) {
    const isDown = calicoPods.known && calicoPods.value.some(({ ready }) => !ready);
    const objects = manifest?.objects.map(({ object }) => object) ?? [];
    const isBrought = !missingFromBoth(needs, live, objects, daemonSet.namespace).some(isLacking);
    return {
      outcome: "fail",
      severity: isDown && to === undefined ? "error" : "warning",
      because: `calico-node is ${asked.value.text}, and the cluster lacks what that release needs: ${textOf(lacking)}; pods can fail without it when they restart`,
      evidence: evidenceOf(found),
      fix: isBrought
        ? "kubectl calico-upgrade apply -f FILE adds it"
        : `apply the whole manifest of ${asked.value.text}: kubectl calico-upgrade apply -f FILE`,
    };
  }
  if (found.length > 0) return { outcome: "unknown", because: textOf(found), evidence: evidenceOf(found) };
  if (!ofRelease.known) return { outcome: "unknown", because: ofRelease.message };
  const dark = calicoPods.known ? unread(readings) : unknownBecause("pods", calicoPods);
  return dark === undefined ? undefined : { outcome: "unknown", because: dark };
}

function judge(
  subject: Subject,
  readings: PreflightFacts,
  daemonSet: DaemonSetFacts,
  inFile: DaemonSetFacts | undefined,
): CheckResult {
  const { to, manifest } = subject;
  const { namespace } = daemonSet;
  const live = liveSurroundings(readings, daemonSet);
  const pods = comingPods(daemonSet, inFile, readings.workloads, manifest);
  const objects = manifest?.objects.map(({ object }) => object) ?? [];
  const ofFile = manifest === undefined ? undefined : needsOfTemplates(pods, manifest);
  const ofRelease = beyondRunning(pods, readings, to);
  const needs = allOf(
    [ofFile, ofRelease.known ? ofRelease.value : undefined].filter((each) => each !== undefined),
  );
  const left = missingFromBoth(needs, live, objects, namespace);
  const lacking = left.filter(isLacking);
  const release = to?.known === true ? to.value.text : "the new calico-node";
  if (lacking.length > 0) {
    const evidence = evidenceOf(left);
    const text = textOf(lacking);
    return manifest === undefined
      ? {
          outcome: "fail",
          // Where the images are there already nothing else will bring it.
          severity: asksFor(readings, to) ? "error" : "warning",
          because: `${release} needs what the cluster lacks: ${text}; its manifest brings that, new images alone do not`,
          evidence,
          fix: "apply the whole manifest of the release",
          commands: ["kubectl calico-upgrade apply -f FILE"],
        }
      : {
          outcome: "fail",
          severity: isRepair(readings, to) ? "warning" : "error",
          because: `${release} needs what neither the file nor the cluster has: ${text}; pods of that release fail without it`,
          evidence,
          fix: `take upstream's manifest of ${to?.known === true ? release : "the target"} and bring your own settings into it`,
        };
  }
  const [first] = left;
  if (first !== undefined) return { outcome: "unknown", because: textOf(left), evidence: evidenceOf(left) };
  const same = readings.asked.known && to?.known === true && readings.asked.value.text === to.value.text;
  const incomplete = same ? ofRunning(subject, readings, daemonSet) : undefined;
  if (incomplete?.outcome === "fail") return incomplete;
  const now = missingNow(ofFile, ofRelease.known ? ofRelease.value : undefined, live);
  const coming = now.filter(isLacking);
  if (coming.length > 0) {
    return {
      outcome: "fail",
      severity: "info",
      because: `the file's template needs what the cluster lacks: ${textOf(coming)}`,
      evidence: evidenceOf(now),
      fix: "apply adds it before the template; before node, add it",
      commands: ["kubectl calico-upgrade node -f FILE --print-missing | kubectl apply -f -"],
    };
  }
  const dark = now[0] === undefined ? unread(readings) : textOf(now.slice(0, 1));
  // The file brings all of it: whether it is there already only decides what is written.
  if (dark !== undefined)
    return { outcome: "unknown", severity: "info", because: dark, evidence: evidenceOf(now) };
  if (!ofRelease.known) return { outcome: "unknown", because: ofRelease.message };
  return {
    outcome: "pass",
    because: `${manifest === undefined ? "the cluster has" : "file and cluster have"} what ${release} needs`,
  };
}

/** What the release needs beyond the one that runs, and is Ready: what that does without is not needed here. */
function beyondRunning(
  pods: ReturnType<typeof comingPods>,
  readings: PreflightFacts,
  to: Subject["to"],
): Reading<TemplateNeeds> {
  if (to === undefined) return unknownReading("no release is named");
  if (!to.known) return unknownReading(unknownBecause("target", to));
  const { running, calicoPods } = readings;
  if (!running.known) return unknownReading(unknownBecause("running", running));
  if (!calicoPods.known) return unknownReading(unknownBecause("pods", calicoPods));
  const isDown = calicoPods.value.length > 0 && !calicoPods.value.some(({ ready }) => ready);
  const from = isDown ? undefined : running.value.oldest;
  return needsOnRecord(pods, readings, to.value, from);
}

function needsOnRecord(
  pods: ReturnType<typeof comingPods>,
  readings: PreflightFacts,
  to: Version,
  from: Version | undefined,
): Reading<TemplateNeeds> {
  const needs = recordedNeeds(pods, readings, to, from);
  if (!needs.known) return needs;
  return needs.value === undefined
    ? unknownReading(`what ${to.text} needs is not on record`)
    : known(needs.value);
}

function unknownReading(message: string): Reading<never> {
  return { known: false, why: "failed", message };
}

/** What the file's templates need, and of the release's needs what that does not name already. */
function missingNow(
  ofFile: TemplateNeeds | undefined,
  ofRelease: TemplateNeeds | undefined,
  live: LiveSurroundings,
): readonly Missing[] {
  const found = ofFile === undefined ? [] : missing(ofFile, live);
  const named = new Set(found.map(objectOf));
  const more = ofRelease === undefined ? [] : missing(ofRelease, live);
  return [...found, ...more.filter((each) => !named.has(objectOf(each)))];
}

/** The first reading that could say otherwise and is not known. */
function unread(readings: PreflightFacts): string | undefined {
  for (const name of [...surroundingReadings, "install", "workloads"] as const) {
    const reading = readings[name];
    if (!reading.known) return unknownBecause(name, reading);
  }
  return undefined;
}

function asksFor({ asked }: PreflightFacts, to: Subject["to"]): boolean {
  return to?.known === true && asked.known && sameMinor(asked.value, to.value);
}

/** The release runs already, so that what is missing may not be why somebody applies it again. */
function isRepair({ running }: PreflightFacts, to: Subject["to"]): boolean {
  return to?.known === true && running.known && sameMinor(running.value.oldest, to.value);
}

function sameMinor(one: Version, other: Version): boolean {
  return one.major === other.major && one.minor === other.minor;
}

function isLacking({ unknown }: Missing): boolean {
  return unknown !== true;
}

/** Rights first, which nobody sees by looking at what is there; what is said of several objects is said once. */
function textOf(all: readonly Missing[]): string {
  const [crds, others] = [true, false].map((wanted) =>
    all.filter(({ kind }) => (kind === "CustomResourceDefinition") === wanted),
  );
  const groups = Map.groupBy([...(others ?? []), ...(crds ?? [])], ({ kind, name, what }) =>
    what === "is not there" ? `${kind} ${what}` : `${kind} ${name} ${what}`,
  );
  const texts = [...groups.values()].map((group) => {
    const [{ kind, what } = { kind: "", what: "" }] = group;
    const names = some(group.map(({ name }) => name));
    return group.length === 1 ? short(`${kind} ${names} ${what}`) : `${kind}s ${names} are not there`;
  });
  return texts.length > 4
    ? `${texts.slice(0, 4).join("; ")}; and ${String(texts.length - 4)} more`
    : texts.join("; ");
}

/** A whole role is a page long; the evidence has it. */
function short(text: string): string {
  return text.length <= 600 ? text : `${text.slice(0, text.lastIndexOf(", ", 600))}, ...`;
}

function evidenceOf(all: readonly Missing[]): NonNullable<CheckResult["evidence"]> {
  return all.map((each) => ({ object: objectOf(each), field: "the cluster", value: each.what }));
}
