import { clusterRule } from "../../cluster-rule.ts";
import { nameOf, specSeen } from "../../seen.ts";

/** Calico-facts 4.3, B38. */
export const clusterRoutes = clusterRule({
  id: "B38",
  severity: "warning",
  page: {
    title: "exactly one of BIRD and Felix writes the routes of IPIP pools",
    why: "From v3.33 on Felix, and not BIRD, programs the cluster's routes by default. Where programClusterRoutes of BGPConfiguration and FelixConfiguration disagree, both or none do.",
    detected: "IP pools with IPIP, and programClusterRoutes of both",
    fix: "Set programClusterRoutes in BGPConfiguration default and FelixConfiguration default so that exactly one writes the routes.",
    releases: "up to v3.32 → v3.33 and newer, IPIP",
    sources: ["commit 7283007332 of projectcalico/calico"],
  },
  when: { crosses: "v3.33.0" },
  needs: ["ipPools", "bgpConfigurations", "felixConfigurations"],
  check({ ipPools, bgpConfigurations, felixConfigurations }) {
    const pool = ipPools.find(
      ({ spec }) => spec["ipipMode"] === "Always" || spec["ipipMode"] === "CrossSubnet",
    );
    if (pool === undefined) return { outcome: "pass", because: "no IP pool uses IPIP" };
    const bird = bgpConfigurations.find(({ name }) => name === "default");
    const felix = felixConfigurations.find(({ name }) => name === "default");
    const set = [bird, felix].filter((each) => each?.spec["programClusterRoutes"] !== undefined);
    const [byBird, byFelix] = [bird?.spec["programClusterRoutes"], felix?.spec["programClusterRoutes"]];
    if (byBird !== undefined && byFelix !== undefined && byBird !== byFelix)
      return {
        outcome: "pass",
        because: "programClusterRoutes says which of BIRD and Felix writes the routes",
      };
    return {
      outcome: "fail",
      because: `IP pool ${nameOf(pool)} uses IPIP, and Felix writes its routes from v3.33 on where programClusterRoutes does not say otherwise in both places`,
      evidence: [
        specSeen("IPPool", pool, "ipipMode"),
        ...set.flatMap((each) =>
          each === undefined
            ? []
            : [
                specSeen(
                  each === bird ? "BGPConfiguration" : "FelixConfiguration",
                  each,
                  "programClusterRoutes",
                ),
              ],
        ),
      ],
      fix: "set programClusterRoutes in BGPConfiguration default and FelixConfiguration default, Enabled in exactly one",
    };
  },
});
