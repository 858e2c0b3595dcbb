import { readingNames, type ReadingName } from "../model/cluster-facts.ts";
import type { ClusterRule } from "./cluster-rule.ts";
import type { DerivedFacts, PreflightFacts } from "./facts.ts";

/** What is always read: it tells which rules apply at all. */
export const basicNeeds = [
  "nodes",
  "daemonSets",
  "pods",
  "revisions",
  "workloads",
  "configMaps",
  "installation",
] as const satisfies readonly ReadingName[];

/** What derived facts are made of beside the basic readings. */
const madeOf: Readonly<Record<keyof DerivedFacts, readonly ReadingName[]>> = {
  daemonSet: [],
  calicoPods: [],
  running: [],
  datastore: [],
  datastoreSigns: [],
  backend: [],
  canal: [],
  cniConfig: [],
  install: [],
  kubernetes: [],
  typha: [],
  ebpf: ["felixConfigurations"],
  vxlan: ["ipPools"],
};

/** The readings that these rules look at, beside the basic ones. */
export function needsOf(rules: readonly ClusterRule[]): readonly ReadingName[] {
  const all = new Set<ReadingName>();
  for (const { needs, conditions } of rules) {
    for (const name of [...needs, ...conditions]) for (const reading of readingsOf(name)) all.add(reading);
  }
  return [...all];
}

function readingsOf(name: keyof PreflightFacts): readonly ReadingName[] {
  if (name in madeOf) return madeOf[name as keyof DerivedFacts];
  return readingNames.filter((each) => each === name);
}
