import { collectionPath } from "../../cluster/paths.ts";
import type { AppContext } from "../../context.ts";
import { connectionValues } from "../../flags/connection.ts";
import type { Scanned } from "../../flags/scan.ts";
import { namesCache } from "./names-cache.ts";

interface Name {
  readonly value: string;
}

/** How long somebody who types waits for a cluster, from the start of the process. */
const patienceMillis = 300;
/** A busy machine may need all of that to start. */
const leastMillis = 200;

/** Names out of the kubeconfig, or of what the cluster has; without those that were already given. */
export async function clusterNames(
  of: "contexts" | "clusters" | "users" | "namespaces" | "nodes",
  scanned: Scanned,
  context: AppContext,
): Promise<readonly Name[]> {
  const values = connectionValues(scanned);
  if (of !== "namespaces" && of !== "nodes") {
    const { loadKubeconfig } = await import("../../cluster/connection/load-kubeconfig.ts");
    const entries = await loadKubeconfig(values.kubeconfig ?? "", {
      env: context.env,
      parseYaml: async (text) => (await import("../../manifest/yaml.ts")).parseYaml(text),
      log: () => {},
    });
    return [...entries[of].keys()].map((value) => ({ value }));
  }
  const cache = await namesCache(of, values, context);
  let names = cache.fresh;
  if (names === undefined) {
    names = await ask(of, values, context).catch(() => undefined);
    if (names === undefined) names = cache.stale ?? [];
    else await cache.write(names);
  }
  const given = new Set(scanned.positionals.map((name) => name.replace(/^(?:nodes?|no)\//, "")));
  return names.filter((name) => of === "namespaces" || !given.has(name)).map((value) => ({ value }));
}

/** A table without objects is the smallest list that there is: the first cell of a row is the name. */
const asTable = ["v1", "v1beta1"].map((version) => `application/json;as=Table;g=meta.k8s.io;v=${version}`);

async function ask(
  of: "namespaces" | "nodes",
  values: ReturnType<typeof connectionValues>,
  context: AppContext,
): Promise<readonly string[]> {
  // A timeout takes whole milliseconds alone.
  const patience = Math.max(leastMillis, Math.ceil(patienceMillis - performance.now()));
  const signal = AbortSignal.timeout(patience);
  const gaveUp = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => gaveUp.reject(new Error("no answer in time")));
  const asked = async (): Promise<readonly string[]> => {
    const connection = await context.connect(values, { silent: true });
    try {
      const { body } = await connection.request({
        method: "GET",
        path: collectionPath({ group: "", version: "v1", resource: of }),
        query: { includeObject: "None" },
        accept: [...asTable, "application/json"].join(","),
        signal,
      });
      return namesIn(body);
    } finally {
      connection.close();
    }
  };
  return await Promise.race([asked(), gaveUp.promise]);
}

function namesIn(body: unknown): readonly string[] {
  const { rows, items } = body as {
    readonly rows?: readonly { readonly cells: readonly unknown[] }[];
    readonly items?: readonly { readonly metadata: { readonly name: string } }[];
  };
  if (rows !== undefined) return rows.map(({ cells }) => String(cells[0]));
  return (items ?? []).map(({ metadata }) => metadata.name);
}
