/** What of the things that were seen can be held against what the program says. */
import { addressOf, type NodeName } from "../layout.ts";
import type { Observed } from "./observed.ts";

/**
 * The longest time for which a peer had no session with a node, in milliseconds: from the first look without one to
 * the last, so what is printed can only be too short if it is shorter than this. 0: no session was lost. Sessions that
 * a peer lost because its own BIRD went away are that peer's gap.
 */
export function sessionGap(observed: Observed, node: NodeName): number {
  const peers = new Set(observed.sessions.map((look) => look.node).filter((name) => name !== node));
  const gaps = [...peers].map((peer) => {
    let lost: number | undefined;
    let own = false;
    let longest = 0;
    for (const look of observed.sessions.filter((each) => each.node === peer)) {
      // The last look that did not see it is the one before this.
      if (lost !== undefined) longest = Math.max(longest, look.before - lost);
      if (look.established === undefined) own = true;
      if (look.established?.includes(addressOf(node)) === true) {
        lost = undefined;
        own = false;
      } else if (!own) lost ??= look.at;
    }
    return lost === undefined ? longest : Math.max(longest, observed.ended - lost);
  });
  return Math.max(0, ...gaps);
}

/** The longest silence between two pods on any path, in milliseconds; TCP and UDP alike. */
export function packetGap(observed: Observed): number {
  return Math.max(0, ...observed.clients.filter(({ event }) => event !== "failed").map(({ ms }) => ms));
}

/** TCP streams that ended, as `node-01>node-02`. */
export function brokenStreams(observed: Observed): readonly string[] {
  return observed.clients
    .filter(({ event }) => event === "broken")
    .map(({ from, to }) => `${from}>${to}`)
    .toSorted();
}

/** Routes to other nodes' pods that BIRD took out of a kernel, as `node-02: 10.244.0.0/24`. */
export function withdrawnRoutes(observed: Observed): readonly string[] {
  return observed.routes
    .filter(({ deleted }) => deleted)
    .map(({ node, destination }) => `${node}: ${destination}`)
    .toSorted();
}

/** From the end of the first calico-node container on a node to the last start of one, in milliseconds. */
export function containerGap(observed: Observed, node: NodeName): number | undefined {
  const ids = new Set(observed.pods.filter((pod) => pod.node === node).map(({ container }) => container));
  const own = observed.containers.filter((event) => event.node === node && ids.has(event.container));
  const ended = own.find(({ what }) => what === "exit");
  const started = own.findLast(({ what }) => what === "start");
  return ended === undefined || started === undefined ? undefined : started.at - ended.at;
}

/** How much was asked and answered: a watcher that saw nothing proves nothing. */
export function conversations(observed: Observed): number {
  return new Set(observed.clients.map(({ from, to, kind }) => `${kind} ${from}>${to}`)).size;
}
