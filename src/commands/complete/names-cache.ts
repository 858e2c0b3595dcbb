import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { readKept, statFile } from "../../cluster/files.ts";
import { makeFolder } from "../../cluster/make-folder.ts";
import { writeWhole } from "../../cluster/write-whole.ts";
import { kubeconfigPaths } from "../../cluster/connection/load-kubeconfig.ts";
import type { AppContext } from "../../context.ts";
import { connectionArguments, type ConnectionValues } from "../../flags/connection.ts";

/** Nodes come and go slowly beside somebody who types. */
const goodForMillis = 60_000;

interface NamesCache {
  readonly fresh?: readonly string[];
  /** Better than nothing, where the cluster does not answer in time. */
  readonly stale?: readonly string[];
  write(names: readonly string[]): Promise<void>;
}

/**
 * Names that were asked for lately, beside kubectl's own cache. Its key is what decides which cluster is
 * asked and as whom, so that a hit needs no kubeconfig to be read.
 */
export async function namesCache(
  of: string,
  values: ConnectionValues,
  { env, now }: AppContext,
): Promise<NamesCache> {
  const home = env["HOME"] ?? env["USERPROFILE"] ?? "";
  const folder =
    (values.cacheDir ?? "") || env["KUBECACHEDIR"] || (home === "" ? "" : join(home, ".kube/cache"));
  if (folder === "") return { write: () => Promise.resolve() };
  const files = await Promise.all(
    kubeconfigPaths(values.kubeconfig ?? "", env).map(async (path) => {
      const found = await statFile(path).catch(() => undefined);
      return [path, found?.mtimeMs, found?.size];
    }),
  );
  // Nodes and namespaces are in no namespace.
  const cluster = connectionArguments({ ...values, namespace: undefined });
  const who = [of, cluster, env["KUBERNETES_SERVICE_HOST"], files];
  const id = createHash("sha256").update(JSON.stringify(who)).digest("hex").slice(0, 32);
  const path = join(folder, "calico-upgrade", `${id}.json`);
  const known = await readNames(path);
  return {
    ...(known === undefined ? {} : { stale: known.names }),
    // A clock that was set back must not keep names for years.
    ...(known !== undefined && Math.abs(now() - known.at) < goodForMillis ? { fresh: known.names } : {}),
    async write(names) {
      try {
        await makeFolder(dirname(path), 0o750);
        await writeWhole(path, JSON.stringify({ at: now(), names }), { mode: 0o600 });
      } catch {
        // Who cannot write there goes without.
      }
    },
  };
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

async function readNames(path: string): Promise<{ at: number; names: readonly string[] } | undefined> {
  try {
    const kept = JSON.parse(await readKept(path)) as { readonly at: unknown; readonly names: unknown };
    const { at, names } = kept;
    return typeof at === "number" && isNames(names) ? { at, names } : undefined;
  } catch {
    return undefined;
  }
}
