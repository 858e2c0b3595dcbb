import { program } from "../../model/program.ts";
import { rangeText, type KubernetesRange } from "../../releases/kubernetes.ts";
import { span, within, type Version } from "../../releases/version.ts";
import type { Rights, UpgradeStart } from "./upgrade-start.ts";
import { sh } from "../../model/shell.ts";

/** The manifest of a release, as the commands of a plan call it. */
export function manifestOf(to: Version, { file }: UpgradeStart): string {
  return file?.name ?? `calico-${to.text}.yaml`;
}

const tooLargeForClientSide = span("v3.25.0");

/** From v3.25 on CustomResourceDefinitions are too large for kubectl's annotation (B22). */
function apply(to: Version, file: string): string {
  return within(to, tooLargeForClientSide)
    ? sh`kubectl apply --server-side --force-conflicts -f ${file}`
    : sh`kubectl apply -f ${file}`;
}

export function kubernetesCommands(range: KubernetesRange): readonly string[] {
  return [
    `# with the tools that this cluster was made with: the control plane, then the kubelets, to ${rangeText(range)}`,
    "kubectl get nodes",
    "kubectl version",
  ];
}

export function policyCommands(): readonly string[] {
  return [
    "kubectl get networkpolicies --all-namespaces -o yaml > networkpolicies-before.yaml",
    'kubectl get namespaces -o jsonpath=\'{range .items[*]}{.metadata.name}{"\\t"}{.metadata.annotations.net\\.beta\\.kubernetes\\.io/network-policy}{"\\n"}{end}\'',
    "# in each namespace without DefaultDeny: its policies had no effect, and would begin to block",
    "kubectl delete networkpolicies --all -n NAMESPACE",
    "# in each namespace with DefaultDeny: a policy that selects every pod and allows nothing",
    `echo '{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"default-deny"},"spec":{"podSelector":{}}}' | kubectl create -n NAMESPACE -f -`,
    "# on Kubernetes 1.6 and older the apiVersion is extensions/v1beta1",
  ];
}

export function thirdPartyResourceCommands(): readonly string[] {
  return [
    "kubectl get globalconfig,globalbgpconfig,ippool,globalbgppeer --all-namespaces -o yaml > thirdpartyresources.yaml",
    "# SystemNetworkPolicies are not migrated by the Job: convert them by hand",
    "kubectl get systemnetworkpolicies --all-namespaces",
    "# upgrade-job.yaml: upgrade/v2.5/manifests of projectcalico/calico, branch release-legacy",
    "kubectl apply -f upgrade-job.yaml",
    "kubectl logs -n default job/calico-upgrade-v2.5 -f",
    "# as many as there were before",
    "kubectl get globalfelixconfigs.crd.projectcalico.org,globalbgpconfigs.crd.projectcalico.org,ippools.crd.projectcalico.org,bgppeers.crd.projectcalico.org",
  ];
}

export function etcdDataCommands(): readonly string[] {
  return [
    "# the etcd server has to be v3; back it up",
    "# calico-upgrade of projectcalico/calico-upgrade, with APIV1_ETCD_ENDPOINTS and ETCD_ENDPOINTS set",
    "calico-upgrade dry-run",
    "# from here to complete, new pods get no network",
    "calico-upgrade start",
  ];
}

export function completeCommands(): readonly string[] {
  return ["# pods of calico-node stay 1/2 Ready until this is done", "calico-upgrade complete"];
}

export function expandCommands(to: Version, start: UpgradeStart): readonly string[] {
  const { namespace } = start;
  const { serviceAccount, clusterRoles } = rightsOf(start);
  return [
    ...(clusterRoles.length === 0
      ? []
      : ["# the old rights stay until the last node is done, under another name (H01)"]),
    ...clusterRoles.flatMap((role) => [
      sh`kubectl get clusterrole ${role} -o yaml | sed ${renamed(role)} | kubectl create -f -`,
      sh`kubectl create clusterrolebinding ${kept(role)} --clusterrole=${kept(role)} --serviceaccount=${namespace}:${serviceAccount}`,
    ]),
    `# crds-rbac.yaml: the CustomResourceDefinitions, ServiceAccounts, roles and bindings of ${manifestOf(to, start)}`,
    apply(to, "crds-rbac.yaml"),
  ];
}

/** What gives calico-node its rights; where nobody looked, as upstream's manifests name it. */
function rightsOf({ seen, canal }: UpgradeStart): Rights {
  return (
    seen?.rights ?? {
      serviceAccount: canal === true ? "canal" : "calico-node",
      clusterRoles: ["calico-node"],
    }
  );
}

