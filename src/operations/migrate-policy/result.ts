import type { DryRunStrategy } from "../../model/dry-run.ts";
import type { NamespacedName } from "../../model/kube.ts";
import { boundary, semanticsOf } from "../../policy/enforcement.ts";
import { leftovers } from "../../policy/leftovers.ts";
import { migrationPlan } from "../../policy/migration.ts";
import { unfinished } from "../../policy/steps.ts";
import type { PolicyFacts } from "../../plan/policy-migration/world.ts";
import type { MigrationChange, PolicyMigration } from "../../render/policy-migration/kind.ts";
import { notesOf } from "../../render/what-if/notes.ts";
import type { PolicySnapshot } from "./look.ts";

/** What a migration came to, as the cluster is now, or of a dry run would be. */
export interface MigrationEnd {
  readonly snapshot: PolicySnapshot;
  readonly now: PolicyFacts;
  readonly dryRun: DryRunStrategy;
  readonly changes: readonly MigrationChange[];
  readonly bundle?: string;
  readonly stopped?: NonNullable<PolicyMigration["stopped"]>;
}

/** What was done, and what is left in the whole cluster. */
export function migrationResult(came: MigrationEnd): PolicyMigration {
  const { snapshot, now, changes, bundle, stopped, dryRun } = came;
  const { setting, calico, result } = snapshot;
  const { driver, side, target, only } = setting;
  const past = side === "past";
  const crosses = !past && semanticsOf(target, driver).kind === "v1";
  // What was decided is recorded, or would be.
  const recorded = { treatAs: new Map<string, never>(), keep: new Set<string>() };
  const left = crosses ? unfinished(migrationPlan(now.namespaces, now.policies, recorded)) : undefined;
  const going = left?.begin ?? [];
  const named = ({ namespace, name }: NamespacedName): NamespacedName => ({ namespace, name });
  const held = going.filter(({ deleting }) => deleting);
  const mine = held.filter(({ namespace }) => (only ?? namespace) === namespace);
  const remains = past ? leftovers(now.namespaces, now.policies, only) : undefined;
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "PolicyMigration",
    dryRun,
    succeeded: stopped === undefined && mine.length === 0,
    finished: left === undefined,
    cluster: { kubernetes: setting.kubernetes, calico: calico.text, datastore: driver },
    target,
    boundary: {
      release: boundary(driver),
      side,
      finishBefore: driver === "etcd" ? "controller" : "node",
    },
    ...(bundle === undefined ? {} : { bundle }),
    changes,
    left: {
      create: left?.create ?? [],
      delete: going.filter(({ deleting }) => !deleting).map(named),
      undecided: left?.undecided ?? [],
      held: held.map(named),
    },
    ...(remains === undefined
      ? {}
      : {
          leftovers: {
            namespaces: remains.annotations
              .filter(({ name }) => name === undefined)
              .map(({ namespace }) => namespace),
            policies: remains.annotations.flatMap(({ namespace, name }) =>
              name === undefined ? [] : [{ namespace, name }],
            ),
            opened: remains.opened,
          },
        }),
    notes: notesOf(result, setting),
    ...(stopped === undefined ? {} : { stopped }),
  };
}
