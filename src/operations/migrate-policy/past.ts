import { userError } from "../../errors.ts";
import { boundary } from "../../policy/enforcement.ts";
import { sideOf } from "../../policy/crossing.ts";
import type { PolicySnapshot } from "./look.ts";

/**
 * Removing the annotation before opens the namespace (calico-facts 2.3): with etcd as long as an old
 * controller or node runs, with the Kubernetes datastore on every old node.
 */
export function requirePast({ calico, setting }: Pick<PolicySnapshot, "calico" | "setting">): void {
  const { driver } = setting;
  const { nodes, controllers } = calico.releases;
  const parts: readonly (readonly [string, ReturnType<typeof sideOf>])[] = [
    ["calico-node", sideOf(driver, { nodes, controllers: [] })],
    ...(driver === "etcd"
      ? [["the policy controller", sideOf("etcd", { nodes: [], controllers })] as const]
      : []),
  ];
  const line = boundary(driver);
  for (const [what, side] of parts) {
    if (side === "past") continue;
    const why =
      side === "unknown"
        ? `which release ${what} runs is not known everywhere`
        : `${what} is ${side === "mixed" ? "partly " : ""}older than ${line} (Calico ${calico.text})`;
    throw userError(
      `--finish comes after the upgrade: ${why}, and without the annotation its namespaces would open; nothing was changed`,
    );
  }
}
