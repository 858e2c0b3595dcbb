import type { DryRunStrategy } from "../model/dry-run.ts";
import type { Flag } from "./flag.ts";
import { goBoolean } from "./values.ts";

/** A bare --dry-run; kubectl's name for it. */
const bare = "unchanged";

export const dryRunFlag = {
  name: "dry-run",
  takes: "optional",
  implied: bare,
  default: "none",
  help: 'Must be "none", "server", or "client". If client, say what would be done and change nothing. If server, submit the requests without persisting them.',
  group: "Options",
  valueName: "STRATEGY",
} as const satisfies Flag;

/** What --dry-run=VALUE means, with kubectl's words for its older spellings and for a wrong one. */
export function readDryRun(
  value: string,
):
  | { readonly ok: true; readonly dryRun: DryRunStrategy; readonly warning?: string }
  | { readonly ok: false; readonly message: string } {
  if (value === "none" || value === "client" || value === "server") return { ok: true, dryRun: value };
  if (value === bare) {
    return {
      ok: true,
      dryRun: "client",
      warning: "--dry-run is deprecated and can be replaced with --dry-run=client.",
    };
  }
  const truth = goBoolean(value);
  if (truth === undefined) {
    return {
      ok: false,
      message: `Invalid dry-run value (${value}). Must be "none", "server", or "client".`,
    };
  }
  const dryRun = truth ? "client" : "none";
  return {
    ok: true,
    dryRun,
    warning: `--dry-run=${value} is deprecated (boolean value) and can be replaced with --dry-run=${dryRun}.`,
  };
}

/** kubectl's suffix of a mutation line. */
export function dryRunSuffix(dryRun: DryRunStrategy): string {
  return { none: "", client: " (dry run)", server: " (server dry run)" }[dryRun];
}
