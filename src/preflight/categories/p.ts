import { etcdDataMet } from "../etcd-data.ts";
import { pathRule } from "../path-rule.ts";
import type { ClusterRule } from "../cluster-rule.ts";
import { policiesMet } from "../policy-boundary.ts";
import { thirdPartyMet } from "../third-party.ts";

/** The way between two releases (src/releases/paths.ts). */
export const pathRulesOfCluster: readonly ClusterRule[] = [
  pathRule("P01"),
  pathRule("P02", policiesMet),
  pathRule("P03", thirdPartyMet),
  pathRule("P04"),
  pathRule("P05"),
  pathRule("P06"),
  pathRule("P07"),
  pathRule("P08"),
  pathRule("P09", etcdDataMet),
  pathRule("P10"),
  pathRule("P11"),
  pathRule("P12"),
  pathRule("P13"),
];
