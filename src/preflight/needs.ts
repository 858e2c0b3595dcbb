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

const tellDatastore = ["daemonSets", "configMaps"] as const;
const tellRunning = ["daemonSets", "pods", "workloads"] as const;

/** What derived facts are made of. */
type Derived = Exclude<keyof CalicoFacts, "installSeen">;
const madeOf: Readonly<Record<Derived, readonly ReadingName[]>> = {
  all: [...tellRunning, ...tellDatastore],
  chosen: [...tellRunning, ...tellDatastore],
  daemonSet: ["daemonSets"],
  calicoPods: ["daemonSets", "pods"],
  running: tellRunning,
  asked: ["daemonSets", "workloads"],
  begins: tellRunning,
  enforcing: [...tellRunning, ...tellDatastore],
  datastore: tellDatastore,
  datastoreSigns: tellDatastore,
  backend: tellDatastore,
  canal: ["daemonSets"],
  cniConfig: tellDatastore,
  install: ["daemonSets", "nodes", "installation"],
  kubernetes: [],
  typha: ["workloads"],
  ebpf: [...tellDatastore, "felixConfigurations"],
  vxlan: [...tellDatastore, "felixConfigurations", "ipPools"],
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
    return inDatastore.some((each) => each === name) ? [...own, ...tellDatastore] : own;
  });
  return [...new Set(all)];
}
