import { notes } from "../../../releases/citations.ts";
import { ipamType } from "../../../model/ipam.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { fileTemplate } from "../../in-file.ts";

/** Calico-facts 3.4 and 4.3, B12: an error where a file is seen to bring new images alone. */
export const ipam = clusterRule({
  id: "B12",
  severity: "error",
  page: {
    title: "pods have their addresses from calico-ipam, or the whole manifest is applied",
    why: "With the Kubernetes datastore v3.6 moves pods' addresses from host-local to Calico's own IPAM. That takes the init container upgrade-ipam, the CNI configuration, CRDs and roles of the new manifest together: with new images alone addresses are given out twice or not at all.",
    detected: "ipam.type in the CNI configuration, and the file's init containers",
    fix: "Apply the whole manifest of the new release, never only its images.",
    releases: "up to v3.5 → v3.6 and newer, Kubernetes datastore",
    sources: [notes("v3.6.0")],
  },
  when: { crosses: "v3.6.0", datastore: "kubernetes", canal: false },
  needs: ["cniConfig"],
  steps: ["node", "apply"],
  check({ cniConfig }, { manifest }) {
    const type = ipamType(cniConfig);
    if (type === undefined)
      return {
        outcome: "unknown",
        because: "the CNI configuration has no ipam.type",
        fix: "look at cni_network_config",
      };
    if (type !== "host-local") return { outcome: "pass", because: `pods have their addresses from ${type}` };
    const evidence = [{ object: "CNI configuration", field: "ipam.type", value: type }];
    const next = manifest === undefined ? undefined : fileTemplate(manifest);
    if (next === undefined) {
      return {
        outcome: "fail",
        severity: "warning",
        because:
          "pods have their addresses from host-local; from v3.6 on the manifest moves them to calico-ipam",
        evidence,
        fix: "apply the whole manifest of the target (preflight -f FILE looks at it), never its images alone",
      };
    }
    if (next.initContainers.some(({ name }) => name === "upgrade-ipam"))
      return { outcome: "pass", because: "the file brings the init container upgrade-ipam", evidence };
    return {
      outcome: "fail",
      because:
        "pods have their addresses from host-local, and the file has no init container upgrade-ipam: it brings new images only",
      evidence,
      fix: "take upstream's whole manifest of the target: init container, CNI configuration, CRDs and roles belong together",
    };
  },
});
