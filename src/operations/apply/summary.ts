import type { ManifestObject } from "../../manifest/parse.ts";
import type { Ref } from "../../model/kube.ts";
import type { ApplySummary, SettingsSummary } from "../../plan/apply/summary.ts";
import { isLeftAlone, type ApplyTarget } from "../../plan/apply/target.ts";
import type { Stale } from "../../plan/config/stale.ts";
import { rebaseCommand } from "../../preflight/rebase-hint.ts";
import type { FileSettings } from "../../preflight/settings.ts";
import type { UpgradeHop } from "../../plan/upgrade/plan.ts";
import type { NodesLeft } from "../node/remaining.ts";
import type { Migration } from "./migrations.ts";
import type { ApplyRequest } from "./request.ts";

/** What the rules were asked about, in short. `inFile`: the objects of the file. */
export function settingsSummary(
  { base, all }: FileSettings,
  inFile: readonly ManifestObject[],
): SettingsSummary {
  const changed = all.flatMap(({ group, object, field, path, variable, before, after }) =>
    group === "lost" || group === "conflict"
      ? [
          {
            group,
            object,
            field,
            path,
            ...(variable === undefined ? {} : { variable }),
            before,
            after,
          },
        ]
      : [],
  );
  const rebase = base.known && changed.length > 0 ? rebaseCommand(inFile) : undefined;
  return {
    ...(rebase === undefined ? {} : { rebase }),
    ...(base.known ? { base: `${base.value.flavour} of ${base.value.release}` } : { because: base.message }),
    kept: all.filter(({ group }) => group === "kept").length,
    changed,
  };
}

/** What the user is asked about. */
export function summaryOf({
  hop,
  migrations,
  changed,
  recreated,
  nodes,
  stale,
  targets,
  request: { choices },
}: {
  readonly hop: UpgradeHop | undefined;
  readonly migrations: readonly Migration[];
  readonly changed: readonly ApplyTarget[];
  readonly recreated: readonly ApplyTarget[];
  readonly nodes: NodesLeft;
  readonly stale: Stale;
  readonly targets: readonly ApplyTarget[];
  readonly request: Pick<ApplyRequest, "choices">;
}): ApplySummary {
  const refs = (all: readonly ApplyTarget[]): readonly Ref[] => all.map(({ ref }) => ref);
  const workloads = [stale.typha?.name, stale.controller ? "the controller" : undefined];
  return {
    ...(hop === undefined ? {} : { hop: { from: hop.from, to: hop.to, notes: hop.notes } }),
    migrations: migrations.map(({ rules, plan }) => ({ rules, plan })),
    create: refs(changed.filter(({ before }) => before === undefined)),
    change: refs(changed.filter((each) => each.before !== undefined && !recreated.includes(each))),
    recreate: refs(recreated),
    restart: [...nodes.nodes, ...nodes.stale].toSorted(),
    stale: workloads.filter((name) => name !== undefined),
    silent: nodes.silent,
    leftAlone: refs(targets.filter((target) => isLeftAlone(target, choices))),
    changesSecrets: choices.withSecrets && changed.some(({ part }) => part === "secret"),
  };
}
