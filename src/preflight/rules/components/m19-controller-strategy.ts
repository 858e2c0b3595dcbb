import { clusterRule } from "../../cluster-rule.ts";

/** Calico-facts 1.3: every manifest of upstream has Recreate. */
export const controllerStrategy = clusterRule({
  id: "M19",
  severity: "error",
  page: {
    title: "the controller is replaced, never run twice",
    why: "With a rolling update two controllers write policies and addresses at the same time.",
    detected: "spec.strategy.type of the file's controller Deployment",
    fix: "Set spec.strategy to {type: Recreate} in the file; upstream's manifests have it.",
    sources: ["documentation of v2.5 (getting-started/kubernetes/upgrade)", "manifests of the releases"],
  },
  when: { manifest: true },
  needs: [],
  steps: ["controller", "apply"],
  check(_facts, { manifest }) {
    const workloads = manifest?.facts.workloads;
    const controllers = (workloads?.known === true ? workloads.value : []).filter(
      ({ component, kind }) => component === "controller" && kind === "Deployment",
    );
    if (controllers.length === 0) return { outcome: "n/a", because: "the file has no controller Deployment" };
    const rolling = controllers.filter(({ strategy, desired }) => strategy !== "Recreate" && desired > 0);
    if (rolling.length === 0) return { outcome: "pass", because: "the controller's strategy is Recreate" };
    return {
      outcome: "fail",
      because: `the strategy of Deployment ${rolling.map(({ name }) => name).join(", ")} is not Recreate: two controllers would run at once`,
      evidence: rolling.map(({ name, strategy = "none, which is RollingUpdate" }) => ({
        object: `Deployment ${name}`,
        field: "spec.strategy.type",
        value: strategy,
      })),
      fix: "set spec.strategy to {type: Recreate} in the file",
    };
  },
});
