/** What rules about ownership, health, manifests and hazards say on a real server. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CalicoOptions } from "../calico/era.ts";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { KubeVersion } from "../cluster/binaries/recipes.ts";
import { type Cluster, startCluster } from "../cluster/cluster.ts";
import { at, type KubeObject } from "../cluster/kube-object.ts";
import { runPlugin } from "./support/plugin.ts";

interface Era {
  readonly kubeVersion: KubeVersion;
  readonly old: CalicoOptions;
  readonly new: CalicoOptions;
  /** An apiVersion that this server does not serve. */
  readonly unserved: string;
}

const eras: readonly Era[] = [
  {
    kubeVersion: "1.36",
    old: { version: "v3.29.7" },
    new: { version: "v3.30.7" },
    unserved: "policy/v1beta1",
  },
  {
    kubeVersion: "1.15",
    old: { version: "v2.6.12", datastore: "kdd" },
    new: { version: "v3.0.12", datastore: "kdd" },
    unserved: "policy/v1",
  },
];

interface Finding {
  readonly id: string;
  readonly outcome: string;
  readonly severity: string;
  readonly because: string;
}

const namespace = "kube-system";

describe.each(eras)("Kubernetes $kubeVersion, Calico $old.version → $new.version", (era) => {
  let cluster: Cluster;
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "preflight-"));
    cluster = await startCluster({ kubeVersion: era.kubeVersion });
    await kubectl(["apply", "-f", "-"], toYaml(hostedCalico(era.old)));
    await workloadsReady(cluster);
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function kubectl(args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await cluster.kubectl(args, input === undefined ? {} : { input });
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  async function file(objects: readonly KubeObject[], name = "calico.yaml"): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, toYaml(objects));
    return path;
  }

  /** Findings by id, and the exit code. */
  async function preflight(...args: string[]) {
    const { code, stdout, stderr } = await runPlugin(cluster, ["preflight", "-o", "json", ...args]);
    expect([stdout === "", stderr]).toEqual([false, stderr]);
    const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
    return { code, byId: new Map(findings.map((finding) => [finding.id, finding])) };
  }

  const failing = (byId: ReadonlyMap<string, Finding>, letters: string) =>
    [...byId.values()]
      .filter(({ id, outcome }) => letters.includes(id.charAt(0)) && outcome !== "pass" && outcome !== "n/a")
      .map(({ id, outcome, severity }) => `${id} ${outcome} ${severity}`)
      .sort();

  test("a healthy install and upstream's next manifest: only what is to be known", async () => {
    const { byId } = await preflight("-f", await file(hostedCalico(era.new)));
    const found = failing(byId, "OSMH").filter((line) => line.includes("error"));
    expect(found).toEqual([]);
    // Whether images can be pulled is not known here, and never blocks.
    expect(byId.get("H21")).toMatchObject({ outcome: "unknown", severity: "info" });
    expect(byId.get("M16")).toMatchObject({ outcome: "pass" });
    expect(byId.get("H05")).toMatchObject({ outcome: "fail", severity: "info" });
  });

  test("what the file would lose, move or break is named, each by its own rule", async () => {
    // Applied with the old manifest: what is set by hand afterwards survives the new one.
    await kubectl(["apply", "-f", "-"], toYaml(hostedCalico(era.old).map(own)));
    await kubectl(["taint", "nodes", "node-03", "node-role.kubernetes.io/master=:NoSchedule"]);
    try {
      const spoiled = hostedCalico(era.new).map((object) => spoil(object, era));
      const extra: KubeObject = {
        apiVersion: era.unserved,
        kind: "PodDisruptionBudget",
        metadata: { name: "x", namespace },
        spec: { minAvailable: 1, selector: { matchLabels: { a: "b" } } },
      };
      const { code, byId } = await preflight("-f", await file([...spoiled, extra], "spoiled.yaml"));
      expect(code).toBe(1);
      for (const id of ["M04", "M06", "M07", "M08", "M09", "M10", "M14", "M15", "M16"])
        expect([id, byId.get(id)?.outcome, byId.get(id)?.because]).toEqual([id, "fail", expect.any(String)]);
      expect(byId.get("M09")?.because).toContain("node-03");
    } finally {
      await kubectl(["taint", "nodes", "node-03", "node-role.kubernetes.io/master-"]);
    }
  });

  test("M15: the server really refuses such a binding, and the fix makes it take it", async () => {
    const spoiled = hostedCalico(era.new)
      .filter(({ kind }) => kind === "ClusterRoleBinding")
      .map((object) => spoil(object, era));
    const path = await file(spoiled, "bindings.yaml");
    const refused = await cluster.kubectl(["apply", "-f", path]);
    expect(refused.stderr).toMatch(/cannot change roleRef/);
    const binding = spoiled.find(({ metadata }) => metadata.name === "calico-node");
    await kubectl(["delete", "clusterrolebinding", binding?.metadata.name ?? ""]);
    await kubectl(["apply", "-f", path]);
    await kubectl(["delete", "clusterrolebinding", binding?.metadata.name ?? ""]);
    await kubectl(
      ["apply", "-f", "-"],
      toYaml(hostedCalico(era.old).filter(({ kind }) => kind === "ClusterRoleBinding")),
    );
  });

  test("owners, leftovers and what is not healthy are seen by their marks", async () => {
    const set = ["-n", namespace, "daemonset/calico-node"];
    await kubectl([
      "label",
      ...set,
      "addonmanager.kubernetes.io/mode=Reconcile",
      "kustomize.toolkit.fluxcd.io/name=net",
    ]);
    await kubectl([
      "annotate",
      ...set,
      "meta.helm.sh/release-name=calico",
      'calico-upgrade/pinned-strategy={"type":"RollingUpdate"}',
    ]);
    const lease = JSON.stringify({
      run: "uid/1",
      holder: "jane",
      since: "2026-01-01T00:00:00Z",
      wasUnschedulable: false,
    });
    await kubectl(["annotate", "node", "node-01", `calico-upgrade/cordon=${lease}`]);
    await kubectl(["cordon", "node-01"]);
    await kubectl(["cordon", "node-02"]);
    await kubectl(["create", "-f", "-"], toYaml([account(), tigeraOperator()]));
    await kubectl(["delete", "serviceaccount", "-n", namespace, "calico-spare", "--wait=false"]);
    const { code, byId } = await preflight();
    expect(code).toBe(1);
    for (const id of ["O04", "O05", "O06", "O07", "S06", "S11", "H13", "H19"])
      expect([id, byId.get(id)?.outcome, byId.get(id)?.because]).toEqual([id, "fail", expect.any(String)]);
    expect(byId.get("H13")?.because).toContain("node-01");
    expect(byId.get("O02")?.outcome).toBe("pass");
    await kubectl([
      "patch",
      "serviceaccount",
      "-n",
      namespace,
      "calico-spare",
      "--type=merge",
      "-p",
      '{"metadata":{"finalizers":null}}',
    ]);
    expect((await preflight("--checks=S11")).byId.get("S11")?.outcome).toBe("pass");
  });

  test("H20: of two DaemonSets one has to be named", async () => {
    const own = hostedCalico(era.old).find(({ kind }) => kind === "DaemonSet");
    if (own === undefined) throw new Error("no DaemonSet");
    const labels = { "k8s-app": "calico-node-arm" };
    const template = { ...(at(own, "spec", "template") as object), metadata: { labels } };
    const second = {
      ...own,
      metadata: { ...own.metadata, name: "calico-node-arm", labels },
      spec: { ...(at(own, "spec") as object), selector: { matchLabels: labels }, template },
    };
    await kubectl(["create", "-f", "-"], toYaml([second]));
    expect(await runPlugin(cluster, ["preflight"])).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /^error: there are 2 calico-node DaemonSets: .*calico-node-arm; choose one with --daemonset/,
      ) as string,
    });
    const named = await preflight("--checks=S01", `--daemonset=${namespace}/calico-node`);
    expect(named.byId.get("S01")?.outcome).toBe("pass");
    await kubectl(["delete", "daemonset", "-n", namespace, "calico-node-arm"]);
  });
});

