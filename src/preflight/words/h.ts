import type { Words } from "./shape.ts";

/** Hazards while a cluster is changed. */
export const hazardWords = {
  H01: {
    title: "what old pods need is there until the last node is done",
    why: "a new manifest takes rights and keys away; an older calico-node that restarts without them never becomes Ready",
    detected:
      "the pods of older revisions, and the roles, accounts and ConfigMap keys that a file takes away",
    fix: "Let the order of the plan stand: expand first, contract after the last node.",
    sources: ["seen in manifests: v3.25 and v3.26, v3.30 and v3.32, v2.4 and v2.5"],
  },
  H06: {
    title: "nodes follow a new Typha, or a pause of Calico, at once",
    why: "Typha v3.32 and newer refuses older nodes, and between start and completion of the v3 data conversion pods stay 1/2 Ready: both turn nodes NotReady that are not broken",
    detected: "the images of Typha and of the nodes",
    fix: "Upgrade the nodes without a pause once Typha is new.",
    sources: [
      "https://github.com/projectcalico/calico/issues/6294",
      "sources of Typha v3.32.0 (pkg/syncserver) and Felix v3.31.7",
    ],
  },
  H29: {
    title: "Kubernetes is upgraded where no version takes both ends of the way",
    why: "an older Calico cannot be applied to a newer Kubernetes and the other way round; this program does not upgrade Kubernetes",
    detected: "the version of the API server, and the ranges of both releases",
    fix: "Upgrade Kubernetes at the step that says so.",
    sources: [
      "manifests of the releases",
      "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
    ],
  },
  H05: {
    title: "the cluster has what the file's template needs",
    why: "a new calico-node whose CRDs, rights, ServiceAccount or ConfigMap keys are missing never becomes Ready",
    override: "--template-only",
    detected: "the objects of the file, and the CRDs, roles, ServiceAccounts and ConfigMaps of the cluster",
    fix: "Apply what is missing first: the refusal prints the command.",
    sources: [
      "https://github.com/projectcalico/calico/issues/4911",
      "seen on a real server: the Felix of v3.30 under the ClusterRole of v3.29 gets 403 and never becomes Ready",
    ],
  },
  H09: {
    title: "a cordon takes the node out of no cloud load balancer",
    why: "up to Kubernetes 1.18 the service controller takes unschedulable nodes out of cloud load balancers",
    override: "-y, or --no-cordon to restart without a cordon",
    detected: "the version of the API server, and Services of type LoadBalancer",
    fix: "Take the node out of the load balancers with care, or restart with --no-cordon.",
    sources: [
      "https://github.com/kubernetes/kubernetes/issues/90823",
      "https://github.com/kubernetes/kubernetes/issues/65013",
    ],
  },
  H12: {
    title: "nobody else writes the DaemonSet by itself",
    why: "a reconciler puts RollingUpdate back while the strategy is pinned, and the controller then restarts all nodes within seconds",
    override: "--ignore-preflight-errors=H12",
    detected: "labels, annotations and owner references of the DaemonSet",
    fix: "Upgrade through whoever reconciles it, or suspend that for the DaemonSet first.",
    sources: ["seen on a real server: with RollingUpdate put back, all nodes are rolled within seconds"],
  },
  H16: {
    title: "the node's kubelet answers",
    why: "with a silent kubelet a deleted pod object vanishes while its containers may still run",
    override: false,
    detected: "the node's Ready condition",
    fix: "Bring the node back, or remove it from the cluster.",
    sources: [
      "https://kubernetes.io/docs/concepts/architecture/nodes/#condition",
      "manifests of the releases: from v2.6 on the grace period is 0",
    ],
  },
  H17: {
    title: "BGP peers have seen this node's last restart through",
    why: "peers flush the routes of a neighbour that restarts again before its last graceful restart has ended (RFC 4724)",
    override: "--force",
    detected: "when the node's calico-node container started, and the restart time that BGP peers are told",
    fix: "Wait until the restart time is over.",
    sources: ["https://www.rfc-editor.org/rfc/rfc4724#section-4.2", "https://github.com/projectcalico/bird"],
  },
  H18: {
    title: "calico-node is Ready on the other nodes, and nobody else rolls it out",
    why: "several calico-node restarts at once lose routes in a full mesh",
    override: "--ignore-preflight-errors=H18",
    detected: "the calico-node pods of all nodes that are Ready, the DaemonSet's strategy and its revisions",
    fix: "Repair the other node first, or take a rollout over with --take-over.",
    sources: [
      "https://github.com/projectcalico/calico/issues/2211",
      "https://github.com/kubernetes-sigs/kubespray/issues/1017",
    ],
  },
  H19: {
    title: "another node can take new pods meanwhile",
    why: "while the only schedulable node (of its role) is cordoned, new pods wait",
    override: "--ignore-preflight-errors=H19",
    detected: "which nodes are Ready and schedulable, and their roles",
    fix: "Nothing: new pods wait about a minute.",
    sources: ["https://github.com/projectcalico/node/issues/823"],
  },
} as const satisfies Readonly<Record<string, Words>>;
