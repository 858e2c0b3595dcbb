import { clusterRule } from "../cluster-rule.ts";
import { some } from "../some.ts";

/** Calico-facts 4.3, B14. */
export const hostEndpoints = clusterRule({
  id: "B14",
  severity: "error",
  when: { crosses: "v3.14.0" },
  needs: ["hostEndpoints"],
  steps: ["node", "apply"],
  check({ hostEndpoints: endpoints }) {
    const all = endpoints.filter(({ spec }) => spec["interfaceName"] === "*");
    if (all.length === 0) return { outcome: "pass", because: "no HostEndpoint has interfaceName *" };
    return {
      outcome: "fail",
      because: `HostEndpoints of all interfaces let everything through that no policy blocks, and drop it from v3.14 on: ${some(all.map(({ name }) => name))}`,
      evidence: all.map(({ name }) => ({
        object: `HostEndpoint ${name}`,
        field: "spec.interfaceName",
        value: "*",
      })),
      fix: "label them and apply a GlobalNetworkPolicy that selects the label and allows what they need",
    };
  },
});
