/**
 * The cases of what people set in upstream's manifests: what an upgrade would take away is named with object, field, value
 * before and after, by `preflight` and by `apply`; what it keeps is no finding.
 */
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseManifest } from "../../src/manifest/parse.ts";
import { customised, type Customisation } from "../calico/customised.ts";
import { toYaml } from "../calico/hosted-calico.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { KubeObject } from "../cluster/kube-object.ts";
import { manifests } from "./support/manifest-pairs.ts";
import { runPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

interface Finding {
  readonly id: string;
  readonly outcome: string;
  readonly severity: string;
  readonly because: string;
  readonly evidence: readonly { readonly object: string; readonly field: string; readonly value: string }[];
}

const pathOf = (minor: string, flavour: string): string => join(manifests, minor, `${flavour}.yaml`);

/** The rules that look at settings. */
const rules = ["M04", "M05", "M06", "M07", "M10", "M11", "M12", "M20", "M21"];

describe.skipIf(!existsSync(manifests))("settings of your own", { timeout: 180_000 }, () => {
  let cluster: Cluster;
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cases-settings-"));
    cluster = await testCluster({ kubeVersion: "1.36" });
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => cluster.resetCalico());

  async function kubectl(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await cluster.kubectl(args);
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  async function edited(minor: string, flavour: string, ...names: readonly Customisation[]): Promise<string> {
    const path = pathOf(minor, flavour);
    const objects = parseManifest(readFileSync(path, "utf8"), path).map(({ object }) => object);
    const file = join(folder, `${minor}-${flavour}-${names.join("-")}.yaml`);
    await writeFile(file, toYaml(customised(objects, ...names) as readonly KubeObject[]));
    return file;
  }

  /** What `preflight -f` finds, by id. */
  async function preflight(file: string) {
    const { stdout, stderr } = await runPlugin(cluster, ["preflight", "-o", "json", "-f", file]);
    expect([stdout === "", stderr]).toEqual([false, stderr]);
    const { findings, refusals = [] } = JSON.parse(stdout) as {
      readonly findings: readonly Finding[];
      readonly refusals?: readonly { readonly id?: string; readonly because: string }[];
    };
    return { byId: new Map(findings.map((each) => [each.id, each])), refusals };
  }

  const apply = (file: string) =>
    runPlugin(cluster, ["apply", "-f", file, "--dry-run=client", "--bundle-dir", join(folder, "bundles")]);

  const node = 'spec.template.spec.containers[name="calico-node"]';
  const set = "DaemonSet kube-system/calico-node";
  const config = "ConfigMap kube-system/calico-config";
  const cni = "data.cni_network_config.plugins";

  test.each<[Customisation, string, string, readonly (readonly [string, string, string])[]]>([
    [
      "own-cni",
      "M20",
      "error",
      [
        [config, `${cni}[type="calico"].ipam.assign_ipv6`, "true -> not set"],
        [config, `${cni}[type="calico"].container_settings`, '{"allow_ip_forwarding":true} -> not set'],
        [
          config,
          `${cni}[type="tuning"]`,
          '{"type":"tuning","sysctl":{"net.core.somaxconn":"4096"}} -> not set',
        ],
      ],
    ],
    [
      "own-probes",
      "M07",
      "warning",
      [
        [set, `${node}.livenessProbe.timeoutSeconds`, "60 -> 10"],
        [set, `${node}.readinessProbe.timeoutSeconds`, "60 -> 10"],
      ],
    ],
    [
      "own-resources",
      "M07",
      "warning",
      [
        [set, `${node}.resources.requests.cpu`, "500m -> 250m"],
        [set, `${node}.resources.requests.memory`, "300Mi -> not set"],
        [set, `${node}.resources.limits`, '{"memory":"1Gi"} -> not set'],
      ],
    ],
    [
      "sidecar",
      "M07",
      "warning",
      [
        [
          set,
          'spec.template.spec.containers[name="log-shipper"]',
          expect.stringMatching(/registry\.example\/log-shipper:1.* -> not set/) as string,
        ],
        [
          set,
          'spec.template.spec.volumes[name="logs"]',
          expect.stringMatching(/\/var\/log\/calico.* -> not set/) as string,
        ],
      ],
    ],
    [
      "annotations",
      "M07",
      "warning",
      [
        [
          set,
          "spec.template.metadata.annotations",
          '{"prometheus.io/port":"9091","prometheus.io/scrape":"true"} -> not set',
        ],
      ],
    ],
    [
      "own-strategy",
      "M07",
      "warning",
      [[set, "spec.updateStrategy.rollingUpdate.maxUnavailable", "10% -> 1"]],
    ],
    [
      "few-controllers",
      "M07",
      "warning",
      [
        [
          "Deployment kube-system/calico-kube-controllers",
          'spec.template.spec.containers[name="calico-kube-controllers"].env[name="ENABLED_CONTROLLERS"]',
          "policy,namespace,serviceaccount -> node,loadbalancer",
        ],
      ],
    ],
    [
      "cross-subnet",
      "M10",
      "error",
      [[set, `${node}.env[name="CALICO_IPV4POOL_IPIP"]`, "CrossSubnet -> Always"]],
    ],
  ])("%s is named before v3.30's own manifest takes it away", async (name, id, severity, fields) => {
    await kubectl("apply", "-f", await edited("v3.29", "kdd", name));
    const file = pathOf("v3.30", "kdd");
    const { byId } = await preflight(file);
    const found = byId.get(id);
    expect(found).toMatchObject({ outcome: "fail", severity });
    for (const [object, field, value] of fields)
      expect(found?.evidence).toContainEqual({ object, field, value });
    const others = rules.filter((each) => each !== id).map((each) => [each, byId.get(each)?.outcome]);
    expect(others).toEqual(others.map(([each]) => [each, "pass"]));
    const { code, stderr } = await apply(file);
    expect(stderr).toContain(id);
    for (const [object, field] of fields)
      expect(stderr).toContain(`${object} ${field.replace("spec.template.spec.", "")}: `);
    if (severity === "error") expect(code).toBe(1);
    else expect(stderr).toContain(`: 0 kept, ${fields.length} lost or changed`);
  });

  test("few-controllers, own-cni and own-probes: the command for one object names it as well", async () => {
    const live = await edited("v3.29", "kdd", "few-controllers", "own-cni", "own-probes");
    await kubectl("apply", "-f", live);
    const run = (...args: readonly string[]) =>
      runPlugin(cluster, [...args, "-f", pathOf("v3.30", "kdd"), "--dry-run=client"]);
    const controller = await run("controller");
    expect(controller.stderr).toMatch(/M07: Deployment \S+ \S+ENABLED_CONTROLLERS.*: policy,namespace/);
    const configMap = await run("configmap");
    expect([configMap.code, configMap.stderr]).toEqual([1, expect.stringMatching(/M20: ConfigMap .*tuning/)]);
    const nodes = await run("node", "node-01", "--template-only");
    expect(nodes.stderr).toMatch(/M07: DaemonSet .*livenessProbe\.timeoutSeconds: 60 -> 10/);
    for (const { stderr } of [controller, nodes]) expect(stderr).not.toContain("M20");
  });

  test("own-probes: whoever looks at saved facts with a file is told the same", async () => {
    await kubectl("apply", "-f", await edited("v3.29", "kdd", "own-probes", "cross-subnet"));
    const facts = join(folder, "facts.json");
    await runPlugin(cluster, ["preflight", "--save-facts", facts]);
    const live = (await preflight(pathOf("v3.30", "kdd"))).byId;
    const file = pathOf("v3.30", "kdd");
    const saved = ["--facts", facts, "-f", file];
    const { stdout } = await runPlugin(cluster, ["preflight", "-o", "json", ...saved]);
    const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
    for (const id of rules) expect(findings.find((each) => each.id === id)).toEqual(live.get(id));
    expect(live.get("M10")?.outcome).toBe("fail");
  });

  test("nobody who changed nothing is told of a setting of his own", async () => {
    await kubectl("apply", "-f", pathOf("v3.29", "kdd"));
    const { byId } = await preflight(pathOf("v3.30", "kdd"));
    expect(rules.map((each) => [each, byId.get(each)?.outcome])).toEqual(rules.map((each) => [each, "pass"]));
    expect((await apply(pathOf("v3.30", "kdd"))).stderr).not.toContain("your settings");
  });

  test("autodetection-by-set-env: what survives the apply is said to be kept, and blocks nothing", async () => {
    await kubectl("apply", "-f", pathOf("v3.29", "kdd"));
    const setEnv = ["-n", "kube-system", "set", "env", "ds/calico-node", "-c", "calico-node"];
    await kubectl(...setEnv, "IP_AUTODETECTION_METHOD=interface=eth1");
    const { byId, refusals } = await preflight(pathOf("v3.30", "kdd"));
    expect(byId.get("M04")).toMatchObject({
      outcome: "pass",
      because: expect.stringMatching(/kept: .*IP_AUTODETECTION_METHOD.*: interface=eth1/) as string,
    });
    expect([byId.get("M06")?.outcome, byId.get("M07")?.outcome, refusals]).toEqual(["pass", "pass", []]);
    expect((await apply(pathOf("v3.30", "kdd"))).stderr).toContain(": 1 kept, none lost");
  });

  test("typha-replicas: 3 becomes 1 is named; scaled by hand it is the conflict that stops apply (H14)", async () => {
    await kubectl("apply", "-f", await edited("v3.29", "kdd-typha", "typha-replicas"));
    const file = pathOf("v3.30", "kdd-typha");
    const replicas = {
      object: "Deployment kube-system/calico-typha",
      field: "spec.replicas",
      value: "3 -> 1",
    };
    expect((await preflight(file)).byId.get("M07")?.evidence).toEqual([replicas]);

    await kubectl("apply", "-f", pathOf("v3.29", "kdd-typha"));
    await kubectl("-n", "kube-system", "scale", "deploy/calico-typha", "--replicas=3");
    const { refusals, byId } = await preflight(file);
    expect(byId.get("M07")?.evidence).toEqual([replicas]);
    expect(refusals).toEqual([
      {
        id: "H14",
        because: expect.stringContaining('calico-typha: .spec.replicas was set by "kubectl"') as string,
      },
    ]);
    const { code, stderr } = await apply(file);
    expect([code, stderr]).toEqual([1, expect.stringContaining("H14: ")]);
  });

  test("api-server-of-ebpf: eBPF would lose the only address of the API server, which is an error", async () => {
    await kubectl("apply", "-f", await edited("v3.30", "kdd-bpf", "api-server"));
    const { byId } = await preflight(pathOf("v3.32", "kdd-bpf"));
    expect(byId.get("M21")).toMatchObject({
      outcome: "fail",
      severity: "error",
      evidence: [
        { object: config, field: "data.kubernetes_service_host", value: "10.11.12.13 -> not set" },
        { object: config, field: "data.kubernetes_service_port", value: "6443 -> not set" },
      ],
    });
  });

  test("older-cni: a CNI plugin of v3.28.5 beside a calico-node of v3.30.7 is an error", async () => {
    await kubectl("apply", "-f", pathOf("v3.29", "kdd"));
    const file = await edited("v3.30", "kdd", "older-cni");
    expect((await preflight(file)).byId.get("M22")).toMatchObject({
      outcome: "fail",
      severity: "error",
      because: expect.stringMatching(/calico-node .*v3\.30\.7.*calico\/cni:v3\.28\.5/) as string,
    });
    const { code, stderr } = await apply(file);
    expect([code, stderr]).toEqual([1, expect.stringContaining("M22")]);
  });
});
