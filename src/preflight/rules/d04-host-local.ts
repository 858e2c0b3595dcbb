import { ipamType } from "../../model/ipam.ts";
import { span } from "../../releases/version.ts";
import { clusterRule } from "../cluster-rule.ts";
import { fileTemplate } from "../in-file.ts";
import { objectOf } from "../seen.ts";

/** Calico-facts 3.4 and calico#11702. What a file would do is rule M's; this is what stands in the cluster. */
export const hostLocal = clusterRule({
  id: "D04",
  severity: "warning",
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
