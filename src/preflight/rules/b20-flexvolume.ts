import { clusterRule } from "../cluster-rule.ts";
import type { Evidence } from "../finding.ts";
import { objectOf, specSeen } from "../seen.ts";

/** Calico-facts 4.3, B20. With etcd the FelixConfigurations are not seen; the template is. */
export const flexVolume = clusterRule({
  id: "B20",
  severity: "info",
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
