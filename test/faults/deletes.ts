/** Invariants (f) and (g), by the server's own audit log and by what lies on the disk. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BundleIndex } from "../../src/bundle/format.ts";
import type { AuditMark } from "../cluster/audit.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at } from "../cluster/kube-object.ts";

/** Deletes of the plugin since then that had no UID precondition, and of objects that no bundle holds. */
export async function badDeletes(
  cluster: Cluster,
  mark: AuditMark,
  bundles: string,
): Promise<readonly string[]> {
  const asked = await cluster.audit.since(mark, { userAgent: "kubectl-calico_upgrade" });
  const saved = savedNames(bundles);
  return asked
    .filter(({ verb, code = 0, uri }) => verb.startsWith("delete") && code < 300 && !uri.includes("dryRun"))
    .flatMap(({ objectRef = {}, requestObject }) => {
      const { resource = "", namespace = "", name = "" } = objectRef;
      const what = `${resource} ${namespace}/${name}`;
      return [
        ...(at(requestObject, "preconditions", "uid") === undefined ? [`(f) ${what}: no UID`] : []),
        ...(resource === "pods" || saved.has(what) ? [] : [`(g) ${what}: in no bundle`]),
      ];
    });
}

/** `networkpolicies ns/name` of all that any bundle there holds as it was. */
function savedNames(bundles: string): ReadonlySet<string> {
  if (!existsSync(bundles)) return new Set();
  const indexes = readdirSync(bundles, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith("index.json"),
  );
  const entries = indexes.flatMap(
    (name) => (JSON.parse(readFileSync(join(bundles, name), "utf8")) as BundleIndex).entries,
  );
  return new Set(
    entries
      .filter(({ before }) => before !== undefined)
      .map(({ resource, namespace = "", name }) => `${resource} ${namespace}/${name}`),
  );
}
