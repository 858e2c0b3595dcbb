import type { CalicoOptions } from "../../calico/era.ts";
import type { KubeVersion } from "../../cluster/binaries/recipes.ts";

/** Two patch releases on a server of each era: nothing but the DaemonSet and its images differs. */
export const patchEras: readonly {
  readonly kubeVersion: KubeVersion;
  readonly old: CalicoOptions;
  readonly new: CalicoOptions;
}[] = [
  { kubeVersion: "1.36", old: { version: "v3.29.6" }, new: { version: "v3.29.7" } },
  { kubeVersion: "1.15", old: { version: "v3.8.8" }, new: { version: "v3.8.9" } },
];
