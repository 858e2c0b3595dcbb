import type { Strategy } from "../../model/daemonset.ts";
import type { KubeObject } from "../../model/kube.ts";
import type { ImagePull } from "../../model/node-record.ts";
import type { Truth } from "../../model/reading.ts";
import type { RunCommand } from "../../model/run-command.ts";
import type { Millis } from "../../model/time.ts";
import type { Write } from "../../model/write.ts";
import type { Commands, Stop } from "../decision.ts";
import type { DrainGoal } from "../drain/goal.ts";
import type { FleetGoal } from "../fleet/goal.ts";
import type { Hold } from "./hold.ts";
import type { NodesSeen } from "./seen.ts";
import type { NodeWorld } from "./world.ts";

/** What a `node` run is to reach. Everything in it is fixed before the first write. */
export interface NodeGoal {
  /** The DaemonSet's UID: another one of the same name is another DaemonSet. */
  readonly daemonSet: string;
  /** Node names, in the order they are done. */
  readonly nodes: readonly string[];
  readonly commands: Commands;
  /** What began the run, kept in its lease (hazard H33). */
  readonly command?: RunCommand;
  /** A part of a run that holds the lease: it is neither taken nor given back here. */
  readonly nested?: boolean;
  /** Restart nodes that run the newest revision already. */
  readonly restart: boolean;
  /** Who works: written into the leases, never an identity (hazard H13). */
  readonly holder: string;
  /** Take over another run's lease or somebody's rollout (hazards H13, H18). */
  readonly takeOver: boolean;
  /** A holder of the run's lease whose process is known to have ended. */
  readonly gone?: string | undefined;
  /** Restart without cordon (hazard H09). */
  readonly noCordon: boolean;
  /** How long containerID and restartCount must stay as they are once Ready (hazard H23). */
  readonly settle: Millis;
  /** How long one node may take; 0 is no limit. */
  readonly timeout: Millis;
  /** Seconds that the old pod's containers have to end; undefined leaves it to the pod. */
  readonly gracePeriod?: number;
  /** How the other pods of each node are evicted first; undefined: they stay. */
  readonly drain?: DrainGoal;
  /** Image of a short pod that proves that pods get addresses (hazard H26). */
  readonly probeImage?: string;
  /** The file's DaemonSet, when -f was given. */
  readonly template?: TemplateGoal;
  /**
   * False while Calico's own etcd v2 → v3 data migration is between start and complete: pods of the
   * new release run but do not become Ready, by design (calico-facts 3.3).
   */
  readonly expectReady: boolean;
  /** Whether BGP is in use, and with it the graceful-restart budget (hazard H22). */
  readonly bgp: Truth;
  /** How long BGP peers keep routes of a node whose session is down; absent where there is no BGP. */
  readonly budget?: Millis;
  /** Whether Ready of the new pod says that BIRD has its sessions: from v3.2 on (calico-facts 7). */
  readonly readyMeansBgp: boolean;
  /** How images are pulled before the first node is touched; absent: they are not. */
  readonly prepull?: Prepull;
  /** By node: what this process has pulled there, for its record. */
  readonly pulled?: ReadonlyMap<string, ImagePull>;
  /** BIRD is asked for its sessions before and after each restart; absent: it is not, or cannot be. */
  readonly bgpCheck?: BgpCheck;
  /** The server is asked whether it would take the new pod, before a node is touched (hazard H30). */
  readonly triesPods?: boolean;
  /** Order and pace over several nodes; undefined: one after the other, whatever happens elsewhere. */
  readonly fleet?: FleetGoal;
  /** Why this node may not be restarted now; undefined when nothing stands against it. */
  readonly guard: (world: NodeWorld, node: string, now: Millis, seen: NodesSeen) => Stop | Hold | undefined;
  /** Puts the strategy back in the name of the DaemonSet's owner (hazard H12). */
  readonly restoreStrategy: (live: KubeObject, strategy: Strategy) => readonly Write[];
}

/** Images that are pulled before the first node of a run is touched. */
export interface Prepull {
  /** auto: where they are not known to be; always: also where they are. */
  readonly mode: "auto" | "always";
  /** On so many nodes at once. */
  readonly ahead: number;
}

export interface BgpCheck {
  /** exec: a node is not restarted where BIRD cannot be asked; auto: it is. */
  readonly mode: "auto" | "exec";
  /** BIRD for IPv6 runs as well. */
  readonly ipv6: boolean;
}

/** The file's DaemonSet against the live one. */
export interface TemplateGoal {
  /** Fingerprint of the live template that was planned on; absent where there was none. */
  readonly plannedOn?: string;
  /** updateStrategy that the file asks for; undefined: what is there stays. */
  readonly strategy?: Strategy;
  /** Absent where no file says it, as in `undo`. */
  readonly inFile?: KubeObject;
  /** The pod template that comes of it, where no file says it. */
  readonly podTemplate?: unknown;
  /** What reconciles the live DaemonSet with the file; `template` says whether that makes a new revision. */
  readonly reconcile: (
    live: KubeObject,
    pinned: boolean,
  ) => { readonly writes: readonly Write[]; readonly template: boolean };
}
