import { deniedRights } from "../../model/denied.ts";
import { rightText } from "../../model/right.ts";
import type { ReportedFinding } from "./kind.ts";

/** What several checks could not see for one reason: reported once, with the checks that it hides. */
export interface Hidden {
  /** `cannot list daemonsets.apps (forbidden)`. */
  readonly why: string;
  /** For want of a right. */
  readonly isDenied: boolean;
  readonly findings: readonly ReportedFinding[];
}

/**
 * A right that is missing, and the checks that are unknown for want of it; and any other reason that more than one
 * check has. What is left says its own reason in its place.
 */
export function hiddenOf(findings: readonly ReportedFinding[]): readonly Hidden[] {
  const unknown = findings.filter(({ outcome }) => outcome === "unknown");
  const reasons = unknown.flatMap((finding) => {
    const denied = deniedRights(finding.because);
    const whys =
      denied.length === 0
        ? [finding.because]
        : denied.map((right) => `cannot ${rightText(right)} (forbidden)`);
    return whys.map((why) => ({ why, finding, isDenied: denied.length > 0 }));
  });
  return [...Map.groupBy(reasons, ({ why }) => why)].flatMap(([why, own]) => {
    const isDenied = own.some((each) => each.isDenied);
    return own.length > 1 || isDenied ? [{ why, isDenied, findings: own.map(({ finding }) => finding) }] : [];
  });
}
