/** A cluster whose admission takes no new pod (hazard H30): the pod that runs is the only one there will be. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject } from "../cluster/kube-object.ts";
import { poll } from "../cluster/wait.ts";
import { writes } from "./support/calico-cluster.ts";
import { runPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

const namespace = "kube-system";
const name = "guard.example.org";
const servers = [
  { kubeVersion: "1.36", from: "v3.29.7", to: "v3.30.7", served: "v1" },
  { kubeVersion: "1.15", from: "v3.8.9", to: "v3.9.6", served: "v1beta1" },
] as const;

describe.each(servers)("Kubernetes $kubeVersion", ({ kubeVersion, from, to, served }) => {
  const webhooks = `/apis/admissionregistration.k8s.io/${served}/validatingwebhookconfigurations`;
  let cluster: Cluster;
  let next: string;
  let uids: Readonly<Record<string, string>>;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion, nodes: 2, audit: "Request" });
    const folder = await mkdtemp(join(tmpdir(), "admission-"));
    next = join(folder, "next.yaml");
    await writeFile(next, toYaml(hostedCalico({ version: to })));
  });
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    await cluster.resetCalico();
    await cluster.apply(hostedCalico({ version: from }));
    await workloadsReady(cluster);
    uids = await running();
  });
  afterEach(async () => {
    await cluster.request("DELETE", `${webhooks}/${name}`);
    await poll(async () => (await tried()) < 400, { what: "pods taken again" });
  });

  /** Calico's pods, by UID: one that was recreated is another one. */
  async function running(): Promise<Readonly<Record<string, string>>> {
    const { items } = (await cluster.api.ask("GET", `/api/v1/namespaces/${namespace}/pods`)) as {
      readonly items: readonly KubeObject[];
    };
    return Object.fromEntries(
      items.map((pod) => [String(pod.metadata.uid), String(at(pod, "status", "phase"))]),
    );
  }

  async function tried(): Promise<number> {
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    const { status } = await cluster.request("POST", `${pods}?dryRun=All`, {
      metadata: { name: "tried" },
      spec: { containers: [{ name: "a", image: "a" }] },
    });
    return status;
  }

  /** Nothing listens where it points to. */
  async function guard(failurePolicy: "Fail" | "Ignore", sideEffects: string): Promise<void> {
    await cluster.api.ask("POST", webhooks, {
      metadata: { name },
      webhooks: [
        {
          name: `pods.${name}`,
          admissionReviewVersions: [served],
          sideEffects,
          failurePolicy,
          timeoutSeconds: 3,
          clientConfig: { url: "https://127.0.0.1:1/check" },
          rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
        },
      ],
    });
    await poll(async () => (await tried()) >= 400, { what: "the webhook in force" });
  }

  const commands = {
    node: () => ["node", "node-01", "--restart"],
    controller: () => ["controller", "--restart", "-y"],
    configmap: () => ["configmap", "--set", "veth_mtu=1400", "-y"],
    apply: () => ["apply", "-f", next, "-y"],
  };

  async function change(command: keyof typeof commands) {
    const mark = await cluster.audit.mark();
    const flags = command === "controller" ? [] : ["--settle=0s"];
    const result = await runPlugin(cluster, [...commands[command](), ...flags]);
    return { ...result, written: await writes(cluster, mark) };
  }

  test.each(Object.keys(commands) as (keyof typeof commands)[])(
    "H30: %s keeps the pod that runs where a webhook that nobody answers would refuse the next one",
    async (command) => {
      await guard("Fail", "None");
      const { code, stderr, written } = await change(command);
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(new RegExp(`failed calling webhook "pods\\.${name}"`)),
      ]);
      // The lease of the run is taken and given back; nothing else.
      expect(written.filter((each) => /^delete |deployments|nodes\/node/.test(each))).toEqual([]);
      expect(await running()).toEqual(uids);
    },
  );

  // v1 takes no webhook that may have side effects.
  test.runIf(served === "v1beta1")(
    "H30: a webhook that refuses every dry run is told as what it is, and is no refusal of the pod",
    async () => {
      await guard("Ignore", "Unknown");
      const { code, stderr } = await change("node");
      expect([code, stderr]).toEqual([0, expect.stringContaining("unknown whether the server accepts")]);
      expect(stderr).toContain("dry run");
    },
  );
});
