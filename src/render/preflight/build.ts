import type { PreflightVerdict } from "../../preflight/verdict.ts";
import { pageOf } from "../explain/pages.ts";
import type { PreflightReport, Refusal } from "./kind.ts";

/** What a report says beside its findings. */
export type Heading = Omit<PreflightReport, "apiVersion" | "kind" | "ready" | "findings" | "refusals">;

/** A verdict with the titles of its findings, and what a command would refuse beside them. */
export function preflightReport(
  { ready, findings }: PreflightVerdict,
  heading: Heading,
  refusals: readonly Refusal[] = [],
): PreflightReport {
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "Preflight",
    ...heading,
    ready: ready && refusals.length === 0,
    findings: findings.map(({ blocks, ignored, ...finding }) => ({
      ...finding,
      category: finding.id.charAt(0),
      title: pageOf(finding.id).title,
      blocks,
      ignored,
    })),
    ...(refusals.length === 0 ? {} : { refusals }),
  };
}
