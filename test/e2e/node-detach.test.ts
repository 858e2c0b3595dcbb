/** A run that goes on in the cluster. kwok runs no containers: the test performs what the pod would, with its account. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { kubectlInstall } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { isCordoned, nodes, patchDaemonSet, podOf, runLease, writes } from "./support/calico-cluster.ts";
import { startInPod } from "./support/in-pod.ts";
import { patchEras } from "./support/patch-eras.ts";
import { refusing } from "./support/interposer.ts";
import { runPlugin, startPlugin, type RunOptions } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

const name = "calico-upgrade-detached";
const image = "registry.example/calico-upgrade:test";
const account = `system:serviceaccount:kube-system:${name}`;
const pods = "/api/v1/namespaces/kube-system/pods";
const objects = [
  `/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`,
  `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${name}`,
  `/apis/rbac.authorization.k8s.io/v1/namespaces/kube-system/roles/${name}`,
  `/apis/rbac.authorization.k8s.io/v1/namespaces/kube-system/rolebindings/${name}`,
  `/api/v1/namespaces/kube-system/serviceaccounts/${name}`,
  `/api/v1/namespaces/kube-system/configmaps/${name}`,
  `/apis/batch/v1/namespaces/kube-system/jobs/${name}`,
];
const quick = ["--settle=0s", "--canaries=0", "--ignore-preflight-errors=H17"];

describe.each(patchEras)("Kubernetes $kubeVersion, Calico $old.version → $new.version", (era) => {
  let cluster: Cluster;
  let folder = "";
  let file = "";
  const isNew = era.kubeVersion === "1.36";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "detach-"));
    file = join(folder, "calico.yaml");
    await writeFile(file, toYaml(hostedCalico(era.new)));
    cluster = await testCluster({ kubeVersion: era.kubeVersion, audit: "Metadata" });
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await cluster.resetCalico();
    await kubectlInstall(cluster, era.old);
  });

  const run = (...args: readonly string[]) => runPlugin(cluster, ["node", ...args]);
  const detachBy = (options: RunOptions, ...more: readonly string[]) =>
    runPlugin(
      cluster,
      ["node", "--all", "-f", file, "--detach", `--image=${image}`, "-y", ...quick, ...more],
      options,
    );
  const detach = (...more: readonly string[]) => detachBy({}, ...more);

  async function there(): Promise<readonly string[]> {
    const answers = await Promise.all(objects.map(async (path) => await cluster.request("GET", path)));
    return objects.filter((_, index) => answers[index]?.status === 200);
  }

  async function goneAll(): Promise<void> {
    for (const path of objects) {
      const collection = path.slice(0, path.lastIndexOf("/"));
      await cluster.waitFor(collection, (all) => all.every(({ metadata }) => metadata.name !== name), {
        what: `${path} to go`,
      });
    }
  }

  /** The pod of the Job that works, other than these. */
  async function podOfJob(...before: readonly string[]): Promise<KubeObject> {
    return await cluster.waitFor(
      pods,
      (all) =>
        all.find(
          (pod) =>
            pod.metadata.labels?.["job-name"] === name &&
            at(pod, "status", "phase") === "Running" &&
            !before.includes(pod.metadata.name),
        ),
      { what: "a pod of the Job" },
    );
  }

  /** As the kubelet does when the container has ended. */
  async function ends(pod: KubeObject, phase: "Failed" | "Succeeded"): Promise<void> {
    await cluster.request("PATCH", `${pods}/${pod.metadata.name}/status`, { status: { phase } });
  }

  async function versionsOnNodes(): Promise<readonly string[]> {
    return await Promise.all(
      nodes.map(async (node) => {
        const found = String(at(await podOf(cluster, node), "spec", "containers", 0, "image"));
        return found.slice(found.lastIndexOf(":") + 1);
      }),
    );
  }

  const oneVersion = (version: string) => nodes.map(() => version);

  /** --dry-run prints what would be created, and writes nothing. */
  async function dryRun(): Promise<void> {
    const mark = await cluster.audit.mark();
    const { code, stdout, stderr } = await detach("--dry-run=client", "-o", "yaml");
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    const items = listAt(parse(stdout), "items") as KubeObject[];
    expect(items.map(({ kind }) => kind)).toEqual([
      "ClusterRole",
      "ClusterRoleBinding",
      "Job",
      "ServiceAccount",
      "Role",
      "RoleBinding",
      "ConfigMap",
    ]);
    const names = await run(
      "--all",
      "--detach",
      `--image=${image}`,
      "-f",
      file,
      "--dry-run=server",
      "-o",
      "name",
    );
    expect([names.code, names.stdout]).toEqual([0, expect.stringContaining(`job.batch/${name}\n`)]);
    expect((await writes(cluster, mark)).filter((each) => !each.includes("reviews"))).toEqual([]);
    expect(await there()).toEqual([]);
  }

  test("the Job upgrades every node with no more rights than it was given, and nothing of it stays", async () => {
    if (isNew) await dryRun();
    const mark = await cluster.audit.mark();
    const { code, stdout, stderr } = await detach("--until=20h");
    expect([code, stderr]).toEqual([0, expect.stringContaining("this machine is no longer needed")]);
    expect(stderr).toContain("to undo: kubectl calico-upgrade undo");
    expect(stdout).toContain(`job.batch/${name} created`);
    const order = await writes(cluster, mark);
    const created = order.filter((each) => each.startsWith("create ") && !each.includes("reviews"));
    expect(created[0]).toContain("clusterroles");
    // The template was written from here, and no node was touched.
    expect(await versionsOnNodes()).toEqual(oneVersion(era.old.version));
    const lease = await runLease(cluster);
    expect(lease).toMatchObject({ command: { verb: "node" } });
    expect(lease).not.toHaveProperty("holder");
    const pod = await podOfJob();
    expect(at(pod, "spec", "hostNetwork")).toBe(true);
    expect(listAt(pod, "spec", "containers", 0, "args")).toContainEqual(
      expect.stringMatching(/^--until=\d{4}-\d\d-\d\dT/),
    );
    const inside = await cluster.audit.mark();
    const working = await startInPod(cluster, pod);
    const ended = await working.ended;
    expect([ended.code, ended.stderr]).toEqual([0, expect.any(String)]);
    const refused = (await cluster.audit.since(inside, { user: account })).filter(
      ({ code: of }) => of === 403,
    );
    expect(refused.map(({ verb, uri }) => `${verb} ${uri}`)).toEqual([]);
    expect(await versionsOnNodes()).toEqual(oneVersion(era.new.version));
    expect(await runLease(cluster)).toBeUndefined();
    await goneAll();
    expect(await there()).toEqual([]);
    const report = await runPlugin(cluster, ["report"]);
    expect(report.stdout).toContain(`job/${name} pod/${pod.metadata.name}`);
  });

  test.runIf(isNew)(
    "what cannot be created leaves nothing; a run that halts gives its rights up and keeps its log; a second one is refused; --stop gives the node under way back and removes everything; a pod that died is followed by one that continues at once",
    async () => {
      const { kubeconfig } = await refusing(
        cluster,
        ({ method, path }) => method === "POST" && path.split("?", 1)[0]?.endsWith("/rolebindings") === true,
        "no bindings today",
      );
      const half = await detachBy({ kubeconfig });
      expect([half.code, half.stderr]).toEqual([1, expect.stringContaining("no bindings today")]);
      await goneAll();

      expect((await detach()).code).toBe(0);
      const halted = await podOfJob();
      const somebody = JSON.stringify({
        run: "another",
        holder: "somebody",
        renewed: new Date().toISOString(),
      });
      await patchDaemonSet(cluster, { metadata: { annotations: { "calico-upgrade/run": somebody } } });
      const ended = await (await startInPod(cluster, halted)).ended;
      expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining("somebody is working on")]);
      // It has no rights any more, nobody continues it, and what it said can still be read.
      await ends(halted, "Failed");
      await cluster.waitFor("/apis/batch/v1/namespaces/kube-system/jobs", ([job]) => {
        const conditions = listAt(job, "status", "conditions");
        return conditions.some((each) => at(each, "type") === "Failed");
      });
      expect((await there()).filter((path) => path.includes("bindings"))).toEqual([]);
      const again = await detach();
      expect(again.stderr).toContain(`a detached run (Job kube-system/${name}) has ended: Failed`);
      expect((await run("--stop")).code).toBe(0);
      await goneAll();
      await patchDaemonSet(cluster, { metadata: { annotations: { "calico-upgrade/run": null } } });

      expect((await detach("--interval=1h", "--prepull=never")).code).toBe(0);
      const pod = await podOfJob(halted.metadata.name);
      const second = await detach();
      expect([second.code, second.stdout]).toEqual([1, ""]);
      expect(second.stderr).toContain(`a detached run (Job kube-system/${name}) is at work`);
      expect(second.stderr).toContain("stop it with: kubectl calico-upgrade node --stop");

      const working = await startInPod(cluster, pod);
      await working.says(/node\/node-01 uncordoned/);
      const status = await runPlugin(cluster, ["status"]);
      expect(status.stdout).toContain(`job/${name} pod/${pod.metadata.name}`);

      // A kubelet takes its time: the pod is there until its container has ended.
      const finalizers = { metadata: { finalizers: ["calico-upgrade.test/kubelet"] } };
      await cluster.api.ask("PATCH", `${pods}/${pod.metadata.name}`, finalizers);
      const stopping = startPlugin(cluster, ["node", "--stop"]);
      await cluster.waitFor(
        pods,
        (all) =>
          all.some(
            ({ metadata }) => metadata.name === pod.metadata.name && metadata.deletionTimestamp !== undefined,
          ),
        { what: "the pod to be told to end" },
      );
      working.signal("SIGTERM");
      expect((await working.ended).code).toBe(143);
      expect(await there()).toEqual(objects);
      await cluster.api.ask("PATCH", `${pods}/${pod.metadata.name}`, { metadata: { finalizers: null } });
      const stopped = await stopping.ended;
      expect([stopped.code, stopped.stderr]).toEqual([
        0,
        expect.stringContaining(
          "2 nodes still to restart: node-02, node-03; to continue: kubectl calico-upgrade node --all",
        ),
      ]);
      expect(stopped.stderr).toContain("node --unpin");
      await goneAll();
      expect(await Promise.all(nodes.map((node) => isCordoned(cluster, node)))).toEqual([
        false,
        false,
        false,
      ]);
      expect(await runLease(cluster)).not.toHaveProperty("holder");
      const nothing = await run("--stop");
      expect([nothing.code, nothing.stderr]).toEqual([0, expect.stringContaining("nothing to stop")]);

      expect((await detach("--interval=3s", "--prepull=never")).code).toBe(0);
      const first = await podOfJob(pod.metadata.name);
      const dies = await startInPod(cluster, first);
      await dies.says(/node\/node-02 uncordoned/);
      dies.signal("SIGKILL");
      await dies.ended;
      expect(await runLease(cluster)).toMatchObject({ holder: `job/${name} pod/${first.metadata.name}` });
      await ends(first, "Failed");
      const next = await podOfJob(pod.metadata.name, first.metadata.name);
      const began = Date.now();
      const continues = await startInPod(cluster, next);
      const done = await continues.ended;
      expect([done.code, done.stderr]).toEqual([0, expect.any(String)]);
      // A lease that is only waited for lasts a minute.
      expect(Date.now() - began).toBeLessThan(25_000);
      expect(await versionsOnNodes()).toEqual(oneVersion(era.new.version));
      await goneAll();
    },
  );
});
