import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CalicoOptions } from "../calico/era.ts";
import { hostedCalico, partNames, toYaml, type PartName } from "../calico/hosted-calico.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { bundlesIn } from "./beginning.ts";
import { install } from "./install.ts";
import type { Story } from "./story.ts";

export interface Upgrade extends Pick<Story, "kubeVersion" | "cordoned"> {
  readonly old: CalicoOptions;
  readonly next: CalicoOptions;
  /** Of both manifests; all by default. */
  readonly parts?: readonly PartName[];
  /** Of the next release, which are there before the command begins. */
  readonly before?: readonly PartName[];
}

/** A command that takes Calico from one manifest to the next: `words` and `-f`. */
export function upgradeStory(words: readonly string[], upgrade: Upgrade): Story {
  const { kubeVersion, old, next, parts = partNames, before = [], cordoned } = upgrade;
  return {
    name: `${words[0] ?? ""}, ${old.version} → ${next.version}`,
    kubeVersion,
    prepare: async (cluster: Cluster, folder: string) => {
      await writeFile(nextFile(folder), toYaml(hostedCalico(next, parts)));
      await install(cluster, folder, hostedCalico(old, parts));
      await cluster.apply(hostedCalico(next, before));
    },
    command: (folder) => [...words, "-f", nextFile(folder), ...quickIn(folder)],
    ...(cordoned === undefined ? {} : { cordoned }),
  };
}

export function nextFile(folder: string): string {
  return join(folder, "next.yaml");
}

/** No waiting, and all bundles where the test finds them. */
export function quickIn(folder: string): readonly string[] {
  return ["--settle=0s", "--bundle-dir", bundlesIn(folder)];
}
