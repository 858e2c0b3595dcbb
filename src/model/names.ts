/**
 * Every name that the tool writes into a cluster. They are stable: renaming one orphans what an
 * older version left on a node or a DaemonSet (docs/compatibility.md says how one is retired).
 */

/** Our own field manager, and the value of the label on objects we make. */
export const manager = "calico-upgrade";

/** On a Node: who cordoned it for which run, and which pod is being replaced (hazard H13). */
export const cordonAnnotation = "calico-upgrade/cordon";

/** On a Node: what the last run that restarted calico-node there did, for `report`; never read to decide anything. */
export const recordAnnotation = "calico-upgrade/record";

/** On the DaemonSet: the one run that works on it (hazard H13). On a pod that pulls images: the run that made it. */
export const runAnnotation = "calico-upgrade/run";

/** On the DaemonSet: the updateStrategy to return to while it is pinned to OnDelete (hazard H12). */
export const pinnedAnnotation = "calico-upgrade/pinned-strategy";

/** On our short-lived pods and on a detached run's objects: what they are for, one of `purposes`. */
export const purposeLabel = "calico-upgrade/purpose";
/**
 * Asks whether a node starts pods with a network (hazard H26); pulls images onto a node (hazard H21); restarts
 * calico-node on nodes as a Job.
 */
export const purposes = { probe: "probe", prepull: "prepull", detached: "detached" } as const;

/** All objects of a run that goes on in the cluster have this name: there is one at a time. */
export const detachedName = "calico-upgrade-detached";

/** kubectl's client-side apply: its annotation and the manager its writes carry. */
export const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";
export const clientSideApplyManager = "kubectl-client-side-apply";

/** On a NetworkPolicy: `true` keeps it through the policy migration, as --keep decided. */
export const keepAnnotation = "calico-upgrade/keep-policy";

/** On a Namespace whose isolation is unclear: `isolated` or `open`, as --treat-as decided. */
export const treatAsAnnotation = "calico-upgrade/treat-as";

/** On a ReplicaSet that a restart has at 0: when that was; it is started again (a ReplicaSet has no rollout). */
export const restartAnnotation = "calico-upgrade/restart";

/** kubectl's `rollout restart`: a new value in the pod template makes a new rollout. */
export const restartedAtAnnotation = "kubectl.kubernetes.io/restartedAt";

/** On an object of crd.projectcalico.org/v1: hash of the content that migrate-data brought over (hazard H28). */
export const migratedAnnotation = "calico-upgrade/migrated-spec";

/** On an object that a run made: the run, by which `undo` knows it although the run was killed. */
export const createdByAnnotation = "calico-upgrade/created-by";

/** On a ConfigMap: which keys this program changed last, and when (hazard H25). */
export const configChangedAnnotation = "calico-upgrade/config-changed";

/** On a pod, never in a template: the configuration that its containers started with (hazard H25). */
export const configAnnotation = "calico-upgrade/config";

/** Reasons of the Events that a run writes about a Node, and about the DaemonSet at its end (docs/compatibility.md). */
export const eventReasons = {
  restarted: "CalicoNodeRestarted",
  overBudget: "CalicoNodeOverBudget",
  failed: "CalicoNodeFailed",
  finished: "CalicoUpgradeFinished",
  halted: "CalicoUpgradeHalted",
} as const;
