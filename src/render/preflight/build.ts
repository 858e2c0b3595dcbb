import type { Verdict } from "../../preflight/verdict.ts";
import { pageOf } from "../explain/pages.ts";
import type { PreflightReport } from "./kind.ts";

/** What a report says beside its findings. */
export type Heading = Omit<PreflightReport, "apiVersion" | "kind" | "ready" | "findings">;

/** A verdict with the titles of its findings. */
export function preflightReport({ ready, findings }: Verdict, heading: Heading): PreflightReport {
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "Preflight",
    ...heading,
    ready,
    findings: findings.map(({ blocks, ignored, ...finding }) => ({
      ...finding,
      category: finding.id.charAt(0),
      title: pageOf(finding.id).title,
      blocks,
      ignored,
    })),
  };
}
