import { notes } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import type { Evidence } from "../../finding.ts";
import { objectOf, specSeen } from "../../seen.ts";

/** Calico-facts 4.3, B20. With etcd the FelixConfigurations are not seen; the template is. */
export const flexVolume = clusterRule({
  id: "B20",
  severity: "info",
  page: {
    title: "nothing counts on FlexVolume or routeTableRange",
    why: "v3.23 replaces the FlexVolume driver by a CSI driver, and one range of route tables by a list.",
    detected: "the init container flexvol-driver, and routeTableRange of FelixConfiguration",
    fix: "Write routeTableRanges in the place of routeTableRange. Pods that mount the flexvol driver take the CSI driver csi.tigera.io.",
    releases: "up to v3.22 → v3.23 and newer",
    sources: [notes("v3.23.0")],
  },
  when: { crosses: "v3.23.0" },
  needs: ["daemonSet"],
  looks: ["felixConfigurations"],
  check({ daemonSet }, _subject, _now, { felixConfigurations }) {
    const driver = daemonSet.template.initContainers.find(({ name }) => name === "flexvol-driver");
    const ranges = felixConfigurations.known
      ? felixConfigurations.value.filter(({ spec }) => spec["routeTableRange"] !== undefined)
      : [];
    const evidence: Evidence[] = ranges.map((each) =>
      specSeen("FelixConfiguration", each, "routeTableRange"),
    );
    if (driver !== undefined) {
      const object = objectOf({ ...daemonSet, kind: "DaemonSet" });
      evidence.unshift({ object, field: "initContainers", value: driver.name });
    }
    if (evidence.length > 0) {
      return {
        outcome: "fail",
        because:
          `${driver === undefined ? "" : "the FlexVolume driver goes, a CSI driver comes; "}${ranges.length === 0 ? "" : "routeTableRange is replaced by routeTableRanges"}`.replace(
            /; $/,
            "",
          ),
        evidence,
        fix: "pods that mount the FlexVolume take csi.tigera.io; write routeTableRanges in FelixConfigurations",
      };
    }
    return felixConfigurations.known
      ? { outcome: "pass", because: "neither the FlexVolume driver nor routeTableRange is in use" }
      : {
          outcome: "unknown",
          because: `felixConfigurations: ${felixConfigurations.message}`,
          fix: "calicoctl get felixconfiguration -o yaml: look for routeTableRange",
        };
  },
});
