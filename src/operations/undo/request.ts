import type { Millis } from "../../model/time.ts";
import type { BgpCheckMode } from "../node/request.ts";
import type { PrepullRequest } from "../prepull/request.ts";
import type { Pace, NodeSelection } from "../../plan/fleet/pace.ts";

/** What is asked of `undo`, checked and in the terms of the run. */
export interface UndoRequest {
  /** Objects that go back although somebody has changed them since: `NetworkPolicy/shop/web`, or a namespace. */
  readonly force: ReadonlySet<string>;
  /** Leaves what reads a ConfigMap's values as it is. */
  readonly noRestart: boolean;
  /** Ids of rules and guards that do not block, for the nodes that go back. */
  readonly ignored: ReadonlySet<string>;
  readonly settle?: Millis;
  /** Of the nodes that restart; undefined: as usual. */
  readonly prepull?: PrepullRequest;
  /** Whether BIRD is asked for its sessions; undefined: auto. */
  readonly bgpCheck?: BgpCheckMode;
  /** Which nodes go back, in which order and how fast. */
  readonly selection?: NodeSelection;
  readonly pace?: Pace;
}

/** How long one node, or one rollout, may take. */
export const patience: Millis = 300_000;
