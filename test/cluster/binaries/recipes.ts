/** What each binary of a test cluster is built from. A further Kubernetes version is one more entry here. */

export type KubeVersion = "1.15" | "1.24" | "1.36";

export const kubeVersions: readonly KubeVersion[] = ["1.36", "1.24", "1.15"];

/**
 * Which of them a server of this minor stands in for: up to 1.15 the first APIs of everything are served, from
 * 1.25 on no beta of a workload's or a policy's.
 */
export function kubeVersionOf(minor: number): KubeVersion {
  if (minor < 16) return "1.15";
  return minor < 25 ? "1.24" : "1.36";
}

export type BinaryName =
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kube-scheduler"
  | "kubectl"
  | "kwok";

/** What a lab of real nodes has besides (`test/lab`). */
export type LabProgram =
  | "kubelet"
  | "containerd"
  | "containerd-shim-runc-v2"
  | "ctr"
  | "node-init"
  | "registry"
  | "forward"
  | "calico-node"
  | "cni-install"
  | "gap"
  | "idle";

export type Recipe = {
  /** Also the folder's name in the cache. */
  readonly name: string;
  /** The folder under test/go that holds go.mod and go.sum, and the sources where they are ours. */
  readonly module: string;
  /** Binary → the package that is its command. */
  readonly commands: Partial<
    Record<
      BinaryName | LabProgram | "kubectl-krew" | "validate-krew-manifest" | "kustomize" | "crane" | "fake",
      string
    >
  >;
  readonly ldflags: string;
  /** Build tags. */
  readonly tags?: string;
  /** Kubernetes 1.15's published module lacks a generated file: which release to generate it for. */
  readonly generateOpenApi?: string;
};

/** Without these a server calls itself v0.0.0. */
const stampedPackages = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"];

function versionFlags(version: string, packages: readonly string[]): string {
  const [major = "", minor = ""] = version.slice(1).split(".");
  const stamps = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: "clean" };
  const flags = packages.flatMap((name) =>
    Object.entries(stamps).map(([variable, value]) => `-X ${name}.${variable}=${value}`),
  );
  return ["-s", "-w", ...flags].join(" ");
}

function controlPlane() {
  return {
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
    "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
  };
}

export const recipes = {
  etcd: {
    name: "etcd",
    module: "etcd",
    commands: { etcd: "go.etcd.io/etcd/server/v3" },
    ldflags: "-s -w",
  },
  kwok: {
    name: "kwok",
    module: "kwok",
    commands: { kwok: "sigs.k8s.io/kwok/cmd/kwok" },
    ldflags: "-s -w",
  },
  // One kubectl for every server: the newest, as a user would have it.
  kubectl: {
    name: "kubectl",
    module: "k8s-1.36",
    commands: { kubectl: "k8s.io/kubernetes/cmd/kubectl" },
    ldflags: versionFlags("v1.36.4", stampedPackages),
  },
  // kubectl's plugin manager, and what the index of its plugins runs on every manifest.
  krew: {
    name: "krew",
    module: "krew",
    commands: {
      "kubectl-krew": "sigs.k8s.io/krew/cmd/krew",
      "validate-krew-manifest": "sigs.k8s.io/krew/cmd/validate-krew-manifest",
    },
    ldflags: "-s -w -X sigs.k8s.io/krew/internal/version.gitTag=v0.5.0",
  },
  // What `rebase -o kustomize=` writes is built with.
  kustomize: {
    name: "kustomize",
    module: "kustomize",
    commands: { kustomize: "sigs.k8s.io/kustomize/kustomize/v5" },
    ldflags: "-s -w",
  },
  // Pushes the image of the program to a registry of its own and validates it.
  crane: {
    name: "crane",
    module: "crane",
    commands: { crane: "github.com/google/go-containerregistry/cmd/crane" },
    ldflags: "-s -w",
  },
  "1.36": {
    name: "kubernetes-1.36",
    module: "k8s-1.36",
    commands: controlPlane(),
    ldflags: versionFlags("v1.36.4", stampedPackages),
  },
  "1.24": {
    name: "kubernetes-1.24",
    module: "k8s-1.24",
    commands: controlPlane(),
    // The same golang.org/x/sys as below; the generated file is in the module from here on.
    ldflags: `${versionFlags("v1.24.17", stampedPackages)} -checklinkname=0`,
  },
  "1.15": {
    name: "kubernetes-1.15",
    module: "k8s-1.15",
    commands: controlPlane(),
    // Its old golang.org/x/sys reaches into the runtime, which today's linker forbids.
    ldflags: `${versionFlags("v1.15.12", [...stampedPackages, "k8s.io/kubernetes/pkg/version"])} -checklinkname=0`,
    generateOpenApi: "v1.15.12",
  },
  // Of the control plane's release; in a module of its own, so that theirs stays what it is built from.
  kubelet: {
    name: "kubelet",
    module: "kubelet",
    commands: { kubelet: "k8s.io/kubernetes/cmd/kubelet" },
    ldflags: versionFlags("v1.36.4", stampedPackages),
  },
  // Debian's own is too old for kubelet 1.36.
  containerd: {
    name: "containerd",
    module: "containerd",
    commands: {
      containerd: "github.com/containerd/containerd/v2/cmd/containerd",
      "containerd-shim-runc-v2": "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2",
      ctr: "github.com/containerd/containerd/v2/cmd/ctr",
    },
    ldflags: "-s -w -X github.com/containerd/containerd/v2/version.Version=v2.2.9",
    tags: "no_btrfs,no_zfs,no_devmapper,no_tracing,nri_no_wasm",
  },
  lab: {
    name: "lab",
    module: "lab",
    commands: {
      "node-init": "./node-init",
      registry: "./registry",
      forward: "./forward",
      "calico-node": "./calico-node",
      "cni-install": "./cni-install",
      gap: "./gap",
      idle: "./idle",
    },
    ldflags: "-s -w",
  },
} satisfies Record<
  | KubeVersion
  | "etcd"
  | "kwok"
  | "kubectl"
  | "krew"
  | "kubelet"
  | "kustomize"
  | "crane"
  | "containerd"
  | "lab",
  Recipe
>;

/** The recipes whose binaries make up a cluster of this version, the long ones first. */
export function recipesFor(kubeVersion: KubeVersion): readonly Recipe[] {
  return [recipes[kubeVersion], recipes.kubectl, recipes.etcd, recipes.kwok];
}

/** What a lab of real nodes is made of besides a cluster of 1.36, without kwok; kubelet while Kubernetes is warm. */
export const labRecipes: readonly Recipe[] = [recipes.kubelet, recipes.containerd, recipes.lab];
