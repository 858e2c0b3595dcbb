import { issue } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";

const directory = "/var/lib/calico";
/** Systems whose kubelet usually runs in a container. */
const containerised = /container linux|coreos|rancheros/i;

/** Calico-facts 4.3, B08. How a kubelet runs is not in the API: never more than a warning. */
export const kubeletMount = clusterRule({
  id: "B08",
  severity: "warning",
  page: {
    title: "the kubelets see /var/lib/calico of their hosts",
    why: "From v3.1 on calico-node leaves the node's name in /var/lib/calico, and the CNI plugin, which the kubelet runs, reads it there. A kubelet in a container without that mount starts no pod any more.",
    detected:
      "whether calico-node mounts /var/lib/calico already, and the nodes' operating systems; how a kubelet runs is not in the API",
    fix: "Where the kubelet runs in a container, mount /var/lib/calico into it on every node first. After the first node, start a pod there before going on.",
    releases: "up to v3.0 → v3.1 and newer",
    sources: ["manifest of v3.1", issue(2841)],
  },
  when: { crosses: "v3.1.0" },
  needs: ["daemonSet", "nodes"],
  check({ daemonSet, nodes }) {
    const fix = `mount ${directory} into kubelets that run in a container; after the first node start a pod there, with --probe-image or by hand, before going on`;
    const mounted = daemonSet.template.volumes.some(({ hostPath }) => hostPath === directory);
    if (mounted) return { outcome: "pass", because: `calico-node mounts ${directory} already` };
    const likely = nodes.filter(({ osImage }) => osImage !== undefined && containerised.test(osImage));
    if (likely.length === 0) {
      return {
        outcome: "unknown",
        because: `whether the kubelets see ${directory} of their hosts is not in the API`,
        fix,
      };
    }
    return {
      outcome: "fail",
      because: `the kubelet usually runs in a container on the system of ${some(likely.map(({ name }) => name))}`,
      evidence: likely.map(({ name, osImage = "" }) => ({
        object: `Node ${name}`,
        field: "status.nodeInfo.osImage",
        value: osImage,
      })),
      fix,
    };
  },
});
