import type { NamespaceFacts } from "../model/namespace.ts";
import type { NetworkPolicyFacts } from "../model/network-policy.ts";
import { defaultDenyFacts, hasWork, type Decisions, type MigrationPlan } from "./migration.ts";
import { plural } from "../model/words.ts";

/** One write of the migration, as data. */
export type MigrationStep =
  /** Records a decision of --treat-as on the namespace. */
  | { readonly kind: "treat-as"; readonly namespace: string; readonly as: "isolated" | "open" }
  /** Records a decision of --keep on the policy. */
  | { readonly kind: "keep"; readonly namespace: string; readonly name: string }
  | { readonly kind: "create"; readonly namespace: string; readonly name: string }
  | { readonly kind: "delete"; readonly namespace: string; readonly name: string }
  /** Takes annotations that have done their work off a namespace or a policy. */
  | {
      readonly kind: "clean";
      readonly namespace: string;
      /** Of a policy; absent for the namespace itself. */
      readonly name?: string;
      readonly annotations: readonly string[];
    };

/**
 * What of the plan is still to be written: decisions first, so that a run that is cut off is gone on with
 * by them, then what closes, then what goes, policies that somebody will make again at the front (H15).
 * A policy that a finalizer holds was deleted already.
 */
export function migrationSteps(
  plan: MigrationPlan,
  namespaces: readonly NamespaceFacts[],
  { treatAs, keep }: Decisions,
): readonly MigrationStep[] {
  const recorded = new Map(namespaces.map(({ name, treatAs: was }) => [name, was]));
  const asked = plan.namespaces.filter(({ left }) => left === undefined);
  return [
    ...asked.flatMap(({ namespace, decided }): MigrationStep[] => {
      const as = treatAs.get(namespace);
      return decided && as !== undefined && recorded.get(namespace) !== as
        ? [{ kind: "treat-as", namespace, as }]
        : [];
    }),
    ...asked
      .flatMap(({ keepByRequest }) => keepByRequest)
      .filter(({ namespace, name, keep: was }) => !was && keep.has(`${namespace}/${name}`))
      .map(({ namespace, name }): MigrationStep => ({ kind: "keep", namespace, name })),
    ...asked.flatMap(({ namespace, create }): MigrationStep[] =>
      create === undefined ? [] : [{ kind: "create", namespace, name: create.name }],
    ),
    ...asked
      .flatMap((each) => each.delete)
      .filter(({ deleting }) => !deleting)
      .toSorted((a, b) => b.madeBy.length - a.madeBy.length)
      .map(({ namespace, name }): MigrationStep => ({ kind: "delete", namespace, name })),
  ];
}

/** What keeps a cluster from crossing the boundary. */
export interface Unfinished {
  /** Namespaces whose annotation is unclear and not decided. */
  readonly undecided: readonly string[];
  /** Default-denies that are not there: their namespaces would open. */
  readonly create: readonly { readonly namespace: string; readonly name: string }[];
  /** Policies that would begin to block. */
  readonly begin: readonly NetworkPolicyFacts[];
}

/** What of the migration is not done yet; undefined where all is. Decisions stand on the objects. */
export function unfinished(plan: MigrationPlan): Unfinished | undefined {
  const left = plan.namespaces.filter((each) => hasWork(each) || each.left === "undecided");
  if (left.length === 0) return undefined;
  return {
    undecided: left.filter((each) => each.left === "undecided").map(({ namespace }) => namespace),
    create: left.flatMap(({ namespace, create }) =>
      create === undefined ? [] : [{ namespace, name: create.name }],
    ),
    begin: left.flatMap((each) => each.delete),
  };
}

/** Why the boundary must not be crossed now, in one sentence. */
export function unfinishedText({ undecided, create, begin }: Unfinished): string {
  const open = create.map(({ namespace }) => namespace);
  const parts = [
    begin.length === 0
      ? ""
      : `${plural(begin.length, "policy that does", "policies that do")} nothing now would begin to block (${few(begin.map(({ namespace, name }) => `${namespace}/${name}`))})`,
    open.length === 0
      ? ""
      : `${plural(open.length, "closed namespace", "closed namespaces")} would open (${few(open)})`,
    undecided.length === 0
      ? ""
      : `whether ${plural(undecided.length, "namespace is", "namespaces are")} closed is unclear (${few(undecided)})`,
  ];
  return parts.filter((part) => part !== "").join("; ");
}

function few(names: readonly string[]): string {
  return names.length <= 3
    ? names.join(", ")
    : `${names.slice(0, 3).join(", ")} and ${String(names.length - 3)} more`;
}

/** Namespaces and policies as they are when these steps are done. `held`: deleted, and kept by a finalizer. */
export function afterSteps(
  objects: {
    readonly namespaces: readonly NamespaceFacts[];
    readonly policies: readonly NetworkPolicyFacts[];
  },
  done: readonly MigrationStep[],
  held: ReadonlySet<string>,
): { readonly namespaces: readonly NamespaceFacts[]; readonly policies: readonly NetworkPolicyFacts[] } {
  const of = <K extends MigrationStep["kind"]>(kind: K): readonly Extract<MigrationStep, { kind: K }>[] =>
    done.filter((step): step is Extract<MigrationStep, { kind: K }> => step.kind === kind);
  const names = (
    steps: readonly { readonly namespace: string; readonly name: string }[],
  ): ReadonlySet<string> => new Set(steps.map(({ namespace, name }) => `${namespace}/${name}`));
  const decided = new Map(of("treat-as").map(({ namespace, as }) => [namespace, as]));
  const [kept, gone] = [names(of("keep")), names(of("delete"))];
  return {
    namespaces: objects.namespaces.map((facts) => {
      const as = decided.get(facts.name);
      return as === undefined ? facts : { ...facts, treatAs: as };
    }),
    policies: [
      ...objects.policies.flatMap((facts) => {
        const name = `${facts.namespace}/${facts.name}`;
        if (gone.has(name)) return held.has(name) ? [{ ...facts, deleting: true }] : [];
        return kept.has(name) ? [{ ...facts, keep: true }] : [facts];
      }),
      ...of("create").map(({ namespace, name }) => defaultDenyFacts(namespace, name)),
    ],
  };
}
