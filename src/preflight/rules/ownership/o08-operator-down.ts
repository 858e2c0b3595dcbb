import { clusterRule } from "../../cluster-rule.ts";

/** Calico-facts 6, row 34. */
export const operatorDown = clusterRule({
  id: "O08",
  severity: "warning",
  page: {
    title: "the operator that runs Calico is up",
    why: "Nobody repairs an operator install while the operator is down; in one case the controller it no longer watched deleted every block of addresses.",
    detected: "the Deployment tigera-operator where calico-node is the operator's",
    fix: "Bring the operator back at the release that runs, then upgrade.",
    sources: ["https://github.com/tigera/operator/issues/4688"],
  },
  when: { operator: true },
  needs: ["operators"],
  check({ operators }) {
    const down = operators.filter(({ ready }) => ready === 0);
    if (operators.length > 0 && down.length === 0) return { outcome: "pass", because: "the operator runs" };
    const [first] = down;
    return {
      outcome: "fail",
      because:
        first === undefined
          ? "an Installation is there, and no tigera-operator Deployment"
          : `Deployment ${first.namespace}/${first.name} has no Ready pod (${first.desired} asked for)`,
      evidence: down.map(({ namespace, name, ready, desired }) => ({
        object: `Deployment ${namespace}/${name}`,
        field: "status.readyReplicas",
        value: `${ready} of ${desired}`,
      })),
      fix: "bring the operator back, at the release that runs, before anything is upgraded; back up ipamblocks.crd.projectcalico.org first",
    };
  },
});
