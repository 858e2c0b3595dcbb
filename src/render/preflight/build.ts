import type { Finding } from "../../preflight/finding.ts";
import { blocks } from "../../preflight/rule.ts";
import { pageOf } from "../explain/pages.ts";
import type { PreflightReport, ReportedFinding } from "./kind.ts";

/** What a report says beside its findings. */
export type Heading = Omit<PreflightReport, "apiVersion" | "kind" | "ready" | "findings">;

export interface Verdict {
  /** --ignore-preflight-errors */
  readonly ignored: ReadonlySet<string>;
  /** --fail-on */
  readonly failOn: "error" | "warning";
}

const nothing: ReadonlySet<string> = new Set();

/** Findings with their titles, and whether they stand in the way. */
export function preflightReport(
  findings: readonly Finding[],
  heading: Heading,
  { ignored, failOn }: Verdict,
): PreflightReport {
  const reported = findings.map((finding): ReportedFinding => {
    const stands = blocks(finding, ignored, failOn);
    return {
      ...finding,
      category: finding.id.charAt(0),
      title: pageOf(finding.id).title,
      blocks: stands,
      ignored: !stands && blocks(finding, nothing, failOn),
    };
  });
  const ready = !reported.some(({ blocks: stands }) => stands);
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "Preflight",
    ...heading,
    ready,
    findings: reported,
  };
}
