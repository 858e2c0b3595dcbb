import { recordOf } from "../../../model/record.ts";
import { span } from "../../../releases/version.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { nameOf, specSeen } from "../../seen.ts";
import { some } from "../../some.ts";

/** Set on host endpoints that the controller makes. */
const made = "projectcalico.org/created-by";

/** Calico-facts 4.3, B42. */
export const autoHostEndpoints = clusterRule({
  id: "B42",
  severity: "info",
  page: {
    title: "no host endpoint made by hand stands beside the automatic ones",
    why: "Automatic ones come with a profile that allows everything. Ones for all interfaces that somebody made stay beside them and have to be replaced by hand.",
    detected:
      "hostEndpoint.autoCreate of KubeControllersConfiguration, and HostEndpoints with interfaceName *",
    fix: "Bring the labels to the nodes, then delete the HostEndpoints that were made by hand.",
    releases: "any with automatic host endpoints",
    sources: ["upgrade pages of v3.14 and newer"],
  },
  // They came with v3.14.
  when: { from: span("v3.14.0"), to: span(undefined) },
  needs: ["kubeControllersConfigurations", "hostEndpoints"],
  check({ kubeControllersConfigurations, hostEndpoints }) {
    const on = kubeControllersConfigurations.find(({ spec }) => {
      const node = recordOf(recordOf(spec["controllers"])?.["node"]);
      return recordOf(node?.["hostEndpoint"])?.["autoCreate"] === "Enabled";
    });
    if (on === undefined) return { outcome: "n/a", because: "automatic host endpoints are off" };
    const byHand = hostEndpoints.filter(
      ({ spec, labels }) => spec["interfaceName"] === "*" && !(made in labels),
    );
    if (byHand.length === 0)
      return { outcome: "pass", because: "no HostEndpoint of all interfaces was made by hand" };
    return {
      outcome: "fail",
      because: `automatic host endpoints are on, and these were made by hand: ${some(byHand.map(nameOf))}`,
      evidence: byHand.map((endpoint) => specSeen("HostEndpoint", endpoint, "interfaceName")),
      fix: "bring their labels to the nodes, then delete them",
    };
  },
});
