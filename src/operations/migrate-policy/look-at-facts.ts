import type { Need } from "../../cluster/observe.ts";
import { userError } from "../../errors.ts";
import type { ClusterFacts } from "../../model/cluster-facts.ts";
import type { Reading } from "../../model/reading.ts";
import { factsSource } from "../facts/source.ts";
import { judge, type Looked } from "./look.ts";
import type { Checked, MigratePolicyOptions } from "../../commands/migrate-policy/options.ts";

const needs: readonly Need[] = [
  "daemonSets",
  "pods",
  "workloads",
  "configMaps",
  "namespaces",
  "endpoints",
  "networkPolicies",
];

/** --what-if on facts that are saved, or that are being saved. */
export async function lookAtFacts(
  given: Checked,
  options: MigratePolicyOptions,
): Promise<Pick<Looked, "result" | "setting">> {
  const { connection, read } = await factsSource(options, options.context, options.connect);
  const facts = await read(needs);
  const only = connection?.namespaceGiven === true ? connection.namespace : options.connection.namespace;
  return judge(facts, policiesOf(facts), {
    ...given,
    ...(only === undefined || only === "" ? {} : { only }),
  });
}

/** A part of the cluster cannot be judged without the rest. */
function policiesOf(facts: ClusterFacts): Looked["objects"] {
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
