import type { GuardedStep } from "../model/guarded-step.ts";
import type { RulePage } from "../model/rule-page.ts";
import type { Reading } from "../model/reading.ts";
import { clusterRule, type ClusterRule } from "./cluster-rule.ts";
import type { PreflightFacts } from "./facts.ts";
import type { Severity } from "./finding.ts";
import type { CheckResult } from "./rule.ts";
import type { RuleId } from "./rules/ids.ts";
import type { SettingKind } from "../merge/setting-kind.ts";
import { keptText, settingEvidence, settingText } from "./setting-text.ts";
import { fileSettings, type FileSettings, type Setting } from "./settings.ts";
import type { TargetManifest } from "./subject.ts";
import { rebaseCommand } from "./rebase-hint.ts";
import { some } from "./some.ts";

/** Whatever writes objects of a file. */
const steps: readonly GuardedStep[] = ["controller", "configmap", "node", "apply"];

/** A rule about some settings of an install: an apply of the file keeps them. */
export function settingsRule(rule: {
  readonly id: RuleId;
  readonly severity: Severity;
  readonly page: RulePage;
  /** Readings that weigh what is lost. */
  readonly looks?: readonly (keyof PreflightFacts)[];
  readonly kinds: readonly SettingKind[];
  /** Of those, the ones whose change means something. */
  readonly which?: (setting: Setting) => boolean;
  /** What of upstream's own changes counts as well. */
  readonly counts?: (setting: Setting) => boolean;
  /** Of a value whose owner is not known; else it is no more than unknown. */
  readonly ofUnknown?: Severity;
  readonly kept: string;
  /** What to do, where it is not to set each value as it is. */
  readonly fix?: (found: readonly Setting[]) => string;
  /** What is reported where nothing is lost; undefined: nothing. */
  readonly otherwise?: (manifest: TargetManifest, readings: PreflightFacts) => CheckResult | undefined;
  /** Where some weigh more than others, or an object of the cluster decides. */
  readonly weigh?: (found: readonly Setting[], readings: PreflightFacts) => Weight;
}): ClusterRule {
  const { id, severity, page, looks = [], kinds, ofUnknown } = rule;
  const { which = () => true, counts = () => false } = rule;
  return clusterRule({
    id,
    severity,
    page,
    when: { manifest: true },
    needs: ["daemonSet", "configMaps"],
    looks: ["installed", "asked", ...looks],
    steps,
    check({ configMaps }, { manifest, upstream }, _now, readings) {
      const { installed, asked } = readings;
      if (!installed.known) return unread(installed);
      if (manifest === undefined) return { outcome: "n/a", because: "no manifest is given" };
      const facts = { installed: installed.value, configMaps, asked };
      const settings = fileSettings(manifest, facts, upstream);
      if (settings.compared === 0)
        return { outcome: "n/a", because: "the file has no object that the cluster has" };
      const own = settings.all.filter(({ kind }) => kinds.includes(kind)).filter(which);
      const found = own.filter(
        (each) =>
          each.group === "lost" ||
          each.group === "conflict" ||
          (each.group === "unknown" && ofUnknown !== undefined) ||
          (each.group === "upstream" && counts(each)),
      );
      const reported = found.filter(({ unread: isUnread }) => isUnread !== true);
      if (reported.length > 0) {
        const isUnknown = reported.every(({ group }) => group === "unknown");
        const weight = rule.weigh?.(reported, readings) ?? {};
        const severe = isUnknown && ofUnknown !== undefined ? { severity: ofUnknown } : {};
        const rebase = settings.base.known ? rebaseCommand(manifest.objects) : undefined;
        const fix =
          rule.fix?.(reported) ?? `set in the file, as in the cluster: ${some(reported.map(keptText), 6)}`;
        return fails(reported, { ...severe, ...weight }, fix, rebase);
      }
      if (found.length > 0)
        return {
          outcome: "unknown",
          severity: "warning",
          because: `not compared, as a value could not be read: ${some(found.map(settingText))}`,
        };
      const kept = rest(own, settings, installed.value.unread, rule.kept);
      return (kept.outcome === "pass" ? rule.otherwise?.(manifest, readings) : undefined) ?? kept;
    },
  });
}

/** What the rule makes of what it found. */
export interface Weight {
  readonly severity?: Severity;
  /** What decides instead of the setting. */
  readonly although?: string;
}

/** `rebase`: the command that does what the fix says. */
function fails(
  found: readonly Setting[],
  { severity, although }: Weight,
  fix: string,
  rebase: string | undefined,
): CheckResult {
  return {
    outcome: "fail",
    because: `${some(found.map(settingText), 5)}${although === undefined ? "" : `; ${although}`}`,
    evidence: found.map(settingEvidence),
    ...(rebase === undefined ? { fix } : { fix: `${fix}; a file with them`, commands: [rebase] }),
    ...(severity === undefined ? {} : { severity }),
  };
}

/** Nothing is lost, as far as it is known. */
function rest(
  own: readonly Setting[],
  { base }: FileSettings,
  unreadObjects: readonly { readonly object: string; readonly message: string }[],
  kept: string,
): CheckResult {
  // What only the file sets takes nothing away.
  const unknown = own.filter(({ group, before }) => group === "unknown" && before !== undefined);
  if (unknown.length > 0 && !base.known)
    return {
      outcome: "unknown",
      severity: "warning",
      because: `${base.message}, so what is your own setting cannot be told; the file changes ${some(unknown.map(settingText))}`,
      evidence: unknown.map(settingEvidence),
    };
  const [first] = unreadObjects;
  if (first !== undefined)
    return {
      outcome: "unknown",
      severity: "warning",
      because: `${some(unreadObjects.map(({ object }) => object))} could not be read: ${first.message}`,
    };
  const yours = own.filter(({ group }) => group === "kept");
  return {
    outcome: "pass",
    because: yours.length === 0 ? kept : `${kept}; kept: ${some(yours.map(keptText), 5)}`,
  };
}

function unread(installed: Extract<Reading<unknown>, { readonly known: false }>): CheckResult {
  return {
    outcome: "unknown",
    because: `installed ${installed.message}`,
    // Nobody is stopped by what nobody looked for.
    ...(installed.why === "not asked" ? { severity: "warning" } : {}),
  };
}
