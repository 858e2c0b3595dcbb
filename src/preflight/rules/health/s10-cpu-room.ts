import { shouldRun } from "../../../model/placement.ts";
import type { TemplateFacts } from "../../../model/template.ts";
import { some } from "../../some.ts";
import { templateRule } from "../../template-rule.ts";

/** Calico-facts 1.2 and 6, row 16: without room the pod is simply absent. */
export const cpuRoom = templateRule({
  id: "S10",
  severity: "error",
  page: {
    title: "every node has the CPU that the new calico-node asks for",
    why: "From v2.1 on calico-node requests CPU. Where it is not free the pod is not placed, and up to Kubernetes 1.11 it does not even exist.",
    detected:
      "CPU requests of the file's template and of the pods on each node, and the nodes' allocatable CPU",
    fix: "Make room on those nodes, or lower the request in the file.",
    sources: ["https://github.com/aws/amazon-vpc-cni-k8s/pull/395", "manifests of v2.0 and v2.1"],
  },
  needs: ["nodes", "otherPods"],
  steps: ["apply"],
  check({ live, file }, { nodes, otherPods }) {
    const [before, after] = [requestOf(live.daemonSet.template), requestOf(file.daemonSet.template)];
    if (after <= before)
      return {
        outcome: "pass",
        because: `calico-node asks for ${after}m of CPU, as before or less (${before}m)`,
      };
    const used = new Map<string, number>();
    for (const { node, cpu, namespace, labels } of otherPods) {
      const own =
        namespace === live.daemonSet.namespace &&
        Object.entries(live.daemonSet.selector).every(([key, value]) => labels[key] === value);
      if (node !== undefined && !own) used.set(node, (used.get(node) ?? 0) + cpu);
    }
    const wanted = nodes.filter((node) => shouldRun(node, file.daemonSet.template) !== false);
    const full = wanted.flatMap(({ name, cpu }) => {
      const left = cpu === undefined ? undefined : cpu - (used.get(name) ?? 0);
      return left !== undefined && left < after ? [{ name, left }] : [];
    });
    if (full.length > 0) {
      return {
        outcome: "fail",
        because: `the new calico-node asks for ${after}m of CPU (now ${before}m), and there is not that much left on ${some(full.map(({ name, left }) => `${name} (${Math.max(0, Math.floor(left))}m)`))}`,
        evidence: full.map(({ name, left }) => ({
          object: `Node ${name}`,
          field: "status.allocatable.cpu, less the requests of its other pods",
          value: `${Math.floor(left)}m`,
        })),
        fix: "make room on those nodes, or lower resources.requests.cpu of calico-node in the file",
      };
    }
    return wanted.some(({ cpu }) => cpu === undefined)
      ? { outcome: "unknown", because: "some nodes do not say how much CPU they have" }
      : { outcome: "pass", because: `every node has the ${after}m of CPU that the new calico-node asks for` };
  },
});

/** Thousandths of a core that a pod of the template asks for. */
function requestOf({ containers }: TemplateFacts): number {
  return containers.reduce((sum, { cpu = 0 }) => sum + cpu, 0);
}
