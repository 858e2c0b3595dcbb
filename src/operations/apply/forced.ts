import type { Evidence, Finding } from "../../preflight/finding.ts";
import { objectOf } from "../../preflight/seen.ts";
import type { Wholes } from "../../plan/apply/intended.ts";
import type { ApplyTarget } from "../../plan/apply/target.ts";

/**
 * Rules about settings that speak of nothing but fields in conflict (hazard H14): who lets the file win has been shown
 * these fields, and asked for it.
 */
export function answeredByForce(
  findings: readonly Finding[],
  targets: readonly ApplyTarget[],
  applied: Wholes,
): readonly string[] {
  const conflicting = new Map(
    targets.map((target) => {
      const { kind, name, namespace } = target.ref;
      const object = objectOf({ kind, name, ...(namespace === undefined ? {} : { namespace }) });
      return [object, applied(target).conflicts.map(({ field }) => field.replace(/^\./, ""))] as const;
    }),
  );
  const isForced = ({ object, field }: Evidence): boolean =>
    conflicting.get(object)?.some((each) => isWithin(field, each) || valueOf(each) === field) === true;
  return findings
    .filter(({ outcome, evidence }) => outcome === "fail" && evidence.length > 0 && evidence.every(isForced))
    .map(({ id }) => id);
}

/** `a.b[c]` and `a.b.d` are within `a.b`, and `a.bc` is not. */
function isWithin(field: string, whole: string): boolean {
  return whole !== "" && (field === whole || field.startsWith(`${whole}.`) || field.startsWith(`${whole}[`));
}

/** A variable of the environment is one setting, and in conflict by its value or the source of it. */
function valueOf(field: string): string {
  const end = field.lastIndexOf("]") + 1;
  const rest = field.slice(end);
  return rest === ".value" || rest.startsWith(".valueFrom") ? field.slice(0, end) : field;
}
