/** Manifests as people have them: in UTF-16, behind a pattern in quotes, for another datastore, not filled in. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { KubeObject } from "../cluster/kube-object.ts";
import { eras, everything, outdatedCalico, writes } from "./support/calico-cluster.ts";
import { runPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

describe.each(eras)("Kubernetes $kubeVersion, Calico $calico.version", ({ kubeVersion, calico }) => {
  let cluster: Cluster;
  let folder = "";
  const at = (name: string): string => join(folder, name);
  const etcd = calico.datastore === "etcd";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "input-"));
    cluster = await testCluster({ kubeVersion, audit: "Request" });
    await outdatedCalico(cluster, calico);
    const yaml = toYaml(hostedCalico(calico));
    await writeFile(at("own.yaml"), yaml);
    await writeFile(at("powershell.yaml"), Buffer.from(`\uFEFF${yaml}`, "utf16le"));
    await writeFile(at("other.yaml"), toYaml(unfilled({ ...calico, datastore: etcd ? "kdd" : "etcd" })));
    await writeFile(at("unfilled.yaml"), toYaml(unfilled({ ...calico, datastore: "etcd" })));
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** As upstream publishes it: with the addresses of etcd still to be filled in. */
  function unfilled(options: typeof calico): KubeObject[] {
    const text = JSON.stringify(hostedCalico(options));
    return JSON.parse(
      text.replaceAll("http://127.0.0.1:2379", "http://<ETCD_IP>:<ETCD_PORT>"),
    ) as KubeObject[];
  }

  test.each([
    ["UTF-16, as PowerShell's > writes it", "powershell.yaml"],
    ["a pattern in quotes", "own.y*ml"],
  ])("a file is read as kubectl reads it: %s", async (_what, name) => {
    const { code, stderr } = await runPlugin(cluster, [
      "node",
      "node-01",
      "-f",
      at(name),
      "--template-only",
      "--dry-run=client",
    ]);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("error")]);
  });

  test.each([
    ["node", ["node", "node-01"], /^error: M02: the file is for the .* datastore/],
    ["node --print-missing", ["node", "--print-missing"], /^error: M02: the file is for the .* datastore/],
    ...(etcd ? [] : ([["controller", ["controller"], /is for the etcd datastore/]] as const)),
  ] as const)(
    "a file for another datastore: %s says that, and no advice that would put its values into the cluster",
    async (_command, args, said) => {
      const before = await everything(cluster);
      const mark = await cluster.audit.mark();
      const { code, stdout, stderr } = await runPlugin(cluster, [...args, "-f", at("other.yaml")]);
      expect({ code, stdout, written: await writes(cluster, mark) }).toEqual({
        code: 1,
        stdout: "",
        written: [],
      });
      expect(stderr).toMatch(said);
      expect(stderr).not.toContain("--print-missing");
      expect(await everything(cluster)).toEqual(before);
    },
  );

  test.runIf(etcd)(
    "--print-missing prints no ConfigMap with the placeholders of the published manifest",
    async () => {
      await cluster.api.ask("PATCH", "/api/v1/namespaces/kube-system/configmaps/calico-config", {
        data: { etcd_endpoints: null },
      });
      const { code, stdout, stderr } = await runPlugin(cluster, [
        "node",
        "-f",
        at("unfilled.yaml"),
        "--print-missing",
      ]);
      expect([code, stdout]).toEqual([1, expect.not.stringContaining("ETCD_IP")]);
      expect(stderr).toContain("still has the placeholder <ETCD_IP>: replace it with this cluster's value");
    },
  );
});
