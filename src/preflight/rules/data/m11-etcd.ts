import { settingsRule } from "../../setting-rule.ts";

/** The published manifests leave etcd_endpoints to be filled in. */
export const sameEtcd = settingsRule({
  id: "M11",
  severity: "error",
  page: {
    title: "the file names the same etcd",
    why: "With other endpoints, or with the placeholders of the published manifest, calico-node finds no data, or that of another cluster.",
    detected: "ETCD_ENDPOINTS of calico-node, as they are and as the apply would leave them",
    fix: "Set etcd_endpoints in the file's ConfigMap to what the cluster has, and the certificates with it.",
    sources: ["manifests of the etcd datastore: etcd_endpoints is to be filled in"],
  },
  kinds: ["etcd"],
  // Whoever changed it: upstream's own manifests leave it to be filled in.
  counts: () => true,
  ofUnknown: "error",
  kept: "the file names the same etcd, or none",
});
