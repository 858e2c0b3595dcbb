import type { ClusterRule } from "../cluster-rule.ts";
import { thirdParty } from "../rules/d01-third-party.ts";
import { v3Rights } from "../rules/d02-v3-rights.ts";
import { etcdConversion } from "../rules/d03-etcd-conversion.ts";
import { hostLocal } from "../rules/d04-host-local.ts";
import { lock } from "../rules/d05-lock.ts";
import { nativeCrds } from "../rules/d06-native-crds.ts";

/** Calico's data. */
export const dataRules: readonly ClusterRule[] = [
  thirdParty,
  v3Rights,
  etcdConversion,
  hostLocal,
  lock,
  nativeCrds,
];
