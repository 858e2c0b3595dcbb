import { configOf } from "../../../model/config-age.ts";
import { program } from "../../../model/program.ts";
import { known } from "../../../model/reading.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";
import { sh } from "../../../model/shell.ts";

/** Hazard H25, judged per container by its own start. */
export const configAge = clusterRule({
  id: "H25",
  severity: "warning",
  page: {
    title: "every container runs with its present configuration",
    why: "Environment from a ConfigMap is read when a container starts, by init containers when the pod is made: a change takes effect only after a restart, and then on that node alone.",
    detected:
      "when the ConfigMaps' data was written last (managedFields, Kubernetes 1.18 and newer), and when containers started",
    fix: "Restart each node that is named, in the order of a rollout.",
    commands: ["kubectl calico-upgrade node NODE --restart"],
    sources: ["https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/"],
  },
  needs: ["daemonSet", "calicoPods", "configMaps"],
  check({ daemonSet, calicoPods, configMaps }) {
    const ages = calicoPods.map((pod) => ({
      pod,
      age: configOf(pod, daemonSet, { configMaps: known(configMaps) }),
    }));
    const stale = ages.filter(({ age }) => age.current === false);
    if (stale.length > 0) {
      const names = stale.map(({ pod }) => pod.node ?? pod.name);
      return {
        outcome: "fail",
        because: `${stale.length} of ${ages.length} calico-node run with older configuration: ${some(names)}`,
        evidence: stale.map(({ pod, age }) => ({
          object: `Pod ${pod.namespace}/${pod.name}`,
          field: `ConfigMap ${age.written ?? ""}`,
          value: "written after a container started",
        })),
        fix: "restart these nodes",
        commands: [`${program} ${sh`node ${names} --restart`}`],
      };
    }
    return ages.some(({ age }) => age.current === "unknown")
      ? {
          outcome: "unknown",
          // Before Kubernetes 1.18 it is never known, and that is no warning about this cluster.
          severity: "info",
          because: "the server does not keep when the ConfigMaps were written last",
        }
      : { outcome: "pass", because: "every calico-node has started after the last change of its ConfigMaps" };
  },
});
