/**
 * Hazard H35 on real servers: on every sick cluster `preflight --for` and the dry run of that command give one answer,
 * and neither writes.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PreflightReport } from "../../src/render/preflight/kind.ts";
import type { CalicoOptions } from "../calico/era.ts";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { KubeVersion } from "../cluster/binaries/recipes.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject } from "../cluster/kube-object.ts";
import { poll } from "../cluster/wait.ts";
import { schemaErrorsOf } from "../unit/render/schema.ts";
import { nodes, patchDaemonSet, writes } from "./support/calico-cluster.ts";
import { runPlugin, type Result } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

interface Source {
  readonly kubeVersion: KubeVersion;
  readonly old: CalicoOptions;
  readonly next: CalicoOptions;
}

const ways: readonly Source[] = [
  { kubeVersion: "1.36", old: { version: "v3.29.7" }, next: { version: "v3.30.7" } },
  {
    kubeVersion: "1.15",
    old: { version: "v2.4.1", datastore: "etcd" },
    next: { version: "v2.5.1", datastore: "etcd" },
  },
];

const commands = ["apply", "node", "controller", "configmap"] as const;
type Command = (typeof commands)[number];

describe.each(ways)("Kubernetes $kubeVersion, Calico $old.version to $next.version", (way) => {
  let cluster: Cluster;
  let folder: string;
  let file: string;
  const [old, next] = [hostedCalico(way.old), hostedCalico(way.next)];
  const deployment = next.find(({ kind }) => kind === "Deployment")?.metadata.name ?? "";
  const path = (group: string, resource: string, name: string) =>
    `/${group === "" ? "api/v1" : `apis/${group}/v1`}/namespaces/kube-system/${resource}/${name}`;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: way.kubeVersion, audit: "Request" });
    folder = await mkdtemp(join(tmpdir(), "one-answer-"));
    file = await written(next);
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await cluster?.stop();
  });

  let count = 0;
  async function written(objects: readonly KubeObject[]): Promise<string> {
    const name = join(folder, `${String((count += 1))}.yaml`);
    await writeFile(name, toYaml(objects));
    return name;
  }

  async function install(objects: readonly KubeObject[]): Promise<void> {
    await cluster.resetCalico();
    const { code, stderr } = await cluster.kubectl(["apply", "-f", await written(objects)]);
    if (code !== 0) throw new Error(stderr);
    await workloadsReady(cluster);
  }

  const argsOf = (command: Command, manifest: string): readonly string[] => [
    ...(command === "node" ? nodes : []),
    "-f",
    manifest,
  ];

  /** The two answers of each command, and that nobody wrote for them. */
  async function answers(manifest = file): Promise<Readonly<Record<string, readonly [boolean, boolean]>>> {
    const mark = await cluster.audit.mark();
    const found: Record<string, readonly [boolean, boolean]> = {};
    for (const command of commands) {
      // One command after the other, as somebody types them.
      const args = argsOf(command, manifest);
      const asked = await runPlugin(cluster, ["preflight", ...args, `--for=${command}`, "-o", "json"]);
      const dry = await runPlugin(cluster, [command, ...args, "--dry-run=server", "-o", "json"]);
      if (asked.stdout !== "") {
        const report = JSON.parse(asked.stdout) as PreflightReport;
        expect(schemaErrorsOf("preflight", report)).toEqual([]);
        expect(report.ready).toBe(asked.code === 0);
      }
      found[command] = [asked.code === 0, begins(dry)];
    }
    expect(await writes(cluster, mark)).toEqual([]);
    return found;
  }

  /** What is refused at the start prints no result, or has done nothing yet. */
  function begins({ code, stdout, stderr }: Result): boolean {
    return code === 0 || (stdout !== "" && !stderr.includes("error: the server would refuse"));
  }

  async function expectOneAnswer(ready: Partial<Record<Command, boolean>>, manifest?: string): Promise<void> {
    const found = await answers(manifest);
    for (const [command, [asked, dry]] of Object.entries(found))
      expect([command, asked]).toEqual([command, dry]);
    for (const [command, wanted] of Object.entries(ready))
      expect([command, found[command]?.[0]]).toEqual([command, wanted]);
  }

  const patch = async (where: string, body: unknown): Promise<void> => {
    await cluster.api.ask("PATCH", where, body);
  };

  test("a healthy cluster", async () => {
    await install(old);
    await expectOneAnswer({});
  });

  test("everything is as in the file", async () => {
    await install(next);
    await expectOneAnswer({ apply: true, node: true, controller: true, configmap: true });
  });

  test("H16: a silent node", async () => {
    await install(old);
    const heal = await cluster.faults.silentNode("node-03");
    try {
      await expectOneAnswer({ node: false });
    } finally {
      await heal();
    }
  });

  test("H18: calico-node of one node is not Ready", async () => {
    await install(old);
    const heal = await cluster.faults.runningNeverReady({
      node: "node-03",
      running: true,
      container: "calico-node",
    });
    try {
      await cluster.waitFor(
        "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dcalico-node",
        (pods) =>
          pods.some(
            (pod) =>
              at(pod, "spec", "nodeName") === "node-03" &&
              (at(pod, "status", "containerStatuses") as { ready: boolean }[] | undefined)?.some(
                ({ ready }) => !ready,
              ),
          ),
      );
      await expectOneAnswer({ apply: false, node: false });
    } finally {
      await heal();
    }
  });

  // v2.5.1 has the controller of v2.4.1: there is nothing that could be refused.
  const changed = way.kubeVersion === "1.36" ? { controller: false } : {};

  test("H13: somebody works on it", async () => {
    await install(old);
    const now = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    const lease = { run: "other/apply:1", holder: "jane@elsewhere/1", since: now, renewed: now };
    await patchDaemonSet(cluster, {
      metadata: { annotations: { "calico-upgrade/run": JSON.stringify(lease) } },
    });
    await expectOneAnswer({ apply: false, node: false, ...changed });
  });

  test("H14: somebody has set a value", async () => {
    await install(old);
    await patch(path("", "configmaps", "calico-config"), { data: { cni_network_config: "{}" } });
    await expectOneAnswer({});
  });

  test("H05: half of a kubectl replace, and a role that somebody has emptied", async () => {
    await install(old);
    await patch("/apis/rbac.authorization.k8s.io/v1/clusterroles/calico-node", { rules: [] });
    await expectOneAnswer({ node: false });
  });

  test("the controller is paused", async () => {
    await install(old);
    await patch(path("apps", "deployments", deployment), { spec: { paused: true } });
    await expectOneAnswer(changed);
  });

  test("the file was exported from another state", async () => {
    await install(old);
    const exported = next.map((object) => ({
      ...object,
      metadata: { ...object.metadata, resourceVersion: "1" },
    }));
    await expectOneAnswer(
      { apply: false, node: false, controller: false, configmap: false },
      await written(exported),
    );
  });

  test.runIf(way.kubeVersion === "1.36")("H30: a webhook on pods that fails closed", async () => {
    await install(next);
    const name = "fails-closed.example.org";
    const where = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    await cluster.api.ask("POST", where, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name },
      webhooks: [
        {
          name,
          failurePolicy: "Fail",
          sideEffects: "None",
          timeoutSeconds: 1,
          admissionReviewVersions: ["v1"],
          clientConfig: { service: { namespace: "default", name: "nobody", port: 443 } },
          rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
        },
      ],
    });
    const pod = { metadata: { name: "tried" }, spec: { containers: [{ name: "a", image: "a" }] } };
    const tried = async () =>
      (await cluster.request("POST", "/api/v1/namespaces/kube-system/pods?dryRun=All", pod)).status;
    try {
      await poll(async () => (await tried()) >= 400, { what: "the webhook in force" });
      const template = next.map((object) =>
        object.kind === "DaemonSet" || object.kind === "Deployment" ? withMark(object) : object,
      );
      await expectOneAnswer({ apply: false, node: false, controller: false }, await written(template));
    } finally {
      await cluster.api.ask("DELETE", `${where}/${name}`);
    }
  });
});

/** With another annotation of its pods. */
function withMark(object: KubeObject): KubeObject {
  const spec = object["spec"] as { readonly template: { readonly metadata?: object } };
  const { template } = spec;
  const metadata = { ...template.metadata, annotations: { mark: "new" } };
  return { ...object, spec: { ...spec, template: { ...template, metadata } } };
}
