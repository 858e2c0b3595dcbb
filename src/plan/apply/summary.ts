import type { Ref } from "../../model/kube.ts";
import type { TextBlock } from "../../model/text-block.ts";
import type { UpgradeHop } from "../upgrade/plan.ts";

/** What becomes of what somebody has set beside upstream's manifest. */
export interface SettingsSummary {
  /** `kdd of v3.29.7`; undefined: nothing is on record to compare with, `because`. */
  readonly base?: string;
  readonly because?: string;
  /** The command that makes a file which keeps them; undefined: none is lost, or nothing is on record. */
  readonly rebase?: string;
  readonly kept: number;
  readonly changed: readonly {
    readonly group: "lost" | "conflict";
    readonly object: string;
    readonly field: string;
    readonly path: readonly string[];
    readonly variable?: string;
    readonly before: unknown;
    readonly after: unknown;
  }[];
}

/** What a run is going to do, before it asks. */
export interface ApplySummary {
  /** Undefined: the release of the file runs already. */
  readonly hop?: Pick<UpgradeHop, "from" | "to" | "notes">;
  readonly migrations: readonly {
    /** The rules that it settles. */
    readonly rules: readonly string[];
    readonly plan: readonly TextBlock[];
  }[];
  readonly create: readonly Ref[];
  readonly change: readonly Ref[];
  readonly recreate: readonly Ref[];
  /** Nodes where calico-node restarts. */
  readonly restart: readonly string[];
  /** Names of workloads that run with older values of a ConfigMap. */
  readonly stale: readonly string[];
  /** Silent nodes, which are left (hazard H16). */
  readonly silent: readonly string[];
  /** Secrets that stay without --with-secrets. */
  readonly leftAlone: readonly Ref[];
  /** Their values are not saved. */
  readonly changesSecrets: boolean;
  /** Undefined: they could not be compared. */
  readonly settings?: SettingsSummary;
}
