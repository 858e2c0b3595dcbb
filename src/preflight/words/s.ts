import type { Words } from "./shape.ts";

/** Whether the cluster is healthy enough to touch. */
export const healthWords = {
  S01: {
    title: "every node is Ready",
    why: "A node that is not Ready does not take its new calico-node, and up to v3.5 one unreachable peer keeps the others from becoming Ready.",
    detected: "the Ready condition of the nodes",
    fix: "Repair the nodes, or remove them from the cluster, before the upgrade.",
    sources: [
      "https://github.com/projectcalico/calico/issues/2211",
      "https://github.com/projectcalico/calico/issues/2561",
    ],
  },
  S02: {
    title: "calico-node is Ready on every node that answers",
    why: "What is broken before the upgrade is taken for its fault, and a rollout waits for it without end.",
    detected: "the calico-node pod of every node that the DaemonSet is for",
    fix: "Repair it first. A restart on a node whose own calico-node is not Ready is let through: it may be the repair.",
    sources: [
      "https://github.com/projectcalico/calico/issues/2211",
      "https://github.com/projectcalico/calico/issues/2370",
    ],
  },
  S03: {
    title: "calico-node is not restarting again and again",
    why: "Peers flush the routes of a neighbour that restarts before its last graceful restart has ended; a restart more makes it worse.",
    detected: "restart counts of calico-node, and when it ended last",
    fix: "Find out why from the log of the container before: kubectl logs --previous.",
    sources: [
      "https://www.rfc-editor.org/rfc/rfc4724#section-4.2",
      "https://github.com/kubernetes-sigs/kubespray/issues/1017",
    ],
  },
  S04: {
    title: "Calico's controller and Typha are Ready",
    why: "Without the controller new policies (etcd) or the clean-up of addresses wait; nodes that use Typha get no updates without it.",
    detected: "Deployments and ReplicaSets of the controller and of Typha",
    fix: "Repair them first: kubectl describe tells why their pods do not start.",
    sources: ["documentation of v2.5 (getting-started/kubernetes/upgrade)"],
  },
  S05: {
    title: "you may do what the coming steps do",
    why: "A right that is missing stops an upgrade in the middle; that roles may be given is refused only when it is tried.",
    detected: "access reviews for exactly the requests of the coming steps",
    fix: "Let somebody apply the ClusterRole and Role that preflight prints, and bind them to you.",
    sources: [
      "https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access",
      "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping",
    ],
  },
  S06: {
    title: "no DaemonSet is held at OnDelete by an upgrade that has not ended",
    why: "Whoever puts RollingUpdate back, with an apply of the same manifest for instance, restarts every old node within seconds.",
    detected: "the annotation calico-upgrade/pinned-strategy of calico-node's DaemonSets",
    fix: "Finish the nodes that are left, or node --unpin, which names the nodes that are restarted by it.",
    sources: ["seen on a real server: with RollingUpdate put back, all nodes are rolled within seconds"],
  },
  S07: {
    title: "every calico-node runs the newest revision",
    why: "With OnDelete nothing restarts after an apply: nodes stay old until somebody notices, and the next upgrade begins from more than one release.",
    detected: "the revisions of the DaemonSet and of its pods",
    fix: "Finish that upgrade first: node NODE for each node that is named.",
    sources: [
      "https://github.com/projectcalico/calico/issues/1272",
      "https://github.com/projectcalico/calico/issues/777",
    ],
  },
  S08: {
    title: "PodDisruptionBudgets allow a disruption",
    why: "An eviction that a budget does not allow is refused: node --drain then stops, and names it.",
    detected: "status.disruptionsAllowed of PodDisruptionBudgets, and which of them select Calico's pods",
    fix: "Bring the pods of that budget to Ready; without --drain no pod is evicted.",
    sources: ["https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/"],
  },
  S09: {
    title: "every replica of Typha has a node",
    why: "Typha takes port 5473 of its node, so two of them do not fit on one; with a replica that stays Pending its rollout does not end.",
    detected: "replicas of Typha, and nodes that are Ready, schedulable and selected by its template",
    fix: "Scale Typha down to the nodes that there are, or uncordon a node.",
    sources: ["manifests of v3.0 and newer", "https://docs.tigera.io/calico/latest/reference/typha/overview"],
  },
  S10: {
    title: "every node has the CPU that the new calico-node asks for",
    why: "From v2.1 on calico-node requests CPU. Where it is not free the pod is not placed, and up to Kubernetes 1.11 it does not even exist.",
    detected:
      "CPU requests of the file's template and of the pods on each node, and the nodes' allocatable CPU",
    fix: "Make room on those nodes, or lower the request in the file.",
    sources: ["https://github.com/aws/amazon-vpc-cni-k8s/pull/395", "manifests of v2.0 and v2.1"],
  },
  S11: {
    title: "no ServiceAccount of Calico is being deleted",
    why: "A finalizer keeps a deleted account visible while the server refuses its tokens: new pods are Unauthorized.",
    detected: "deletionTimestamp of the ServiceAccounts in Calico's namespaces",
    fix: "Take the finalizer away so that the account goes, and apply it again at once.",
    sources: [
      "https://github.com/projectcalico/calico/issues/9271",
      "https://github.com/projectcalico/calico/issues/6629",
    ],
  },
  S12: {
    title: "the images that run are of one release",
    why: "Calico is tested as one release. Images of different ones are an upgrade that has not ended, or a tag that was changed alone.",
    detected: "images of calico-node, the CNI plugin, the controller and Typha",
    fix: "Finish that upgrade first: plan -f FILE says what is left.",
    sources: ["https://github.com/projectcalico/calico/issues/4911"],
  },
} as const satisfies Readonly<Record<string, Words>>;
