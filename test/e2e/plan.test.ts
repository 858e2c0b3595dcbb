/** `plan` on a real server: what it says is done, and whether its plain commands really do it. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { UpgradePlan } from "../../src/plan/upgrade/plan.ts";
import type { CalicoOptions } from "../calico/era.ts";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { KubeVersion } from "../cluster/binaries/recipes.ts";
import { type Cluster, startCluster } from "../cluster/cluster.ts";
import { at, type KubeObject } from "../cluster/kube-object.ts";
import { schemaErrorsOf } from "../unit/render/schema.ts";
import { daemonSet, nodes, podOf } from "./support/calico-cluster.ts";
import { pluginEnv, runPlugin, type RunOptions } from "./support/plugin.ts";

interface Route {
  readonly kubeVersion: KubeVersion;
  readonly old: CalicoOptions;
  readonly new: CalicoOptions;
}

const ways: readonly Route[] = [
  { kubeVersion: "1.36", old: { version: "v3.29.7" }, new: { version: "v3.30.7" } },
  {
    kubeVersion: "1.15",
    old: { version: "v1.6.1", datastore: "etcd" },
    new: { version: "v2.5.1", datastore: "etcd" },
  },
];

const patience = 60_000;

describe.each(ways)("Kubernetes $kubeVersion, Calico $old.version → $new.version", (way) => {
  let cluster: Cluster;
  let folder = "";
  const target = hostedCalico(way.new);
  const of = (...kinds: string[]) => target.filter(({ kind }) => kinds.includes(kind));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "plan-"));
    cluster = await startCluster({ kubeVersion: way.kubeVersion });
    const applied = await cluster.kubectl(["apply", "-f", "-"], { input: toYaml(hostedCalico(way.old)) });
    if (applied.code !== 0) throw new Error(applied.stderr);
    await workloadsReady(cluster);
    // The parts that the plan's remarks ask for, made of the target's manifest.
    const held = of("DaemonSet").map((object) => ({
      ...object,
      spec: { ...(object["spec"] as object), updateStrategy: { type: "OnDelete" } },
    }));
    const files: Readonly<Record<string, readonly KubeObject[]>> = {
      "calico.yaml": target,
      "crds-rbac.yaml": of(
        "CustomResourceDefinition",
        "ServiceAccount",
        "ClusterRole",
        "ClusterRoleBinding",
        "Role",
        "RoleBinding",
      ),
      "controller.yaml": of("Deployment", "PodDisruptionBudget"),
      "configmap.yaml": of("ConfigMap"),
      "calico-node.yaml": held,
    };
    for (const [name, objects] of Object.entries(files)) {
      await writeFile(join(folder, name), toYaml(objects));
    }
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function plan(args: readonly string[], options: RunOptions = {}): Promise<UpgradePlan> {
    const flags = ["plan", "-f", join(folder, "calico.yaml"), "-o", "json", ...args];
    const { code, stdout, stderr } = await runPlugin(cluster, flags, options);
    expect([code, stderr]).toEqual([0, stderr]);
    const made = JSON.parse(stdout) as UpgradePlan;
    expect(schemaErrorsOf("upgrade-plan", made)).toEqual([]);
    return made;
  }

  const statesOf = ({ hops }: UpgradePlan) =>
    Object.fromEntries((hops[0]?.steps ?? []).map(({ id, state, because }) => [id, [state, because]]));

  /** What the plan says of one step now; once the release runs everywhere there is no hop left. */
  async function stateOf(id: string): Promise<string | undefined> {
    return statesOf(await plan([]))[id]?.[0];
  }

  async function shell(commands: readonly string[]): Promise<void> {
    const child = spawn("bash", ["-euo", "pipefail", "-c", commands.join("\n")], {
      cwd: folder,
      // Commands of the program are among them.
      env: { ...process.env, ...pluginEnv(cluster) },
    });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, said]).toEqual([0, said]);
  }

  /** `kubectl get … -w` until the pod is Ready: that is when somebody at the keyboard goes on. */
  async function watchUntilReady(command: string, old: string): Promise<void> {
    const child = spawn("bash", ["-c", `exec ${command}`], { env: { ...process.env, ...cluster.env } });
    const timer = setTimeout(() => child.kill(), patience);
    await new Promise<void>((resolve) => {
      let said = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        const ready = said
          .split("\n")
          .some((line) => /\s(\d+)\/\1\s+Running/.test(line) && !line.startsWith(`${old} `));
        if (ready) child.kill();
      });
      child.on("close", () => resolve());
    });
    clearTimeout(timer);
  }

  test("what is left to do is told, and what could not be looked at is unknown", async () => {
    expect(statesOf(await plan([]))).toMatchObject({
      expand: ["todo", expect.stringMatching(/(is|are) not there|does not allow|has no key/) as string],
      controller: ["todo", expect.any(String) as string],
      template: ["todo", expect.stringMatching(/^DaemonSet calico-node is not as in /) as string],
      nodes: ["todo", `0 of 3 nodes run ${way.new.version}`],
      contract: ["todo", "the nodes come first"],
    });
    const read = { verbs: ["get", "list", "watch"] };
    const kubeconfig = await cluster.userKubeconfig({
      rules: [
        { apiGroups: [""], resources: ["nodes", "pods", "serviceaccounts"], ...read },
        {
          apiGroups: ["apps", "extensions"],
          resources: ["daemonsets", "deployments", "replicasets", "controllerrevisions"],
          ...read,
        },
      ],
    });
    const flags = [`--datastore=${way.old.datastore === "etcd" ? "etcd" : "kubernetes"}`];
    const blind = statesOf(await plan(flags, { kubeconfig }));
    expect(blind["configmap"]).toEqual(["unknown", expect.stringContaining("forbidden") as string]);
    expect(blind["template"]?.[0]).toBe("todo");
  });

  test("H01, H12: its plain commands, run one after the other, are the upgrade", async () => {
    const flags = ["plan", "-f", "calico.yaml", "--print-commands"];
    const { code, stdout, stderr } = await runPlugin(cluster, [
      "plan",
      "-f",
      join(folder, "calico.yaml"),
      flags[3] ?? "",
    ]);
    expect([code, stderr]).toEqual([0, stderr]);
    const printed = new Map(
      stdout
        .replaceAll(join(folder, "calico.yaml"), "calico.yaml")
        .split(/^# \d+\.\d+ /m)
        .slice(1)
        .map((text) => {
          const [title = "", ...rest] = text.split("\n");
          return [title, rest.filter((line) => line !== "" && !line.startsWith("#"))] as const;
        }),
    );
    const steps = (await plan([])).hops[0]?.steps ?? [];
    expect([...printed.keys()]).toEqual(steps.map(({ what }) => what));
    for (const { id, what } of steps) {
      const commands = printed.get(what) ?? [];
      // Each step is the next one's precondition.
      if (id === "nodes") {
        for (const node of nodes) {
          const old = (await podOf(cluster, node)).metadata.name;
          for (const line of commands) {
            const command = line.replaceAll("NODE", node).replaceAll("POD", old);
            if (command.endsWith(" -w")) await watchUntilReady(command, old);
            else await shell([command]);
          }
        }
      } else if (id === "policy") {
        // Nothing to be migrated here; what it lists has to work all the same.
        await shell(commands.filter((line) => !line.includes("NAMESPACE")));
      } else await shell(commands);
      if (id === "template") {
        expect(at((await daemonSet(cluster))["spec"], "updateStrategy", "type")).toBe("OnDelete");
        const running = await Promise.all(nodes.map((node) => podOf(cluster, node)));
        for (const pod of running)
          expect(JSON.stringify(pod["spec"])).not.toContain(`node:${way.new.version}`);
      }
      if (id !== "contract" && id !== "nodes") expect([id, await stateOf(id)]).toEqual([id, "done"]);
    }
    await workloadsReady(cluster);
    const finished = await runPlugin(cluster, ["plan", "-f", join(folder, "calico.yaml")]);
    expect(finished.stdout).toContain(`${way.new.version} runs already`);
    const images = await Promise.all(
      nodes.map(async (node) => JSON.stringify((await podOf(cluster, node))["spec"])),
    );
    expect(images.every((spec) => spec.includes(`node:${way.new.version}`))).toBe(true);
    // Nothing that the upgrade kept for the old pods is left.
    const { stdout: roles } = await cluster.kubectl([
      "get",
      "clusterroles,clusterrolebindings",
      "-o",
      "name",
    ]);
    expect(roles).not.toContain("-before");
  }, 180_000);

  test("--to and -f that disagree, and the other datastore's manifest, are refused with exit code 1", async () => {
    const other = join(folder, "other.yaml");
    const datastore = way.new.datastore === "etcd" ? "kdd" : "etcd";
    await writeFile(other, toYaml(hostedCalico({ ...way.new, datastore })));
    const refused = async (...args: string[]) => {
      const { code, stdout, stderr } = await runPlugin(cluster, ["plan", ...args]);
      expect([code, stdout]).toEqual([1, ""]);
      return stderr;
    };
    expect(await refused("-f", join(folder, "calico.yaml"), "--to=v3.1.7")).toContain("do not agree");
    expect(await refused("-f", other)).toMatch(/is for the (etcd|kubernetes) datastore and this Calico/);
  });
});
