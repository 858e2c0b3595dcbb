import { parseImage } from "./image.ts";
import type { OwnerReference } from "./kube.ts";
import { calicoNodeContainer, type TemplateFacts } from "./template.ts";

/** Somebody who makes or keeps an object as it is, so that our change may be taken back (hazard H12). */
export interface Owner {
  /**
   * operator: the Tigera operator. distribution: the manifest belongs to a Kubernetes distribution.
   * helm: a chart. reconciler: a controller that puts the object back. addon: Kubernetes' addon manager.
   */
  readonly kind: "operator" | "distribution" | "helm" | "reconciler" | "addon";
  /** In a sentence: "the Tigera operator", "RKE2", "Helm release calico". */
  readonly name: string;
  /** Where that stands in the object. */
  readonly evidence: string;
  /** Whether it puts back what others change, by itself and at any time. */
  readonly reverts: boolean;
}

interface Owned {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly OwnerReference[];
  readonly template: TemplateFacts;
}

/** Everybody who marks this workload as theirs; the one with the last word first. */
export function ownersOf(object: Owned): readonly Owner[] {
  return [
    operator(object),
    distribution(object),
    addonManager(object),
    gitOps(object),
    helm(object),
    otherController(object),
  ].filter((owner) => owner !== undefined);
}

function operator({ ownerReferences, labels }: Owned): Owner | undefined {
  const reference = ownerReferences.find(({ apiVersion }) => apiVersion.startsWith("operator.tigera.io/"));
  const managed = labels["app.kubernetes.io/managed-by"] === "tigera-operator";
  if (reference === undefined && !managed) return undefined;
  const evidence =
    reference === undefined
      ? "label app.kubernetes.io/managed-by=tigera-operator"
      : `owner reference to ${reference.kind}/${reference.name}`;
  return { kind: "operator", name: "the Tigera operator", evidence, reverts: true };
}

/** Marks that distributions leave on the Calico they ship (calico-facts 5). */
const marks: readonly {
  readonly name: string;
  readonly label?: RegExp;
  readonly annotation?: RegExp;
  readonly release?: RegExp;
  readonly image?: RegExp;
  readonly path?: RegExp;
}[] = [
  { name: "RKE2", release: /^rke2-(calico|canal)/, image: /(^|\/)hardened-calico$/ },
  { name: "Rancher", image: /^rancher\/(mirrored-)?calico-node$/ },
  { name: "k0s", label: /^k0s\.k0sproject\.io\/stack$/, image: /^k0sproject\/calico-node$/ },
  { name: "kOps", label: /^addon\.kops\.k8s\.io\// },
  { name: "microk8s", path: /^\/var\/snap\/microk8s\// },
  { name: "GKE", image: /^gke-release\/calico\/node$|^gke\.gcr\.io\/calico\/node$/ },
  { name: "k3s", annotation: /^objectset\.rio\.cattle\.io\/owner-gvk$/ },
];

function distribution(object: Owned): Owner | undefined {
  const text = calicoNodeContainer(object.template)?.image;
  const image = text === undefined ? undefined : parseImage(text);
  for (const mark of marks) {
    const label = keyLike(object.labels, mark.label);
    const annotation = keyLike(object.annotations, mark.annotation);
    const release = object.annotations["meta.helm.sh/release-name"];
    const path = object.template.volumes.find(({ hostPath }) => mark.path?.test(hostPath ?? "") === true);
    const evidence =
      label !== undefined
        ? `label ${label}`
        : annotation !== undefined
          ? `annotation ${annotation}`
          : release !== undefined && mark.release?.test(release) === true
            ? `Helm release ${release}`
            : image !== undefined && mark.image?.test(image.repository) === true
              ? `image ${image.repository}`
              : path?.hostPath !== undefined
                ? `host path ${path.hostPath}`
                : undefined;
    if (evidence !== undefined) {
      // RKE2 and k3s apply their bundled manifests again by themselves, the others on their own upgrade.
      return {
        kind: "distribution",
        name: mark.name,
        evidence,
        reverts: /^(RKE2|k3s|k0s|GKE)$/.test(mark.name),
      };
    }
  }
  return undefined;
}

function addonManager({ labels }: Owned): Owner | undefined {
  const mode = labels["addonmanager.kubernetes.io/mode"];
  const old = labels["kubernetes.io/cluster-service"] === "true" && mode === undefined;
  if (mode === undefined && !old) return undefined;
  return {
    kind: "addon",
    name: "Kubernetes' addon manager",
    evidence:
      mode === undefined
        ? "label kubernetes.io/cluster-service=true"
        : `label addonmanager.kubernetes.io/mode=${mode}`,
    reverts: mode === "Reconcile",
  };
}

/** A tool that puts objects back as they stand in a repository. */
export function gitOps({ labels = {}, annotations = {} }: Partial<Owned>): Owner | undefined {
  const tracking = annotations["argocd.argoproj.io/tracking-id"] ?? labels["argocd.argoproj.io/instance"];
  if (tracking !== undefined) {
    const where = annotations["argocd.argoproj.io/tracking-id"] === undefined ? "instance" : "tracking-id";
    return reconciler("Argo CD", `argocd.argoproj.io/${where}=${tracking}`);
  }
  for (const kind of ["kustomize", "helm"]) {
    const key = `${kind}.toolkit.fluxcd.io/name`;
    if (labels[key] !== undefined) return reconciler("Flux", `label ${key}=${labels[key]}`);
  }
  return undefined;
}

function reconciler(name: string, evidence: string): Owner {
  return { kind: "reconciler", name, evidence, reverts: true };
}

function helm({ labels, annotations }: Owned): Owner | undefined {
  const release = annotations["meta.helm.sh/release-name"];
  if (release !== undefined) {
    const evidence = `annotation meta.helm.sh/release-name=${release}`;
    return { kind: "helm", name: `Helm release ${release}`, evidence, reverts: false };
  }
  const managed = labels["app.kubernetes.io/managed-by"] ?? labels["heritage"];
  return managed === "Helm" || managed === "Tiller"
    ? { kind: "helm", name: "Helm", evidence: `label of ${managed}`, reverts: false }
    : undefined;
}

function otherController({ ownerReferences }: Owned): Owner | undefined {
  const reference = ownerReferences.find(
    ({ controller, apiVersion }) => controller === true && !apiVersion.startsWith("operator.tigera.io/"),
  );
  return reference === undefined
    ? undefined
    : reconciler(`${reference.kind} ${reference.name}`, `owner reference to ${reference.apiVersion}`);
}

function keyLike(map: Readonly<Record<string, string>>, pattern: RegExp | undefined): string | undefined {
  return pattern === undefined ? undefined : Object.keys(map).find((key) => pattern.test(key));
}
