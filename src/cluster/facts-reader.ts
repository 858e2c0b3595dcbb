import type { ClusterFacts } from "../model/cluster-facts.ts";
import type { Millis } from "../model/time.ts";
import { discover } from "./discovery.ts";
import { groupsFor, observableNames, observe, type Need, type Watched } from "./observe.ts";
import type { Connection, Discovery } from "./port.ts";

/** Reads the readings that are named. `known`: was read already. */
export type ReadFacts = (needs: readonly Need[], known?: Watched) => Promise<ClusterFacts>;

/** Where Calico is looked for first; it is found anywhere. `wanted`: a DaemonSet that was named. */
export function usualNamespace(
  connection: Pick<Connection, "namespaceGiven" | "namespace">,
  wanted?: { readonly namespace: string },
): string {
  return wanted?.namespace ?? (connection.namespaceGiven ? connection.namespace : "kube-system");
}

/** Whoever looks at Calico reads through this. `now`: this machine's clock, for a server that does not send its own. */
export function factsReader(
  connection: Connection,
  now: () => Millis,
  {
    discovered = discover(connection, groupsFor(observableNames)),
    namespace = usualNamespace(connection),
  }: { readonly discovered?: Promise<Discovery>; readonly namespace?: string } = {},
): ReadFacts {
  // It is awaited where facts are read: until then its failure must not pass for one that nobody looks at.
  discovered.catch(() => undefined);
  return (needs, known = {}) => observe(connection, discovered, { needs, known, namespace, now: now() });
}
