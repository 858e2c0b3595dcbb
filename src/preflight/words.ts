/** What a rule is about, in words. A rule without words does not compile. */
export interface Words {
  readonly title: string;
  /** Why it matters, one or two sentences. */
  readonly why: string;
  /** How to go on in spite of it; undefined: there is no way past it. */
  readonly override?: string;
}

export const words = {
  H05: {
    title: "the cluster has what the file's template needs",
    why: "a new calico-node whose CRDs, rights, ServiceAccount or ConfigMap keys are missing never becomes Ready",
    override: "--template-only",
  },
  H09: {
    title: "a cordon takes the node out of no cloud load balancer",
    why: "up to Kubernetes 1.18 the service controller takes unschedulable nodes out of cloud load balancers",
    override: "-y, or --no-cordon to restart without a cordon",
  },
  H12: {
    title: "nobody else writes the DaemonSet by itself",
    why: "a reconciler puts RollingUpdate back while the strategy is pinned, and the controller then restarts all nodes within seconds",
    override: "--ignore-preflight-errors=H12",
  },
  H16: {
    title: "the node's kubelet answers",
    why: "with a silent kubelet a deleted pod object vanishes while its containers may still run",
  },
  H17: {
    title: "BGP peers have seen this node's last restart through",
    why: "peers flush the routes of a neighbour that restarts again before its last graceful restart has ended (RFC 4724)",
    override: "--force",
  },
  H18: {
    title: "calico-node is Ready on the other nodes, and nobody else rolls it out",
    why: "several calico-node restarts at once lose routes in a full mesh",
    override: "--ignore-preflight-errors=H18",
  },
  H19: {
    title: "another node can take new pods meanwhile",
    why: "while the only schedulable node (of its role) is cordoned, new pods wait",
    override: "--ignore-preflight-errors=H19",
  },
} as const satisfies Record<string, Words>;

export type RuleId = keyof typeof words;

export function wordsOf(id: RuleId): Words {
  return words[id];
}
