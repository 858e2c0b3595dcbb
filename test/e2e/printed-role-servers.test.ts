/**
 * Kubernetes looks at `escalate` in its own way from release to release: the printed role, which names what it is for,
 * is enough on each of them, and not one right more than kubectl's user would need is asked for.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import { lines, runPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

test.each([
  { kubeVersion: "1.24", old: "v3.25.2", next: "v3.26.4" },
  { kubeVersion: "1.15", old: "v3.8.9", next: "v3.9.5" },
] as const)(
  "on Kubernetes $kubeVersion apply changes roles with no more than the role that it prints",
  async ({ kubeVersion, old, next }) => {
    const cluster = await testCluster({ kubeVersion, audit: "Metadata" });
    const folder = await mkdtemp(join(tmpdir(), "printed-role-"));
    try {
      await cluster.resetCalico();
      const file = async (version: string, more: readonly unknown[] = []): Promise<string> => {
        const objects = hostedCalico({ version });
        for (const object of objects)
          if (object.kind === "ClusterRole") object["rules"] = [...(object["rules"] as unknown[]), ...more];
        const path = join(folder, `${version}.yaml`);
        await writeFile(path, toYaml(objects));
        return path;
      };
      // What the user has not himself, which is what escalate is for.
      const rule = { apiGroups: ["example.com"], resources: ["widgets"], verbs: ["get"] };
      const kubectl = async (...args: readonly string[]): Promise<void> => {
        expect(await cluster.kubectl([...args])).toMatchObject({ code: 0 });
      };
      await kubectl("apply", "--validate=false", "-f", await file(old));
      await workloadsReady(cluster);
      const user = "upgrader";
      const kubeconfig = await cluster.userKubeconfig({ name: user });
      const { stdout } = await runPlugin(cluster, ["preflight", "--print-role=apply"]);
      await writeFile(join(folder, "role.yaml"), stdout);
      await kubectl("apply", "-f", join(folder, "role.yaml"));
      for (const line of lines(stdout).filter((each) => each.startsWith("#   kubectl ")))
        await kubectl(...line.slice("#   kubectl ".length).replace("USER", user).split(" "));

      const mark = await cluster.audit.mark();
      const ran = await runPlugin(
        cluster,
        [
          "apply",
          "-f",
          await file(next, [rule]),
          "-y",
          "--settle=0s",
          "--ignore-preflight-errors=all",
          "--bundle-dir",
          join(folder, "bundles"),
        ],
        { kubeconfig },
      );
      expect([ran.code, ran.stderr]).toEqual([0, expect.any(String)]);
      const requests = await cluster.audit.since(mark, { user, stages: ["ResponseComplete"] });
      const roles = requests.filter(({ uri, verb }) => verb !== "get" && /\/clusterroles\//.test(uri));
      // Else there was nothing to escalate.
      expect(roles.some(({ code }) => (code ?? 500) < 300)).toBe(true);
      expect(requests.filter(({ code }) => code === 403).map(({ verb, uri }) => `${verb} ${uri}`)).toEqual(
        [],
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
      await cluster.resetCalico();
      await cluster.stop();
    }
  },
  300_000,
);
