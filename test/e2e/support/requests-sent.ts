/** Every request of the plugin, discovery, access reviews and watches included: what a user's API server feels of it. */
import type { AuditMark } from "../../cluster/audit.ts";
import type { Cluster } from "../../cluster/cluster.ts";

/** `get /apis`, in the order of the log; a watch counts once, when it is opened. */
export async function requestsSent(cluster: Cluster, mark: AuditMark): Promise<readonly string[]> {
  const stages = ["ResponseStarted", "ResponseComplete", "Panic"];
  const seen = await cluster.audit.since(mark, { userAgent: "calico_upgrade", stages });
  return seen
    .filter(({ verb, stage }) => (verb === "watch") === (stage === "ResponseStarted"))
    .map(({ verb, uri }) => `${verb} ${uri}`);
}

/** `12 × patch customresourcedefinitions (dry run)`, the most frequent first: what to look at when they are too many. */
export function tally(requests: readonly string[]): string {
  const kinds = Map.groupBy(requests, (request) => {
    const [verb = "", uri = ""] = request.split(" ");
    const { pathname, searchParams } = new URL(uri, "https://server");
    const [, rest = pathname] =
      /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)\/(?:namespaces\/[^/]+\/)?([^/]+)/.exec(pathname) ?? [];
    return `${verb} ${rest}${searchParams.has("dryRun") ? " (dry run)" : ""}`;
  });
  return [...kinds]
    .toSorted(([, one], [, other]) => other.length - one.length)
    .map(([kind, own]) => `${String(own.length)} × ${kind}`)
    .join("\n");
}
