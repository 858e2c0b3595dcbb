import type { ApplyStepId } from "../../plan/apply/parts.ts";
import type { Choices } from "../../plan/apply/target.ts";
import type { Version } from "../../releases/version.ts";
import type { RemainingRequest } from "../node/remaining.ts";
import type { PlanFile } from "../plan/file.ts";

/** What is asked of an upgrade to a manifest, checked and in the terms of the run. */
export interface ApplyRequest {
  readonly file: PlanFile;
  /** --to: the release of the file, where its images do not say it. */
  readonly stated: Version | undefined;
  /** Of the two; undefined: the file has no calico-node. */
  readonly to: Version | undefined;
  /** The last step to do. */
  readonly until: ApplyStepId;
  readonly skipNodes: boolean;
  readonly choices: Choices;
  readonly recreate: boolean;
  readonly fixStrategy: boolean;
  /** Of the nodes and of everything: time limits, ignored rules, the DaemonSet. */
  readonly nodes: RemainingRequest;
}