/** A manifest as somebody spoils it who does not look at what the cluster has. */
function spoil(object: KubeObject, { kubeVersion }: Era): KubeObject {
  if (object.kind === "ClusterRoleBinding" && object.metadata.name === "calico-node")
    return {
      ...object,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
    };
  if (object.kind !== "DaemonSet") return object;
  const spec = JSON.parse(
    JSON.stringify(object["spec"]).replaceAll('/opt/cni/bin"', '/usr/libexec/cni"'),
  ) as { template: { metadata: object; spec: Record<string, unknown> } };
  const labels = { "k8s-app": "other" };
  spec.template.metadata = { labels };
  spec.template.spec["containers"] = withEnv(spec.template.spec["containers"], {
    CALICO_NETWORKING_BACKEND: "vxlan",
  });
  spec.template.spec["tolerations"] = [];
  spec.template.spec["imagePullSecrets"] = [];
  return {
    ...object,
    apiVersion: "apps/v1",
    spec: { ...spec, selector: { matchLabels: labels } },
    metadata: { ...object.metadata, annotations: { era: kubeVersion } },
  };
}

/** Settings of somebody's own. */
function own(object: KubeObject): KubeObject {
  if (object.kind !== "DaemonSet") return object;
  const { template, ...spec } = object["spec"] as { template: { spec: Record<string, unknown> } };
  const containers = withEnv(template.spec["containers"], {
    IP_AUTODETECTION_METHOD: "interface=eth1",
    FELIX_LOGSEVERITYSYS: "warning",
    FELIX_IPINIPMTU: "1400",
  });
  return {
    ...object,
    spec: { ...spec, template: { ...template, spec: { ...template.spec, containers } } },
  };
}

function withEnv(containers: unknown, values: Readonly<Record<string, string>>): readonly object[] {
  return (containers as { readonly env: readonly { readonly name: string }[] }[]).map((container) => ({
    ...container,
    env: [
      ...container.env.filter(({ name }) => !(name in values)),
      ...Object.entries(values).map(([name, value]) => ({ name, value })),
    ],
  }));
}

function account(): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "calico-spare", namespace, finalizers: ["tigera.io/cni-protector"] },
  };
}

function tigeraOperator(): KubeObject {
  const labels = { name: "tigera-operator" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "tigera-operator", namespace: "default" },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "tigera-operator", image: "quay.io/tigera/operator:v1.36.2" }] },
      },
    },
  };
}
