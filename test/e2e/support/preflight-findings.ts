/** What `preflight` found on a cluster, in a form that a table can say. */
import type { PreflightReport } from "../../../src/render/preflight/kind.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { runPlugin } from "./plugin.ts";

type Finding = PreflightReport["findings"][number];

export async function findings(
  cluster: Cluster,
  ...args: readonly string[]
): Promise<ReadonlyMap<string, Finding>> {
  const { stdout, stderr } = await runPlugin(cluster, ["preflight", "-o", "json", ...args]);
  if (stdout === "") throw new Error(stderr);
  return new Map(findingsIn(stdout).map((finding) => [finding.id, finding]));
}

/** Of `preflight -o json`. */
export function findingsIn(stdout: string): readonly Finding[] {
  return (JSON.parse(stdout) as PreflightReport).findings;
}

/** What these rules found, as `outcome object, object`. */
export async function found(
  cluster: Cluster,
  args: readonly string[],
  ids: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const all = await findings(cluster, ...args);
  return Object.fromEntries(
    ids.map((id) => {
      const finding = all.get(id);
      const objects = finding?.evidence.map(({ object }) => object) ?? [];
      return [
        id,
        [finding?.outcome ?? "not asked", objects.join(", ")].filter((part) => part !== "").join(" "),
      ];
    }),
  );
}
