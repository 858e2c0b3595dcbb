import { calicoNode } from "../../../model/pod.ts";
import type { Millis } from "../../../model/time.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";
import { sh } from "../../../model/shell.ts";

/** As many restarts, the last of them within the window, are no upgrade. */
const many = 3;
const window: Millis = 600_000;

/** Calico-node that restarts again and again loses its routes each time (RFC 4724, section 4.2). */
export const restarts = clusterRule({
  id: "S03",
  severity: "warning",
  page: {
    title: "calico-node is not restarting again and again",
    why: "Peers flush the routes of a neighbour that restarts before its last graceful restart has ended; a restart more makes it worse.",
    detected: "restart counts of calico-node, and when it ended last",
    fix: "Find out why from the log of the container before.",
    commands: ["kubectl logs -n NAMESPACE POD -c calico-node --previous"],
    sources: [
      "https://www.rfc-editor.org/rfc/rfc4724#section-4.2",
      "https://github.com/kubernetes-sigs/kubespray/issues/1017",
    ],
  },
  needs: ["calicoPods"],
  check({ calicoPods }, _subject, now) {
    const churning = calicoPods.flatMap((pod) => {
      const container = calicoNode(pod);
      const ended = container?.last?.finishedAt;
      const again = ended !== undefined && now - ended <= window;
      return container !== undefined && container.restarts >= many && again
        ? [{ pod, restarts: container.restarts, code: container.last?.exitCode }]
        : [];
    });
    if (churning.length === 0)
      return { outcome: "pass", because: "no calico-node has restarted repeatedly in the last ten minutes" };
    return {
      outcome: "fail",
      because: `calico-node restarts again and again on ${some(churning.map(({ pod, restarts: count }) => `${pod.node ?? pod.name} (${count} times)`))}`,
      evidence: churning.map(({ pod, restarts: count, code }) => ({
        object: `Pod ${pod.namespace}/${pod.name}`,
        field: "restartCount",
        value: `${count}${code === undefined ? "" : `, exit code ${code}`}`,
      })),
      fix: "find out why from the log of the container before",
      commands: [
        sh`kubectl logs -n ${churning[0]?.pod.namespace ?? ""} ${churning[0]?.pod.name ?? ""} -c calico-node --previous`,
      ],
    };
  },
});
