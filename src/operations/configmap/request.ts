import type { KubeObject } from "../../model/kube.ts";
import type { Millis } from "../../model/time.ts";
import type { BgpCheckMode } from "../node/request.ts";
import type { PrepullRequest } from "../prepull/request.ts";
import type { Pace, NodeSelection } from "../../plan/fleet/pace.ts";
import type { OpenConfigMap } from "./open.ts";

/** What is asked of a ConfigMap and of what reads it, checked and in the terms of the run. */
export interface ConfigMapRequest {
  /** Undefined: the only one. */
  readonly daemonSet?: { readonly namespace: string; readonly name: string };
  /** What reads the changed keys is left as it is. */
  readonly noRestart: boolean;
  readonly takeOver: boolean;
  readonly settle?: Millis;
  /** Of the nodes that restart; undefined: as usual. */
  readonly prepull?: PrepullRequest;
  /** Whether BIRD is asked for its sessions; undefined: auto. */
  readonly bgpCheck?: BgpCheckMode;
  /** Which nodes are restarted, in which order and how fast. */
  readonly selection?: NodeSelection;
  readonly pace?: Pace;
  /** How long Typha, the controller, and each node may take; 0 is no limit. */
  readonly timeout: Millis;
  /** Ids of rules and guards that do not block. */
  readonly ignored: ReadonlySet<string>;
}

/** The new values. */
export type NewValues =
  /** The whole ConfigMap, found in a file once it is known which one is meant. */
  | { readonly kind: "object"; readonly find: (open: OpenConfigMap) => KubeObject }
  /** These keys, and no other. */
  | {
      readonly kind: "keys";
      readonly set: ReadonlyMap<string, string>;
      readonly unset: ReadonlySet<string>;
    };
