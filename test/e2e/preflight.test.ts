/** `preflight` on real servers: what is found, what may not be read, and what somebody else sees of it. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PreflightReport } from "../../src/render/preflight/kind.ts";
import { hostedCalico } from "../calico/hosted-calico.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { KubeObject } from "../cluster/kube-object.ts";
import { schemaErrorsOf } from "../unit/render/schema.ts";
import { eras, freshCalico, writes } from "./support/calico-cluster.ts";
import { pluginEnv, runPlugin, type RunOptions } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

const folder = mkdtempSync(join(tmpdir(), "preflight-"));

async function report(
  cluster: Cluster,
  args: readonly string[],
  options: RunOptions = {},
): Promise<PreflightReport & { readonly code: number }> {
  const { stdout, stderr, code } = await runPlugin(cluster, ["preflight", ...args, "-o", "json"], options);
  if (stdout === "") throw new Error(stderr);
  const result = JSON.parse(stdout) as PreflightReport;
  expect(schemaErrorsOf("preflight", result)).toEqual([]);
  return { ...result, code };
}

describe.each(eras)("Kubernetes $kubeVersion with Calico $calico.version", (era) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: era.kubeVersion, audit: "Metadata" });
    await freshCalico(cluster, era.calico);
  });
  afterAll(() => cluster?.stop());

  test("a healthy cluster may be touched; it is told how far it can go, and nothing is written", async () => {
    const mark = await cluster.audit.mark();
    const { code, ready, from, reachable, findings } = await report(cluster, []);
    expect({ code, ready, from }).toEqual({ code: 0, ready: true, from: era.calico.version });
    expect(reachable?.length).toBeGreaterThan(0);
    expect(findings).toContainEqual(expect.objectContaining({ id: "S01", outcome: "pass" }));
    expect(await writes(cluster, mark)).toEqual([]);
  });

  test("a node that is not Ready is found", async () => {
    const heal = await cluster.faults.silentNode("node-03");
    try {
      const { findings } = await report(cluster, ["--checks", "S01"]);
      expect(findings).toMatchObject([
        {
          id: "S01",
          outcome: "fail",
          evidence: [{ object: "Node node-03", value: expect.any(String) as string }],
        },
      ]);
    } finally {
      await heal();
    }
  });

  test("somebody else sees the same in the facts file, without the cluster; Secrets are not in it", async () => {
    await cluster.api.ask("POST", "/api/v1/namespaces/kube-system/secrets", {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "calico-etcd-secrets-of-test" },
      stringData: { "etcd-key": "never-to-be-seen" },
    });
    const file = join(folder, `facts-${era.kubeVersion}.json`);
    const to = era.kubeVersion === "1.36" ? "v3.31.7" : "v2.6.12";
    try {
      for (const command of [
        ["preflight", "--to", to],
        ["status"],
        ["plan", "--to", to],
        ["migrate-policy", "--what-if"],
      ]) {
        const live = await runPlugin(cluster, [...command, "--save-facts", file, "-o", "json"]);
        const text = readFileSync(file, "utf8");
        expect(text).not.toContain("never-to-be-seen");
        expect(text).not.toContain(Buffer.from("never-to-be-seen").toString("base64"));
        expect(statSync(file).mode & 0o777).toBe(0o600);
        const again = await runPlugin(cluster, [...command, "--facts", file, "-o", "json"], {
          env: { KUBECONFIG: join(folder, "nothing") },
        });
        expect(again).toEqual(live);
        expect(live.stdout).not.toBe("");
      }
    } finally {
      await cluster.api.ask("DELETE", "/api/v1/namespaces/kube-system/secrets/calico-etcd-secrets-of-test");
    }
  });
});

describe("on a server of today", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: "1.36", audit: "Metadata" });
    await cluster.resetCalico();
    await cluster.apply(calicoOf("v3.13.4"));
    for (const [kind, name, spec] of objects) {
      const group =
        kind === "AdminNetworkPolicy" ? "policy.networking.k8s.io/v1alpha1" : "crd.projectcalico.org/v1";
      const plural = kind === "AdminNetworkPolicy" ? "adminnetworkpolicies" : "hostendpoints";
      await cluster.api.ask("POST", `/apis/${group}/${plural}`, {
        apiVersion: group,
        kind,
        metadata: { name },
        spec,
      });
    }
  });
  afterAll(async () => {
    await cluster?.resetCalico();
    await cluster?.stop();
  });

  const objects: readonly (readonly [string, string, object])[] = [
    ["HostEndpoint", "every-interface", { interfaceName: "*", node: "node-01" }],
    ["HostEndpoint", "one-interface", { interfaceName: "eth0", node: "node-01" }],
    ["AdminNetworkPolicy", "no-metadata-service", { priority: 10 }],
  ];

  /** The images of an older release in manifests that this server takes. */
  function calicoOf(version: string): KubeObject[] {
    const text = JSON.stringify(hostedCalico({ version: "v3.29.7" }));
    return JSON.parse(text.replaceAll(":v3.29.7", `:${version}`)) as KubeObject[];
  }

  test("B14 and B33: what the new release would treat differently is found and named", async () => {
    const { code, findings } = await report(cluster, ["--to", "v3.32.1", "--checks", "B14,B33"]);
    expect(code).toBe(1);
    expect(findings).toMatchObject([
      { id: "B14", outcome: "fail", evidence: [{ object: "HostEndpoint every-interface", value: "*" }] },
      { id: "B33", outcome: "fail", evidence: [{ object: "AdminNetworkPolicy no-metadata-service" }] },
    ]);
  });

  test("who may not read is told what is not known, and that stands in the way", async () => {
    const kubeconfig = await cluster.userKubeconfig({
      rules: [
        { resources: ["nodes", "pods", "configmaps"], verbs: ["get", "list"] },
        { apiGroups: ["apps"], resources: ["*"], verbs: ["get", "list"] },
      ],
    });
    const { code, findings } = await report(cluster, ["--to", "v3.32.1", "--checks", "B14,B33"], {
      kubeconfig,
    });
    expect(code).toBe(1);
    expect(findings).toMatchObject([
      {
        id: "B14",
        outcome: "unknown",
        blocks: true,
        because: expect.stringContaining("hostEndpoints forbidden") as string,
      },
      {
        id: "B33",
        outcome: "unknown",
        blocks: true,
        because: expect.stringContaining("cannot list") as string,
      },
    ]);
  });

  test("node -f asks the same rules before its first write, and goes on when they are ignored", async () => {
    const file = join(folder, "calico.json");
    writeFileSync(
      file,
      JSON.stringify({ apiVersion: "v1", kind: "List", items: hostedCalico({ version: "v3.29.7" }) }),
    );
    const mark = await cluster.audit.mark();
    const refused = await runPlugin(cluster, ["node", "node-01", "-f", file]);
    expect(refused).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/B14: HostEndpoints of all interfaces .*every-interface/) as string,
    });
    expect(await writes(cluster, mark)).toEqual([]);
    const [, ids = ""] = /--ignore-preflight-errors=(\S+)/.exec(refused.stderr) ?? [];
    const dry = ["node", "node-01", "-f", file, "--dry-run=server", `--ignore-preflight-errors=${ids}`];
    const ignored = await runPlugin(cluster, dry);
    expect([ignored.code, ignored.stderr]).toEqual([0, expect.stringContaining("Warning: B14: ")]);
  });

  test("S05: the roles that are printed are enough, and the server takes them", async () => {
    const name = "upgrader";
    const kubeconfig = await cluster.userKubeconfig({
      name,
      rules: [
        { resources: ["nodes", "pods", "configmaps"], verbs: ["get", "list"] },
        { apiGroups: ["apps"], resources: ["daemonsets"], verbs: ["get", "list"] },
      ],
    });
    const args = ["preflight", "--to", "v3.14.2", "--checks", "S05"];
    const before = await runPlugin(cluster, args, { kubeconfig });
    expect(before.code).toBe(1);
    const yaml = before.stdout.slice(
      before.stdout.indexOf("apiVersion:"),
      before.stdout.indexOf("What is behind one"),
    );
    const kubectl = async (...given: readonly string[]) =>
      await promisify(execFile)("kubectl", [...given], { env: pluginEnv(cluster) });
    const file = join(folder, "roles.yaml");
    writeFileSync(file, yaml);
    try {
      await kubectl("apply", "-f", file);
      await kubectl(
        "create",
        "clusterrolebinding",
        "calico-upgrade",
        "--clusterrole=calico-upgrade",
        `--user=${name}`,
      );
      await kubectl(
        "create",
        "-n",
        "kube-system",
        "rolebinding",
        "calico-upgrade",
        "--role=calico-upgrade",
        `--user=${name}`,
      );
      const after = await runPlugin(cluster, args, { kubeconfig });
      expect(after.stdout).toContain("√ S05");
      expect(after.code).toBe(0);
    } finally {
      await kubectl("delete", "clusterrolebinding", "calico-upgrade", "--ignore-not-found");
      await kubectl("delete", "-n", "kube-system", "rolebinding", "calico-upgrade", "--ignore-not-found");
      await kubectl("delete", "-f", file, "--ignore-not-found");
    }
  });
});
