import type { Finding } from "./finding.ts";
import { blocks } from "./rule.ts";

/** What is asked of findings. */
export interface Strictness {
  /** --ignore-preflight-errors */
  readonly ignored: ReadonlySet<string>;
  /** --fail-on */
  readonly failOn: "error" | "warning";
  /** What the command itself settles before anything depends on it. */
  readonly settled?: ReadonlySet<string>;
}

/** A finding, and whether it stands in the way; ignored: it would, had it not been named. */
export type JudgedFinding = Finding & { readonly blocks: boolean; readonly ignored: boolean };

export interface PreflightVerdict {
  /** Nothing stands in the way. */
  readonly ready: boolean;
  readonly findings: readonly JudgedFinding[];
}

const nothing: ReadonlySet<string> = new Set();

export function verdictOf(
  findings: readonly Finding[],
  { ignored, failOn, settled = nothing }: Strictness,
): PreflightVerdict {
  const judged = findings.map((finding): JudgedFinding => {
    if (settled.has(finding.id)) return { ...finding, blocks: false, ignored: false };
    const stands = blocks(finding, ignored, failOn);
    return { ...finding, blocks: stands, ignored: !stands && blocks(finding, nothing, failOn) };
  });
  return { ready: !judged.some(({ blocks: stands }) => stands), findings: judged };
}
