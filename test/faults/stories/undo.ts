/** `undo` of a whole `apply`. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { bundlesIn } from "../beginning.ts";
import type { Story } from "../story.ts";
import { quickIn, type Upgrade, upgradeStory } from "../upgrade-story.ts";
import { runPlugin } from "../../e2e/support/plugin.ts";

/** Right after an upgrade: BGP peers are no part of the test. */
const justUpgraded = "--ignore-preflight-errors=H17";

function story(upgrade: Upgrade): Story {
  const apply = upgradeStory(["apply", "-y"], upgrade);
  let applied = "";
  return {
    name: `undo of ${apply.name}`,
    kubeVersion: upgrade.kubeVersion,
    prepare: async (cluster, folder) => {
      await apply.prepare(cluster, folder);
      const { code, stderr } = await runPlugin(cluster, apply.command(folder));
      if (code !== 0) throw new Error(stderr);
      const found = readdirSync(bundlesIn(folder), { recursive: true, encoding: "utf8" });
      applied = found.find((name) => /-apply-[0-9a-f]{6}$/.test(name)) ?? "no bundle";
    },
    command: (folder) => ["undo", join(bundlesIn(folder), applied), "-y", justUpgraded, ...quickIn(folder)],
    cordoned: ["node-03"],
  };
}

export const stories: readonly Story[] = [
  story({ kubeVersion: "1.36", old: { version: "v3.29.7" }, next: { version: "v3.30.7" } }),
  story({
    kubeVersion: "1.15",
    old: { version: "v2.4.1", datastore: "etcd" },
    next: { version: "v2.5.1", datastore: "etcd" },
  }),
];
