import { factsReader } from "../../cluster/facts-reader.ts";
import { observePolicy, servedPolicies, type ObservedPolicy } from "../../cluster/observe-policy.ts";
import type { KubeObject } from "../../model/kube.ts";
import { networkPolicyFacts } from "../../model/network-policy.ts";
import { sideOf } from "../../policy/crossing.ts";
import { boundary, semanticsOf } from "../../policy/enforcement.ts";
import { placeOf, whatIf } from "../../policy/what-if.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { flowText } from "../../render/policy-migration/print.ts";
import { findCalico, type FoundCalico } from "../migrate-policy/find-calico.ts";
import { keyOf } from "../../model/namespaced-name.ts";
import { undoAnnotations } from "./annotations.ts";
import { asUndone } from "./as-undone.ts";
import { enforcingNeeds } from "../migrate-policy/look.ts";
import { forceName, type Inverse, type Inverter, type UndoWorld } from "./inverse.ts";
import { isAnnotatedNamespace, isPolicy } from "./permitted.ts";
import { undoPolicy } from "./policy-objects.ts";

const closed = '{"ingress":{"isolation":"DefaultDeny"}}';

/**
 * NetworkPolicies, and annotations of namespaces. Policies move only where the old semantics are in force
 * everywhere (hazard H04): elsewhere, bringing back policies that did nothing cuts off, and taking the
 * default-denies away opens.
 */
export const policyInverter: Inverter = {
  takes: (entry) => isPolicy(entry) || isAnnotatedNamespace(entry),
  async prepare(entries, world) {
    const { connection, discovery, clock, index, forced } = world;
    const raw = new Map<string, KubeObject>();
    const discovered = Promise.resolve(discovery);
    const [seen, objects] = await Promise.all([
      factsReader(connection, clock.now, { discovered, namespace: "kube-system" })(enforcingNeeds),
      observePolicy(connection, discovered, (object) => void raw.set(keyOf(object.metadata), object)),
    ]);
    const place = servedPolicies(discovery);
    const present = new Map(objects.namespaces.map((facts) => [facts.name, facts]));
    const moving = entries.some((entry) => isPolicy(entry) && entry.action !== "changed");
    const calico = moving ? findCalico(asUndone(seen, world.gone), catalogue) : undefined;
    const inverses = entries.map((entry): Inverse => {
      const { namespace = "", name } = entry;
      const live = raw.get(keyOf({ ...(isPolicy(entry) ? { namespace } : {}), name }));
      const isForced = forced.has(forceName(entry));
      if (entry.action === "changed") return undoAnnotations(entry, live, isForced);
      const facts = present.get(namespace);
      if (entry.action === "deleted" && (facts === undefined || facts.terminating)) {
        const because = `the namespace is ${facts === undefined ? "gone" : "being deleted"}`;
        return { kind: "nothing", entry, because };
      }
      const { group, version, resource, kind } = place;
      const ref = { group, version, resource, kind, namespace, name };
      return undoPolicy(entry, live, { run: index.run, forced: isForced, ref });
    });
    return calico === undefined ? inverses : withSemantics(inverses, { calico, objects, world });
  },
};

/** Refuses what moves policies where the old semantics are not in force, naming a flow that would change. */
function withSemantics(
  inverses: readonly Inverse[],
  observed: { readonly calico: FoundCalico; readonly objects: ObservedPolicy; readonly world: UndoWorld },
): readonly Inverse[] {
  const { calico, objects, world } = observed;
  const { driver } = calico;
  const side = sideOf(driver, calico.releases);
  if (side === "before") return inverses;
  const then = world.gone.length === 0 ? "" : " by then";
  const state =
    side === "past"
      ? `v1 semantics are in force${then} (Calico ${calico.text})`
      : side === "mixed"
        ? `v1 semantics are in force on some nodes${then}`
        : `which semantics are in force${then} is not known (Calico ${calico.text})`;
  const flows = flowsByUndo(inverses, objects, driver);
  return inverses.map((inverse): Inverse => {
    if (inverse.kind !== "write" || inverse.verb === "annotated") return inverse;
    const { entry } = inverse;
    const { namespace = "" } = entry;
    const names = [forceName(entry), namespace];
    if (names.some((name) => world.forced.has(name))) return inverse;
    const flow = flows.get(namespace);
    const because = `${state}${flow === undefined ? "" : `, and flows would change: ${flow}`}`;
    return { kind: "refused", entry, because, force: [namespace] };
  });
}

/**
 * A flow of each namespace that changes by undoing. The migrated cluster lets through under v1 what the
 * old semantics did; what undoing changes is what upgrading without the migration would have.
 */
function flowsByUndo(
  inverses: readonly Inverse[],
  objects: ObservedPolicy,
  driver: FoundCalico["driver"],
): ReadonlyMap<string, string> {
  const writes = inverses.filter((inverse) => inverse.kind === "write");
  const of = (verb: "created" | "deleted") => writes.filter((inverse) => inverse.verb === verb);
  const gone = new Set(of("deleted").map(({ entry }) => keyOf(entry)));
  const again = of("created").flatMap(({ entry }) =>
    entry.beforeObject === undefined ? [] : [networkPolicyFacts(entry.beforeObject)],
  );
  // Whether --finish took the annotations away or not: what the run closed was closed, the rest was open.
  const closing = new Set(of("deleted").map(({ entry }) => entry.namespace));
  const opening = new Set(again.map(({ namespace }) => namespace));
  const namespaces = objects.namespaces.map((facts) => {
    const { annotation: _now, treatAs: _decided, ...rest } = facts;
    if (closing.has(facts.name)) return { ...rest, annotation: closed };
    return opening.has(facts.name) ? rest : facts;
  });
  const { without, universe } = whatIf({
    namespaces,
    pods: objects.pods,
    policies: [...objects.policies.filter((facts) => !gone.has(keyOf(facts))), ...again],
    driver,
    semantics: semanticsOf(boundary(driver), driver),
    decisions: { keep: new Set(), treatAs: new Map() },
    side: "before",
  });
  const flows = new Map<string, string>();
  for (const change of without) {
    const name = universe.namespaces[placeOf(universe, change)]?.name;
    if (name !== undefined && !flows.has(name)) flows.set(name, flowText(universe, change));
  }
  return flows;
}
