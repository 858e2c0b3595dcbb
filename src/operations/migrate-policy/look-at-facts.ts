import type { Need } from "../../cluster/observe.ts";
import { userError } from "../../errors.ts";
import type { ClusterFacts } from "../../model/cluster-facts.ts";
import type { Reading } from "../../model/reading.ts";
import type { Decisions } from "../../policy/migration.ts";
import type { FactsSource } from "../facts/source.ts";
import { enforcingNeeds, judge, type PolicySnapshot } from "./look.ts";

const needs: readonly Need[] = [...enforcingNeeds, "namespaces", "endpoints", "networkPolicies"];

/** --what-if on facts that are saved, or that are being saved. `only`: of -n. */
export async function lookAtFacts(
  { read }: FactsSource,
  given: { readonly given: Decisions; readonly to: string | undefined; readonly only?: string },
): Promise<Pick<PolicySnapshot, "result" | "setting">> {
  const facts = await read(needs);
  return judge(facts, policiesOf(facts), given);
}

/** A part of the cluster cannot be judged without the rest. */
function policiesOf(facts: ClusterFacts): PolicySnapshot["objects"] {
  return {
    namespaces: needed(facts.namespaces),
    pods: needed(facts.endpoints),
    policies: needed(facts.networkPolicies),
  };
}

function needed<T>(reading: Reading<T>): T {
  if (!reading.known) throw userError(reading.message);
  return reading.value;
}
