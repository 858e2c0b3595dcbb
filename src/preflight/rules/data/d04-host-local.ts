import { issue, notes } from "../../../releases/citations.ts";
import { ipamType } from "../../../model/ipam.ts";
import { span } from "../../../releases/version.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { fileTemplate } from "../../in-file.ts";
import { objectOf } from "../../seen.ts";

/** Calico-facts 3.4 and calico#11702. What a file would do is rule M's; this is what stands in the cluster. */
export const hostLocal = clusterRule({
  id: "D04",
  severity: "warning",
  page: {
    title: "addresses move from host-local to calico-ipam only where that is wanted",
    why: "The init container upgrade-ipam takes the addresses of running pods over and locks the datastore meanwhile. There is no way back. On a cluster that stays with host-local it wipes host-local's state, and addresses are given out twice. Releases v3.6.0 – v3.6.2 and v3.7.0 – v3.7.2 have faults in it.",
    detected:
      "ipam.type in the CNI configuration, and the init container upgrade-ipam, of the DaemonSet and of the file",
    fix: "Take the init container out where host-local stays; else take the CNI configuration with calico-ipam, the CRDs and the roles together with it.",
    releases: "v3.6 and newer, Kubernetes datastore",
    sources: [
      notes("v3.6.1", "v3.6.2", "v3.6.3", "v3.7.1", "v3.7.2", "v3.7.3"),
      issue(11702),
      "https://github.com/projectcalico/calico/pull/8642",
    ],
  },
  when: { to: span("v3.6.0"), datastore: "kubernetes", canal: false },
  needs: ["daemonSet", "cniConfig"],
  check({ daemonSet, cniConfig }, { manifest }) {
    const type = ipamType(cniConfig);
    if (type === undefined) return { outcome: "unknown", because: "the CNI configuration has no ipam.type" };
    if (type !== "host-local") return { outcome: "pass", because: `pods have their addresses from ${type}` };
    const seen = { object: "CNI configuration", field: "ipam.type", value: type };
    const moving = daemonSet.template.initContainers.find(({ name }) => name === "upgrade-ipam");
    if (moving !== undefined) {
      const object = objectOf({ ...daemonSet, kind: "DaemonSet" });
      return {
        outcome: "fail",
        because: `${object} runs upgrade-ipam, and the CNI configuration stays with host-local: addresses that are in use may be given out again`,
        evidence: [seen, { object, field: "initContainers", value: moving.name }],
        fix: "take upgrade-ipam out of the manifest, or take its CNI configuration with calico-ipam",
      };
    }
    const next = manifest === undefined ? undefined : fileTemplate(manifest);
    if (next !== undefined && !next.initContainers.some(({ name }) => name === "upgrade-ipam"))
      return {
        outcome: "pass",
        because: "host-local stays: the file does not bring upgrade-ipam",
        evidence: [seen],
      };
    return {
      outcome: "fail",
      because:
        "upgrade-ipam takes the addresses of running pods over from host-local; there is no way back from it",
      evidence: [seen],
      fix: "where host-local shall stay, take upgrade-ipam out of the manifest; else take the manifest as a whole",
    };
  },
});
