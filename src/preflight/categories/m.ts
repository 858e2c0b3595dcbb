import type { ClusterRule } from "../cluster-rule.ts";
import { hostedManifest } from "../rules/m01-hosted-manifest.ts";
import { sameInstall } from "../rules/m02-same-install.ts";
import { tagsOnly } from "../rules/m03-tags-only.ts";
import { nodeAddresses } from "../rules/m04-node-addresses.ts";
import { pools } from "../rules/m05-pools.ts";
import { mtu } from "../rules/m06-mtu.ts";
import { otherSettings } from "../rules/m07-other-settings.ts";
import { hostPaths } from "../rules/m08-host-paths.ts";
import { lostNodes } from "../rules/m09-lost-nodes.ts";
import { encapsulation } from "../rules/m10-encapsulation.ts";
import { sameEtcd } from "../rules/m11-etcd.ts";
import { typhaKept } from "../rules/m12-typha.ts";
import { registry } from "../rules/m13-registry.ts";
import { selectors } from "../rules/m14-selectors.ts";
import { roleRefs } from "../rules/m15-role-refs.ts";
import { servedKinds } from "../rules/m16-served.ts";
import { lastAppliedSize } from "../rules/m17-last-applied.ts";
import { needsOfRelease } from "../rules/m18-needs-of-release.ts";
import { controllerStrategy } from "../rules/m19-controller-strategy.ts";

/** What a manifest would change. */
export const manifestRules: readonly ClusterRule[] = [
  hostedManifest,
  sameInstall,
  tagsOnly,
  nodeAddresses,
  pools,
  mtu,
  otherSettings,
  hostPaths,
  lostNodes,
  encapsulation,
  sameEtcd,
  typhaKept,
  registry,
  selectors,
  roleRefs,
  servedKinds,
  lastAppliedSize,
  needsOfRelease,
  controllerStrategy,
];
