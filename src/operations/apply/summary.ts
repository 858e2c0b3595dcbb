import type { UpgradeHop } from "../../plan/upgrade/plan.ts";
import { objectName } from "../../model/object-name.ts";
import type { Stale } from "../configmap/stale.ts";
import type { ApplyOptions } from "../../commands/apply/options.ts";
import type { NodesLeft } from "./nodes.ts";
import type { Migration } from "./migrations.ts";
import { isLeftAlone } from "./intended.ts";
import type { Scene, Target } from "./scene.ts";
import { some } from "../../model/words.ts";

/** What the run is going to do, before it asks. */
export function summary({
  hop,
  migrations,
  changed,
  recreated,
  nodes,
  stale,
  scene,
  options,
}: {
  readonly hop: UpgradeHop | undefined;
  readonly migrations: readonly Migration[];
  readonly changed: readonly Target[];
  readonly recreated: readonly Target[];
  readonly nodes: NodesLeft;
  readonly stale: Stale;
  readonly scene: Scene;
  readonly options: ApplyOptions;
}): string {
  const lines: string[] = [];
  if (hop !== undefined) {
    lines.push(`From ${hop.from} to ${hop.to}:`);
    for (const { severity, id, because } of hop.notes) lines.push(`  ${severity}: ${id}: ${because}`);
  }
  for (const { rules, plan } of migrations)
    lines.push(
      `  migrate first, which settles ${rules.join(", ")}:`,
      ...plan
        .trimEnd()
        .split("\n")
        .map((line) => `    ${line}`),
    );
  const created = changed.filter(({ before }) => before === undefined);
  const others = changed.filter((target) => target.before !== undefined && !recreated.includes(target));
  const parts: readonly (readonly [string, readonly Target[]])[] = [
    ["create", created],
    ["change", others],
    ["delete and create again", recreated],
  ];
  for (const [verb, targets] of parts) {
    if (targets.length > 0) lines.push(`  ${verb}: ${names(targets)}`);
  }
  const restarted = [...nodes.nodes, ...nodes.stale].toSorted();
  if (restarted.length > 0) lines.push(`  restart calico-node on: ${some(restarted, 12)}`);
  const workloads = [stale.typha?.name, stale.controller ? "the controller" : undefined];
  const named = workloads.filter((name) => name !== undefined);
  if (named.length > 0)
    lines.push(`  restart what runs with older values of the ConfigMap: ${named.join(", ")}`);
  if (nodes.silent.length > 0)
    lines.push(
      `  silent, and left as they are (H16): ${some(nodes.silent, 12)}; nothing that they use goes away`,
    );
  const secrets = scene.targets.filter((target) => isLeftAlone(target, options));
  if (secrets.length > 0) lines.push(`  left alone without --with-secrets: ${names(secrets)}`);
  if (options.withSecrets && changed.some(({ part }) => part === "secret"))
    lines.push("  undo cannot restore Secrets: their values are not saved");
  return `${lines.join("\n")}\n`;
}

function names(targets: readonly Target[]): string {
  return some(
    targets.map(({ ref }) => objectName(ref)),
    12,
  );
}
