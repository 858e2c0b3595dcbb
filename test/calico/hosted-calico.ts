/** A hosted install of Calico as its release's manifests describe it, for a test cluster. */
import { stringify } from "yaml";
import type { KubeObject } from "../cluster/kube-object.ts";
import { config } from "./config.ts";
import { controllers } from "./controller.ts";
import { crds } from "./crds.ts";
import { daemonSet } from "./daemon-set.ts";
import { type CalicoOptions, eraOf } from "./era.ts";
import { rbac } from "./rbac.ts";
import { poolJob, typha } from "./typha.ts";

/** In the order in which they are applied. */
export const partNames = ["crds", "rbac", "config", "workloads"] as const;

export type PartName = (typeof partNames)[number];

export type CalicoParts = Readonly<Record<PartName, readonly KubeObject[]>>;

export function calicoParts(options: CalicoOptions): CalicoParts {
  const era = eraOf(options);
  return {
    crds: crds(era),
    rbac: rbac(era),
    config: config(era),
    workloads: [...poolJob(era), ...typha(era), daemonSet(era), ...controllers(era)],
  };
}

export function hostedCalico(options: CalicoOptions, only: readonly PartName[] = partNames): KubeObject[] {
  const parts = calicoParts(options);
  return partNames.filter((part) => only.includes(part)).flatMap((part) => parts[part]);
}

export function toYaml(objects: readonly KubeObject[]): string {
  return objects.map((object) => `---\n${stringify(object, { aliasDuplicateObjects: false })}`).join("");
}
