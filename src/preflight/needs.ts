import { readingNames, type ReadingName } from "../model/cluster-facts.ts";
import type { ClusterRule } from "./cluster-rule.ts";
import type { CalicoFacts } from "../facts/calico.ts";
import { inDatastore } from "../facts/etcd.ts";
import type { PreflightFacts } from "./facts.ts";

/** What `preflight` always reads: it heads its report with what runs. */
export const basicNeeds = [
  "nodes",
  "daemonSets",
  "pods",
  "revisions",
  "workloads",
  "configMaps",
  "installation",
] as const satisfies readonly ReadingName[];

const datastoreReadings = ["daemonSets", "configMaps"] as const;
const runningReadings = ["daemonSets", "pods", "workloads"] as const;

/** What derived facts are made of. */
type Derived = Exclude<keyof CalicoFacts, "installSeen">;
const madeOf: Readonly<Record<Derived, readonly ReadingName[]>> = {
  all: [...runningReadings, ...datastoreReadings],
  chosen: [...runningReadings, ...datastoreReadings],
  daemonSet: ["daemonSets"],
  calicoPods: ["daemonSets", "pods"],
  running: runningReadings,
  asked: ["daemonSets", "workloads"],
  begins: runningReadings,
  enforcing: [...runningReadings, ...datastoreReadings],
  datastore: datastoreReadings,
  datastoreSigns: datastoreReadings,
  backend: datastoreReadings,
  canal: ["daemonSets"],
  cniConfig: datastoreReadings,
  install: ["daemonSets", "nodes", "installation"],
  kubernetes: [],
  typha: ["workloads"],
  ebpf: [...datastoreReadings, "felixConfigurations"],
  vxlan: [...datastoreReadings, "felixConfigurations", "ipPools"],
};

/** The readings that tell whether these rules apply. */
export function conditionsOf(rules: readonly ClusterRule[]): readonly ReadingName[] {
  return readingsOf(rules.flatMap(({ conditions }) => conditions));
}

/** The readings that these rules look at, conditions included. */
export function needsOf(rules: readonly ClusterRule[]): readonly ReadingName[] {
  return readingsOf(rules.flatMap(({ needs, conditions }) => [...needs, ...conditions]));
}

function readingsOf(names: readonly (keyof PreflightFacts)[]): readonly ReadingName[] {
  const all = names.flatMap((name): readonly ReadingName[] => {
    if (name in madeOf) return madeOf[name as Derived];
    const own = readingNames.filter((each) => each === name);
    // With etcd Calico's own objects are elsewhere.
    return inDatastore.some((each) => each === name) ? [...own, ...datastoreReadings] : own;
  });
  return [...new Set(all)];
}
