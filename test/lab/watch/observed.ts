/** What watchers saw that know nothing of the product. Times in milliseconds by this machine's one clock. */
import type { ClientLine } from "../clients.ts";
import type { NodeName } from "../layout.ts";

/** A look at the sessions of one node that differs from the one before. */
export type SessionLook = {
  readonly at: number;
  /** When the look before was: the change lies between the two. */
  readonly before: number;
  readonly node: NodeName;
  /** Addresses of peers with a session; undefined where BIRD does not answer. */
  readonly established: readonly string[] | undefined;
};

export type RouteChange = {
  readonly at: number;
  readonly node: NodeName;
  readonly deleted: boolean;
  /** `10.244.1.0/24`. */
  readonly destination: string;
};

export type ContainerEvent = {
  readonly at: number;
  readonly node: NodeName;
  readonly what: "start" | "exit";
  readonly container: string;
};

export type PodChange = {
  readonly at: number;
  readonly node: NodeName;
  readonly type: string;
  readonly uid: string;
  readonly ready: boolean;
  /** Of the container calico-node; "" before it is made. */
  readonly container: string;
  /** Why it waits: `ImagePullBackOff`. */
  readonly waiting: string;
};

export type Observed = {
  readonly began: number;
  readonly ended: number;
  readonly sessions: readonly SessionLook[];
  readonly routes: readonly RouteChange[];
  readonly containers: readonly ContainerEvent[];
  readonly pods: readonly PodChange[];
  readonly clients: readonly (ClientLine & { readonly from: NodeName })[];
};
