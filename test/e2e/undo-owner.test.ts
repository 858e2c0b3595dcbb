/** Whose an object is after `undo` (hazard H14): the user's next apply of the old file has nothing to do. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CalicoOptions } from "../calico/era.ts";
import { workloadsReady } from "../calico/install.ts";
import type { KubeVersion } from "../cluster/binaries/recipes.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject } from "../cluster/kube-object.ts";
import { nodes, writes } from "./support/calico-cluster.ts";
import { type HopFiles, writeHop } from "./support/hop-files.ts";
import { installed, listInstalled } from "./support/installed.ts";
import { runPlugin } from "./support/plugin.ts";
import { secondsPass } from "./support/seconds-pass.ts";
import { testCluster } from "./test-cluster.ts";

interface Story {
  readonly kubeVersion: KubeVersion;
  readonly old: CalicoOptions;
  readonly next: CalicoOptions;
  /** How kubectl installs; servers before 1.16 know one way only. */
  readonly ways: readonly ("client-side" | "server-side")[];
}

const stories: readonly Story[] = [
  {
    kubeVersion: "1.36",
    // v3.26 takes a right of calico-node away, so that going back begins with giving it again (H01).
    old: { version: "v3.25.2" },
    next: { version: "v3.26.5" },
    ways: ["client-side", "server-side"],
  },
  {
    kubeVersion: "1.24",
    old: { version: "v3.21.6" },
    next: { version: "v3.22.5" },
    ways: ["client-side", "server-side"],
  },
  {
    kubeVersion: "1.15",
    old: { version: "v3.8.9" },
    next: { version: "v3.9.6" },
    ways: ["client-side"],
  },
];

/** Releases of other servers, and pods that have only just started, are no part of the test. */
const quick = ["-y", "--settle=0s", "--ignore-preflight-errors=all"];

type Command = "apply" | "controller" | "configmap" | "node";

describe.each(stories)("Kubernetes $kubeVersion, $next.version → $old.version", (story) => {
  const { kubeVersion, old, next, ways } = story;
  let cluster: Cluster;
  let folder: string;
  let files: HopFiles;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion, audit: "Request" });
    folder = await mkdtemp(join(tmpdir(), "undo-owner-"));
    files = await writeHop(folder, { old, next }, { typha: kubeVersion === "1.36" });
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await cluster?.stop();
  });

  const run = (...args: readonly string[]) =>
    runPlugin(cluster, [...args, ...quick, "--bundle-dir", join(folder, "bundles")]);

  async function kubectlApply(way: Story["ways"][number]): Promise<void> {
    const flags = way === "server-side" ? ["--server-side"] : [];
    const { code, stderr } = await cluster.kubectl(["apply", "--validate=false", ...flags, "-f", files.old]);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("conflict")]);
  }

  /** Everything of Calico's, and who owns which field of it: what controllers note of a status left out. */
  async function owned(): Promise<unknown> {
    const managers = (await listInstalled(cluster)).map(({ metadata }) => [
      metadata.name,
      managersOf(metadata),
    ]);
    return { managers, content: await installed(cluster) };
  }

  function managersOf(metadata: KubeObject["metadata"]): readonly string[] {
    const entries = (at(metadata, "managedFields") ?? []) as readonly Record<string, unknown>[];
    return entries
      .filter(({ subresource }) => subresource !== "status")
      .map(
        ({ manager, operation, fieldsV1 }) => `${String(operation)} ${String(manager)}: ${sorted(fieldsV1)}`,
      )
      .toSorted();
  }

  const runOf: Readonly<Record<Command, () => readonly string[]>> = {
    apply: () => ["apply", "-f", files.next],
    controller: () => ["controller", "-f", files.next],
    configmap: () => ["configmap", "--set", "veth_mtu=1400"],
    node: () => ["node", ...nodes, "-f", files.next, "--template-only"],
  };

  describe.each(ways)("installed by kubectl apply, %s", (way) => {
    test.each(Object.keys(runOf) as Command[])(
      "H14: undo of %s: managers and last-applied are as they were; the next apply of the old file, kubectl's and ours, has nothing to do",
      async (command) => {
        await cluster.resetCalico();
        await kubectlApply(way);
        await workloadsReady(cluster);
        // What started before values changed is told from what started after by seconds (H25).
        if (command === "configmap") await secondsPass(cluster);
        const before = await owned();
        const ran = await run(...runOf[command]());
        expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining("saved in")]);
        expect(await owned()).not.toEqual(before);
        const [, bundle = ""] = /saved in ([^;\s]+)/.exec(ran.stderr) ?? [];
        if (command === "configmap") await secondsPass(cluster);
        const undone = await run("undo", bundle);
        expect([undone.code, undone.stderr]).toEqual([0, expect.any(String)]);
        expect(await owned()).toEqual(before);
        await workloadsReady(cluster);

        const mark = await cluster.audit.mark();
        const own = await run("apply", "-f", files.old);
        expect([own.code, own.stderr]).toEqual([0, expect.stringMatching(/: nothing to do$/m)]);
        expect(await writes(cluster, mark)).toEqual([]);
        await kubectlApply(way);
        expect(await owned()).toEqual(before);
        const again = await run("undo", bundle);
        expect([again.code, again.stderr]).toEqual([0, expect.stringContaining("nothing to undo")]);
      },
    );
  });
});

/** One text for one set of fields: servers write them in any order. */
function sorted(fields: unknown): string {
  return JSON.stringify(fields, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