/** What sed does to a role that is read: another name, and nothing that the server gave it. */
function renamed(role: string): string {
  // The name of a ClusterRole may have a slash in it only in theory, and a dot does no harm here.
  const plain = role.replaceAll(/[\\/&.*[\]^$]/g, String.raw`\$&`);
  const other = kept(role).replaceAll(/[\\/&]/g, String.raw`\$&`);
  return String.raw`/^  \(uid\|resourceVersion\|creationTimestamp\|selfLink\):/d; s/^  name: ${plain}$/  name: ${other}/`;
}

function kept(role: string): string {
  return `${role}-before`;
}

export function typhaCommands(to: Version, start: UpgradeStart): readonly string[] {
  return [
    `# typha.yaml: Typha's Service, Deployment and PodDisruptionBudget of ${manifestOf(to, start)}`,
    apply(to, "typha.yaml"),
    sh`kubectl rollout status -n ${start.namespace} deployment/calico-typha`,
  ];
}

export function controllerCommands(from: Version, to: Version, start: UpgradeStart): readonly string[] {
  const { namespace } = start;
  const deployment = within(to, span("v2.6.0")) ? "calico-kube-controllers" : "calico-policy-controller";
  const replicaSet = !within(from, span("v2.0.0"));
  const renamed = !within(from, span("v2.6.0")) && within(to, span("v2.6.0"));
  return [
    ...(replicaSet
      ? [sh`kubectl scale rs -n ${namespace} calico-policy-controller --replicas=0`]
      : renamed
        ? [sh`kubectl scale deployment -n ${namespace} calico-policy-controller --replicas=0`]
        : []),
    `# controller.yaml: the controller's Deployment of ${manifestOf(to, start)}; its strategy has to be Recreate`,
    apply(to, "controller.yaml"),
    sh`kubectl rollout status -n ${namespace} deployment/${deployment}`,
  ];
}

export function configMapCommands(to: Version, start: UpgradeStart): readonly string[] {
  const { namespace, canal } = start;
  return [
    // No `kubectl diff`: a server that knows no dry run would persist it (H07).
    sh`kubectl get configmap -n ${namespace} ${canal === true ? "canal-config" : "calico-config"} -o yaml > configmap-before.yaml`,
    `# configmap.yaml: the ConfigMap of ${manifestOf(to, start)}, with your own values, and with the keys that the old pods use`,
    apply(to, "configmap.yaml"),
  ];
}

export function templateCommands(to: Version, start: UpgradeStart): readonly string[] {
  const { namespace, daemonSet } = start;
  return [
    "# held at OnDelete, or all nodes are restarted at once (H12)",
    sh`kubectl patch daemonset -n ${namespace} ${daemonSet} -p '{"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":null}}}'`,
    `# calico-node.yaml: the DaemonSet of ${manifestOf(to, start)}, with your own settings and updateStrategy.type OnDelete`,
    apply(to, "calico-node.yaml"),
  ];
}

export function nodeCommands({ namespace, daemonSet }: UpgradeStart): readonly string[] {
  return [
    "# for each NODE, one after the other",
    "kubectl cordon NODE",
    sh`kubectl get pods -n ${namespace} -l k8s-app=${daemonSet} --field-selector spec.nodeName=NODE`,
    sh`kubectl delete pod -n ${namespace} POD`,
    sh`kubectl get pods -n ${namespace} -l k8s-app=${daemonSet} --field-selector spec.nodeName=NODE -w`,
    "# when the new pod is Ready",
    "kubectl uncordon NODE",
  ];
}

/** `migrated`: what the old release read otherwise, and is cleaned up after the last node. */
export function contractCommands(
  to: Version,
  start: UpgradeStart,
  migrated: { readonly policies: boolean; readonly data: boolean },
): readonly string[] {
  return [
    ...rightsOf(start).clusterRoles.flatMap((role) => [
      sh`kubectl delete clusterrolebinding ${kept(role)}`,
      sh`kubectl delete clusterrole ${kept(role)}`,
    ]),
    apply(to, manifestOf(to, start)),
    ...(migrated.policies
      ? ["# annotations of the old semantics, without effect now", `${program} migrate-policy --finish`]
      : []),
    ...(migrated.data
      ? [
          "# the old objects, whose content is on the new side",
          `${program} migrate-data --finish`,
          "kubectl delete thirdpartyresource global-config.projectcalico.org ip-pool.projectcalico.org global-bgp-config.projectcalico.org global-bgp-peer.projectcalico.org",
        ]
      : []),
  ];
}
