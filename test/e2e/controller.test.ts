/** `controller`: what it does in each era, and that two controllers never run at once. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { CalicoOptions } from "../calico/era.ts";
import { hostedCalico } from "../calico/hosted-calico.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { poll } from "../cluster/wait.ts";
import { runLease, writes } from "./support/calico-cluster.ts";
import {
  controllerPods,
  fileOf,
  imageOf,
  installed,
  manifest,
  mostAtOnce,
  ownState,
  patchWorkload,
  podImages,
  runController,
  workload,
} from "./support/controllers.ts";
import { refusing } from "./support/interposer.ts";
import { lines, runPlugin, startPlugin } from "./support/plugin.ts";
import { schemaErrorsOf } from "../unit/render/schema.ts";
import { testCluster } from "./test-cluster.ts";

const quick = "--settle=0s";
const etcd = (version: string): CalicoOptions => ({ version, datastore: "etcd" });
const kdd = (version: string): CalicoOptions => ({ version });

const one = /never two at once$/m;

describe("Kubernetes 1.15: the procedure's own era", () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: "1.15", audit: "Request" });
  });
  afterAll(() => cluster?.stop());

  // Procedure: Upgrading from pre-2.0
  test("pre-2.0: the ReplicaSet goes to 0 by its scale subresource, its pod is gone, then the Deployment is made", async () => {
    await installed(cluster, etcd("v1.6.1"), etcd("v2.3.0"));
    const mark = await cluster.audit.mark();
    const file = await fileOf(etcd("v2.3.0"));
    const { result, most } = await mostAtOnce(cluster, () => runController(cluster, "-f", file, quick));
    expect(result).toMatchObject({
      code: 0,
      stdout:
        "replicaset.apps/calico-policy-controller scaled\ndeployment.apps/calico-policy-controller created\n",
      stderr: expect.stringMatching(one) as string,
    });
    expect(most).toBeLessThanOrEqual(1);
    expect(await writes(cluster, mark)).toEqual([
      "patch daemonsets/calico-node",
      "patch replicasets/calico-policy-controller",
      "create deployments/calico-policy-controller",
      "patch daemonsets/calico-node",
    ]);
    expect(await runLease(cluster)).toBeUndefined();
    const sent = (await cluster.audit.since(mark, { userAgent: "kubectl-calico_upgrade" })).find(
      ({ verb, uri }) => verb === "patch" && uri.includes("/scale"),
    );
    expect(at(sent?.requestObject, "metadata", "resourceVersion")).toMatch(/^\d+$/);
    expect(at(await workload(cluster, "replicasets/calico-policy-controller"), "spec", "replicas")).toBe(0);
    const pods = await controllerPods(cluster);
    expect(pods).toHaveLength(1);
    expect(podImages(pods)).toEqual([
      imageOf(await workload(cluster, "deployments/calico-policy-controller")),
    ]);
  });

  test("the server refuses the Deployment when the ReplicaSet is at 0: both are told, the bundle is named, and either way leads on", async () => {
    await installed(cluster, etcd("v1.6.1"), etcd("v2.3.0"));
    const file = await fileOf(etcd("v2.3.0"));
    const forbidding = await refusing(
      cluster,
      ({ method, path }) => method === "POST" && path.includes("/deployments"),
      'deployments.apps "calico-policy-controller" is forbidden: by the test',
    );
    const { code, stdout, stderr } = await runPlugin(cluster, ["controller", "-f", file, quick], forbidding);
    expect([code, stdout]).toEqual([1, "replicaset.apps/calico-policy-controller scaled\n"]);
    expect(stderr).toMatch(/^error: .*is forbidden: by the test/m);
    const undo = /saved in (\S+); to undo: /.exec(stderr)?.[1] ?? "";
    expect(undo).toMatch(/-controller-\w+$/);
    const back = await runPlugin(cluster, ["undo", undo, "-y"]);
    expect([back.code, back.stdout]).toEqual([
      0,
      "replicaset.apps/calico-policy-controller configured in kube-system namespace\n",
    ]);
    expect(await runController(cluster, "-f", file, quick)).toMatchObject({ code: 0 });
  });

  // Procedure: Upgrading the policy controller
  test("Deployment to Deployment of the same name; again it is unchanged", async () => {
    await installed(cluster, etcd("v2.3.0"), etcd("v2.5.1"));
    const file = await fileOf(etcd("v2.5.1"));
    const { result, most } = await mostAtOnce(cluster, () => runController(cluster, "-f", file, quick));
    expect(result).toMatchObject({
      code: 0,
      stdout: "deployment.apps/calico-policy-controller configured\n",
      stderr: expect.stringMatching(
        /no controller ran for (≤ )?[\d.]+s, Ready after [\d.]+s, never two/,
      ) as string,
    });
    expect(most).toBeLessThanOrEqual(1);
    const again = await runController(cluster, "-f", file, quick);
    expect(again).toMatchObject({ code: 0, stdout: "deployment.apps/calico-policy-controller unchanged\n" });
    // The oracle: the user's own apply of the same file has nothing left to do.
    const { stdout } = await cluster.kubectl(["apply", "-f", file]);
    expect(stdout).toContain("deployment.extensions/calico-policy-controller unchanged");
  });

  test("v2.5 to v2.6: the policy controller is off and gone before the kube-controllers come, and stays as a stub", async () => {
    await installed(cluster, etcd("v2.5.1"), etcd("v2.6.12"));
    const file = await fileOf(etcd("v2.6.12"));
    const { result, most } = await mostAtOnce(cluster, () => runController(cluster, "-f", file, quick));
    expect(result).toMatchObject({
      code: 0,
      stdout:
        "deployment.apps/calico-policy-controller scaled\n" +
        "deployment.apps/calico-kube-controllers created\n" +
        "deployment.apps/calico-policy-controller configured\n",
      stderr: expect.stringMatching(one) as string,
    });
    expect(most).toBeLessThanOrEqual(1);
    const stub = await workload(cluster, "deployments/calico-policy-controller");
    expect(at(stub, "spec", "replicas")).toBe(0);
    expect(podImages(await controllerPods(cluster))).toEqual([
      imageOf(await workload(cluster, "deployments/calico-kube-controllers")),
    ]);
    expect((await runController(cluster)).stdout).toContain("turned off on purpose");
  });

  test("v3.5 to v3.6 with the Kubernetes datastore: a controller appears", async () => {
    await installed(cluster, kdd("v3.5.8"), kdd("v3.6.5"));
    const { code, stdout, stderr } = await runController(cluster, "-f", await fileOf(kdd("v3.6.5")), quick);
    expect([code, stdout]).toEqual([0, "deployment.apps/calico-kube-controllers created\n"]);
    expect(stderr).not.toContain("no controller ran");
    expect(await controllerPods(cluster)).toHaveLength(1);
  });

  test("P02: policies that are not migrated stop the first controller that would enforce them", async () => {
    await installed(cluster, etcd("v2.3.0"), etcd("v2.5.1"));
    await cluster.apply([
      {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "shop", namespace: "default" },
        spec: { podSelector: {} },
      },
    ]);
    const mark = await cluster.audit.mark();
    const file = await fileOf(etcd("v2.5.1"));
    try {
      expect(await runController(cluster, "-f", file, quick)).toMatchObject({
        code: 1,
        stdout: "",
        stderr: expect.stringMatching(
          /^error: P02: v2\.5\.1 gives NetworkPolicies another meaning than v2\.2\.0; to delete: default\/shop \(N03\); migrate the policies first: kubectl calico-upgrade migrate-policy/m,
        ) as string,
      });
      expect(await writes(cluster, mark)).toEqual([]);
    } finally {
      await cluster.api.request(
        "DELETE",
        "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/shop",
      );
    }
    expect(await runController(cluster, "-f", file, quick)).toMatchObject({ code: 0 });
  });

  test("H24: a ReplicaSet of another name and other labels is found, and its pod is waited for as well", async () => {
    await installed(cluster, etcd("v1.6.1"), etcd("v2.3.0"));
    const sets = "/apis/apps/v1/namespaces/kube-system/replicasets";
    const pods = `/api/v1/namespaces/kube-system/pods?labelSelector=${encodeURIComponent("team=net")}`;
    const old = await workload(cluster, "replicasets/calico-policy-controller");
    await cluster.api.ask("DELETE", `${sets}/calico-policy-controller`, { propagationPolicy: "Foreground" });
    const labels = { team: "net" };
    const spec = at(old, "spec", "template", "spec");
    // Held: whoever does not wait for this pod starts a second controller beside it.
    const metadata = { labels, finalizers: ["example.com/hold"] };
    await cluster.api.ask("POST", sets, {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name: "policy", namespace: "kube-system", labels },
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata, spec } },
    });
    const held = async () => listAt(await cluster.api.ask("GET", pods), "items");
    await poll(async () => (await controllerPods(cluster)).length === 0, { what: "the usual pod is gone" });
    await poll(
      async () => at(await workload(cluster, "replicasets/policy"), "status", "readyReplicas") === 1,
      {
        what: "the renamed controller is Ready",
      },
    );
    expect((await runController(cluster)).stdout).toMatch(/ReplicaSet +policy +v0\.4\.0 +1\/1/);
    const { stdout } = await runPlugin(cluster, ["status"]);
    expect(stdout).not.toContain("no controller was found");
    const file = await fileOf(etcd("v2.3.0"));
    expect(await runController(cluster, "-f", file, quick, "--timeout=3s")).toMatchObject({
      code: 1,
      stdout: "replicaset.apps/policy scaled\n",
      stderr: expect.stringMatching(/^error: H24: pod policy-\w+ did not end within 3s/m) as string,
    });
    expect(await workload(cluster, "deployments/calico-policy-controller")).toBeUndefined();
    await release();
    expect(await runController(cluster, "-f", file, quick)).toMatchObject({
      code: 0,
      stdout: "deployment.apps/calico-policy-controller created\n",
    });

    async function release(): Promise<void> {
      for (const pod of await held()) {
        const { name } = (pod as KubeObject).metadata;
        await cluster.request("PATCH", `/api/v1/namespaces/kube-system/pods/${name}`, {
          metadata: { finalizers: null },
        });
      }
      await poll(async () => (await held()).length === 0, { what: "the held pod is gone" });
    }
  });

  test("H05: a new ServiceAccount without the rights that the running controller has is refused: policy would end unseen", async () => {
    await installed(cluster, etcd("v2.5.1"));
    const next = etcd("v2.6.6");
    // As upstream's manifest: the roles are in a file of their own.
    const rbac = hostedCalico(next, ["rbac"]);
    const account = rbac.filter(({ kind }) => kind === "ServiceAccount");
    await cluster.apply(account);
    const file = await manifest([...account, ...hostedCalico(next, ["config", "workloads"])]);
    const mark = await cluster.audit.mark();
    expect(await runController(cluster, "-f", file, quick)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /^error: H05: ServiceAccount kube-system\/calico-kube-controllers of the new controller is not allowed to list pods, list namespaces, list networkpolicies, which the running one's kube-system\/calico-policy-controller is/m,
      ) as string,
    });
    expect(await writes(cluster, mark)).toEqual([]);
    await cluster.apply(rbac);
    expect(await runController(cluster, "-f", file, quick, "--dry-run=server")).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining("H05") as string,
    });
  });

  test("--restart of a ReplicaSet stops it first", async () => {
    await installed(cluster, etcd("v1.6.1"));
    const [before] = await controllerPods(cluster);
    const { result, most } = await mostAtOnce(cluster, () => runController(cluster, "--restart", quick));
    expect(result).toMatchObject({ code: 0 });
    expect(most).toBeLessThanOrEqual(1);
    const [after] = await controllerPods(cluster);
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
    const set = await workload(cluster, "replicasets/calico-policy-controller");
    expect(set?.metadata.annotations ?? {}).not.toHaveProperty(["calico-upgrade/restart"]);
  });
});

describe("Kubernetes 1.36: today's APIs", () => {
  const from = kdd("v3.28.2");
  const to = kdd("v3.29.7");
  const name = "deployments/calico-kube-controllers";
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await testCluster({ audit: "Request" });
  });
  afterAll(() => cluster?.stop());

  /** Refused before any write. */
  async function refused(args: readonly string[], message: RegExp): Promise<void> {
    const mark = await cluster.audit.mark();
    const { code, stdout, stderr } = await runController(cluster, ...args, quick);
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(message)]);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(await writes(cluster, mark)).toEqual([]);
  }

  test("Deployment to Deployment; saved in a bundle, and policy was never affected", async () => {
    await installed(cluster, from, to);
    const { result, most } = await mostAtOnce(cluster, async () =>
      runController(cluster, "-f", await fileOf(to), quick),
    );
    expect(result).toMatchObject({
      code: 0,
      stdout: "deployment.apps/calico-kube-controllers configured\n",
      stderr: expect.stringContaining("policy is not affected; IPAM clean-up paused") as string,
    });
    expect(result.stderr).toMatch(one);
    expect(result.stderr).toMatch(/^saved in \S+-controller-\w+; to undo: kubectl calico-upgrade undo /m);
    expect(most).toBeLessThanOrEqual(1);
    expect(podImages(await controllerPods(cluster))).toEqual([imageOf(await workload(cluster, name))]);
  });

  test("P11: an older controller is refused before anything is written", async () => {
    await installed(cluster, to);
    await refused(["-f", await fileOf(from)], /^error: P11: v3\.28\.2 is older than v3\.29\.7/m);
  });

  test("-o json is the only thing on stdout, and keeps to its published schema", async () => {
    await installed(cluster, from, to);
    const { stdout, code } = await runController(cluster, "-f", await fileOf(to), quick, "-o", "json");
    expect(code).toBe(0);
    const result: unknown = JSON.parse(stdout);
    expect(schemaErrorsOf("controller-upgrade", result)).toEqual([]);
    expect(result).toMatchObject({
      kind: "ControllerUpgrade",
      succeeded: true,
      changed: true,
      datastore: "kubernetes",
      overlapMillis: 0,
      policyPaused: false,
      pods: [{ ready: true }],
    });
    const list: unknown = JSON.parse((await runController(cluster, "-o", "json")).stdout);
    expect(schemaErrorsOf("controller-list", list)).toEqual([]);
  });

  // Procedure: When the controller is not running
  test("H24: with etcd it is told what was created and relabelled while nothing was enforced", async () => {
    await installed(cluster, etcd("v3.28.2"), etcd("v3.29.7"));
    const pod = (uid: string, namespace: string) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: uid, namespace, labels: { app: "old" } },
      spec: { containers: [{ name: "a", image: "a" }] },
    });
    onTestFinished(async () => {
      await cluster.api.request("DELETE", "/api/v1/namespaces/fresh");
      await cluster.api.request(
        "DELETE",
        "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/late",
      );
      for (const each of ["relabelled", "untouched"])
        await cluster.api.request("DELETE", `/api/v1/namespaces/default/pods/${each}`, {
          gracePeriodSeconds: 0,
        });
    });
    await cluster.apply([pod("relabelled", "default"), pod("untouched", "default")]);
    const removeFault = await cluster.faults.runningNeverReady({ image: "calico/kube-controllers" });
    const file = await fileOf(etcd("v3.29.7"));
    const running = runController(cluster, "-f", file, quick);
    await cluster.waitFor("/api/v1/namespaces/kube-system/pods", (pods) =>
      pods.some(
        (each) =>
          each.metadata.labels?.["k8s-app"] === "calico-kube-controllers" &&
          String(at(each, "spec", "containers", 0, "image")).endsWith("v3.29.7"),
      ),
    );
    await cluster.api.ask("PATCH", "/api/v1/namespaces/default/pods/relabelled", {
      metadata: { labels: { app: "new" } },
    });
    await cluster.apply([
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "fresh" } },
      {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "late", namespace: "default" },
        spec: { podSelector: {} },
      },
    ]);
    await removeFault();
    const [waiting] = (await controllerPods(cluster)).filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    );
    await cluster.api.ask("PATCH", `/api/v1/namespaces/kube-system/pods/${waiting?.metadata.name ?? ""}`, {
      metadata: { annotations: { touched: "true" } },
    });
    const { code, stderr } = await running;
    expect(code).toBe(0);
    expect(stderr).toContain("created or relabeled in that time");
    expect(stderr).toContain("  pod default/relabelled relabelled\n");
    expect(stderr).toContain("  namespace fresh created\n");
    expect(stderr).toContain("  networkpolicy default/late created\n");
    expect(stderr).not.toContain("untouched");
  });

  test("--restart makes a new pod; the next apply of the file has nothing to do", async () => {
    await installed(cluster, from);
    // Nobody has applied it yet: that writes kubectl's annotation.
    await runController(cluster, "-f", await fileOf(from), quick);
    const [before] = await controllerPods(cluster);
    expect(await runController(cluster, "--restart", quick)).toMatchObject({
      code: 0,
      stdout: "deployment.apps/calico-kube-controllers restarted\n",
    });
    const [after, second] = await controllerPods(cluster);
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
    expect(second).toBeUndefined();
    expect((await runController(cluster, "-f", await fileOf(from), quick)).stdout).toBe(
      "deployment.apps/calico-kube-controllers unchanged\n",
    );
  });

  test("--restart restarts again also within the second of the last one", async () => {
    await installed(cluster, from);
    const uids = new Set<string | undefined>();
    for (const restarted of [1, 2, 3]) {
      const { stdout } = await runController(cluster, "--restart", quick);
      expect([restarted, stdout]).toEqual([restarted, "deployment.apps/calico-kube-controllers restarted\n"]);
      const [pod] = await controllerPods(cluster);
      uids.add(pod?.metadata.uid);
    }
    expect(uids.size).toBe(3);
  });

  test("--dry-run walks the same path and changes nothing", async () => {
    await installed(cluster, from, to);
    const before = await workload(cluster, name);
    for (const dryRun of ["client", "server"]) {
      const { code, stdout } = await runController(cluster, "-f", await fileOf(to), `--dry-run=${dryRun}`);
      const suffix = dryRun === "client" ? "dry run" : "server dry run";
      expect([code, stdout]).toEqual([0, `deployment.apps/calico-kube-controllers configured (${suffix})\n`]);
    }
    expect((await workload(cluster, name))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
  });

  // Procedure: Note: the strategy must be Recreate
  test("a strategy that runs two at once is refused; --fix-strategy sets it", async () => {
    await installed(cluster, from, to);
    const objects = hostedCalico(to, ["rbac", "config", "workloads"]).map((object) =>
      object.kind === "Deployment" && object.metadata.name === "calico-kube-controllers"
        ? {
            ...object,
            spec: { ...(object["spec"] as object), strategy: { type: "RollingUpdate" }, replicas: 2 },
          }
        : object,
    );
    const file = await manifest(objects);
    await refused(
      ["-f", file],
      /^error: the controller in .* strategy.type RollingUpdate and 2 replicas.*--fix-strategy/m,
    );
    const { result, most } = await mostAtOnce(cluster, () =>
      runController(cluster, "-f", file, quick, "--fix-strategy"),
    );
    expect(result).toMatchObject({ code: 0 });
    expect(most).toBeLessThanOrEqual(1);
    const fixed = await workload(cluster, name);
    expect(at(fixed, "spec", "strategy", "type")).toBe("Recreate");
    expect(at(fixed, "spec", "replicas")).toBe(1);
  });

  test("a paused Deployment, which would make no new pod, is refused with the command that resumes it", async () => {
    await installed(cluster, from, to);
    const name = "deployments/calico-kube-controllers";
    await patchWorkload(cluster, name, { spec: { paused: true } });
    const mark = await cluster.audit.mark();
    const file = await fileOf(to);
    for (const args of [["-f", file], ["--restart"]]) {
      expect(await runController(cluster, ...args, quick)).toMatchObject({
        code: 1,
        stdout: "",
        stderr:
          "error: Deployment kube-system/calico-kube-controllers is paused, so no new pod would come; resume it first: kubectl rollout resume -n kube-system deployment/calico-kube-controllers\n",
      });
    }
    expect(await writes(cluster, mark)).toEqual([]);
  });

  test("H24: a controller that runs in another namespace counts as a second one", async () => {
    await installed(cluster, from, to);
    const namespace = "calico-upgrade-other";
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    const labels = { "k8s-app": "calico-kube-controllers" };
    const container = { name: "calico-kube-controllers", image: "calico/kube-controllers:v3.28.2" };
    await cluster.api.ask("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace },
    });
    await poll(
      async () =>
        (await cluster.request("GET", `/api/v1/namespaces/${namespace}/serviceaccounts/default`)).status ===
        200,
      { what: "the namespace takes pods" },
    );
    await cluster.api.ask("POST", path, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "second", namespace },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    });
    try {
      await poll(
        async () =>
          at((await cluster.request("GET", `${path}/second`)).body, "status", "readyReplicas") === 1,
        { what: "the second controller is Ready" },
      );
      const mark = await cluster.audit.mark();
      expect(await runController(cluster, "--restart", quick)).toMatchObject({
        code: 1,
        stdout: "",
        stderr: expect.stringMatching(
          /^error: H24: a controller runs outside of Calico's namespace, too: pod calico-upgrade-other\/second-\S+; only one may ever be active; find what runs it/,
        ) as string,
      });
      expect(await writes(cluster, mark)).toEqual([]);
    } finally {
      await cluster.request("DELETE", path);
      await poll(
        async () =>
          listAt(await cluster.api.ask("GET", `/api/v1/namespaces/${namespace}/pods`), "items").length === 0,
        { what: "the second controller is gone" },
      );
      await cluster.request("DELETE", `/api/v1/namespaces/${namespace}`);
    }
  });

  test("a running controller whose strategy was changed is not restarted with two at once", async () => {
    await installed(cluster, from);
    await patchWorkload(cluster, name, { spec: { strategy: { type: "RollingUpdate" } } });
    await refused(["--restart"], /strategy.type RollingUpdate.*--fix-strategy/);
    const { result, most } = await mostAtOnce(cluster, () =>
      runController(cluster, "--restart", "--fix-strategy", quick),
    );
    expect(result).toMatchObject({ code: 0 });
    expect(most).toBeLessThanOrEqual(1);
    expect(at(await workload(cluster, name), "spec", "strategy", "type")).toBe("Recreate");
  });

  test("H24: two controllers that both want a pod are refused with the command that turns one off", async () => {
    await installed(cluster, from, to);
    const second = hostedCalico(from, ["workloads"]).find(({ kind }) => kind === "Deployment");
    const labels = { "k8s-app": "calico-policy" };
    await cluster.apply([
      {
        ...(second as NonNullable<typeof second>),
        metadata: { name: "calico-policy-controller", namespace: "kube-system", labels },
        spec: {
          ...(second?.["spec"] as object),
          selector: { matchLabels: labels },
          template: {
            ...(at(second, "spec", "template") as object),
            metadata: { labels },
          },
        },
      },
    ]);
    await refused(
      ["-f", await fileOf(to)],
      /more than one controller is asked for.*kubectl scale -n kube-system deployment\/calico-policy-controller --replicas=0/,
    );
    await refused(["--restart"], /more than one controller is asked for/);
  });

  test("H24: with only cordoned nodes nothing is stopped that could not be started again", async () => {
    await installed(cluster, from, to);
    for (const node of ["node-01", "node-02", "node-03"])
      await cluster.api.ask("PATCH", `/api/v1/nodes/${node}`, { spec: { unschedulable: true } });
    try {
      await refused(
        ["-f", await fileOf(to)],
        /^error: H24: no node takes the controller's pod.*kubectl uncordon node-01/m,
      );
    } finally {
      for (const node of ["node-01", "node-02", "node-03"])
        await cluster.api.ask("PATCH", `/api/v1/nodes/${node}`, { spec: { unschedulable: false } });
    }
  });

  test("H21: an image that is seen to fail stops the run before the old controller is stopped", async () => {
    await installed(cluster, from, to);
    const remove = await cluster.faults.imagePullBackOff({ image: "calico/kube-controllers" });
    const image = imageOf(hostedCalico(to, ["workloads"]).find(({ kind }) => kind === "Deployment"));
    await cluster.apply([
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "tried", namespace: "kube-system", labels: { "k8s-app": "calico-typha" } },
        spec: { nodeName: "node-01", containers: [{ name: "tried", image }] },
      },
    ]);
    try {
      await cluster.waitFor("/api/v1/namespaces/kube-system/pods", (pods) =>
        pods.some(
          (pod) =>
            pod.metadata.name === "tried" &&
            at(pod, "status", "containerStatuses", 0, "state", "waiting", "reason") === "ImagePullBackOff",
        ),
      );
      await refused(
        ["-f", await fileOf(to)],
        /^error: H21: image .*kube-controllers:v3\.29\.7 cannot be pulled on node node-01/m,
      );
    } finally {
      await remove();
      await cluster.api.request("DELETE", "/api/v1/namespaces/kube-system/pods/tried", {
        gracePeriodSeconds: 0,
      });
    }
  });

  test("a controller that never becomes Ready: the reason, its last words, and the way back; exit 1", async () => {
    await installed(cluster, from, to);
    const remove = await cluster.faults.crashLoopBackOff(
      { image: "calico/kube-controllers" },
      { logs: ["cannot reach the datastore"] },
    );
    try {
      const { code, stderr } = await runController(cluster, "-f", await fileOf(to), "--timeout=8s");
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^error: pod calico-kube-controllers-\S+ did not become Ready within 8s: CrashLoopBackOff/m,
      );
      expect(stderr).toContain("cannot reach the datastore");
      expect(stderr).toMatch(/to go back: kubectl calico-upgrade undo \S+/);
    } finally {
      await remove();
    }
  });

  test("a pod that the server would refuse: known, with its reason, while the old one still runs", async () => {
    await installed(cluster, from, to);
    const file = await manifest(
      hostedCalico(to, ["rbac", "config", "workloads"]).map((object) =>
        object.kind === "Deployment" && object.metadata.name === "calico-kube-controllers"
          ? withPriority(object, "nowhere")
          : object,
      ),
    );
    const [old] = await controllerPods(cluster);
    const { code, stderr } = await runController(cluster, "-f", file, "--timeout=15s");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: the server would refuse the new pod of Deployment calico-kube-controllers: .*no PriorityClass with name nowhere/m,
    );
    expect(stderr).toContain(
      `once it accepts the pod: kubectl calico-upgrade controller -f ${file} --timeout=15s`,
    );
    const there = await controllerPods(cluster);
    expect(there.map(({ metadata }) => metadata.uid)).toEqual([old?.metadata.uid]);

    function withPriority(object: KubeObject, priorityClassName: string): KubeObject {
      const spec = object["spec"] as { readonly template: { readonly spec: object } };
      const template = { ...spec.template, spec: { ...spec.template.spec, priorityClassName } };
      return { ...object, spec: { ...spec, template } };
    }
  });

  test("H24: an old pod on a silent node holds the new controller back; it is named, and never force-deleted", async () => {
    await installed(cluster, from, to);
    const [old] = await controllerPods(cluster);
    const node = String(at(old, "spec", "nodeName"));
    await cluster.faults.silentNode(node);
    try {
      const { code, stderr } = await runController(cluster, "-f", await fileOf(to), quick, "--timeout=10s");
      expect(code).toBe(1);
      expect(stderr).toMatch(
        new RegExp(
          `^error: H24: pod ${old?.metadata.name ?? ""} did not end within 10s: node ${node} is silent`,
          "m",
        ),
      );
      expect(stderr).toContain("never force-delete the pod");
      const there = await controllerPods(cluster);
      expect(there.map(({ metadata }) => metadata.uid)).toEqual([old?.metadata.uid]);
    } finally {
      await cluster.resetCalico();
    }
  });

  test("H13: two runs never work at once; after kill -9 --take-over goes on, and the lease goes in the end", async () => {
    await installed(cluster, from, to);
    const file = await fileOf(to);
    const remove = await cluster.faults.runningNeverReady({ image: "calico/kube-controllers" });
    const first = startPlugin(cluster, ["controller", "-f", file, quick], { env: await ownState() });
    await first.says(/to become Ready/);
    const holder = String((await runLease(cluster))?.["holder"]);
    expect(holder).toMatch(/^.+@.+\/[0-9a-f]{6}$/);
    const mark = await cluster.audit.mark();
    for (const args of [
      ["controller", "--restart"],
      ["controller", "-f", file],
      ["node", "node-01", "--restart"],
    ]) {
      const { code, stdout, stderr } = await runPlugin(cluster, [...args, quick], { env: await ownState() });
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toContain(
        `error: H13: ${holder} is working on daemonset kube-system/calico-node (seen `,
      );
      expect(stderr).toContain(`kubectl calico-upgrade ${[...args, quick].join(" ")} --take-over`);
    }
    expect(await writes(cluster, mark)).toEqual([]);
    expect((await runPlugin(cluster, ["status"])).stdout).toContain(`${holder} works on it (its controller)`);
    first.signal("SIGKILL");
    expect((await first.ended).code).toBe(-1);
    await remove();
    expect(await runController(cluster, "--restart", quick)).toMatchObject({ code: 1, stdout: "" });
    const { result, most } = await mostAtOnce(cluster, () =>
      runController(cluster, "--restart", quick, "--take-over"),
    );
    expect(result).toMatchObject({ code: 0 });
    expect(most).toBeLessThanOrEqual(1);
    expect(await runLease(cluster)).toBeUndefined();
  });

  test("H05: what the new controller needs and the cluster lacks is named, and printed to be applied", async () => {
    await installed(cluster, from);
    for (const path of [
      "/api/v1/namespaces/kube-system/serviceaccounts/calico-kube-controllers",
      "/apis/rbac.authorization.k8s.io/v1/clusterroles/calico-kube-controllers",
    ])
      await cluster.api.request("DELETE", path);
    const file = await fileOf(to);
    await refused(
      ["-f", file],
      /H05: the template in [\s\S]*ServiceAccount kube-system\/calico-kube-controllers is not there[\s\S]*controller -f .* --print-missing/,
    );
    const { stdout, code } = await runController(cluster, "-f", file, "--print-missing");
    expect(code).toBe(0);
    expect(stdout).toContain("kind: ServiceAccount");
  });

  test("a field that somebody else has set is not taken over silently", async () => {
    await installed(cluster, from, to);
    await cluster.kubectl([
      "-n",
      "kube-system",
      "set",
      "env",
      "deployment/calico-kube-controllers",
      "ENABLED_CONTROLLERS=none",
    ]);
    await refused(
      ["-f", await fileOf(to)],
      /^error: H14: .*Deployment kube-system\/calico-kube-controllers:\n.*ENABLED_CONTROLLERS.*set by kubectl-set/m,
    );
  });

  describe("bad input", () => {
    test("each in one line, before anything is written", async () => {
      await installed(cluster, from, to);
      const whole = hostedCalico(to, ["rbac", "config", "workloads"]);
      const controller = whole.find(({ kind }) => kind === "Deployment");
      const without = whole.filter((object) => object !== controller);
      if (controller === undefined) throw new Error("no controller");
      const named = (change: object) => ({
        ...controller,
        metadata: { ...controller.metadata, ...change },
      });
      const cases: readonly (readonly [readonly string[], RegExp])[] = [
        [["-f", await manifest(without)], /^error: no Calico controller in .*has a controller from v3\.6 on/],
        [
          ["-f", await manifest([...whole, controller])],
          /^error: .* has Deployment kube-system\/calico-kube-controllers several times/,
        ],
        [["-f", await manifest([...whole, named({ name: "second" })])], /^error: .* has 2 controllers/],
        [
          ["-f", await manifest([...without, named({ namespace: "other" })])],
          /^error: the controller in .* is Deployment other\/calico-kube-controllers/,
        ],
        [["-f", await fileOf(etcd("v3.29.7"))], /^error: the controller in .* is for the etcd datastore/],
        [["-f", "/nowhere/calico.yaml"], /^error: the path "\/nowhere\/calico.yaml" does not exist/],
        [["-f", "a", "-f", "b"], /^error: controller takes one file/],
        [
          ["-f", await fileOf(to), "--restart"],
          /^error: -f brings the controller in line and --restart only restarts it/,
        ],
        [["--print-missing"], /^error: --print-missing goes with -f FILE/],
        [["extra"], /^error: unexpected arguments: \[extra\]/],
      ];
      for (const [args, message] of cases) await refused(args, message);
    });

    test("an old manifest on a new server is told for what it is", async () => {
      await installed(cluster, from, to);
      const old = await fileOf(kdd("v3.6.5"));
      await refused(["-f", old], /does not serve extensions\/v1beta1 Deployments/);
    });

    test("no place for the bundle: nothing is written", async () => {
      await installed(cluster, from, to);
      const mark = await cluster.audit.mark();
      const file = await fileOf(to);
      const { code, stderr } = await runController(
        cluster,
        "-f",
        file,
        "--bundle-dir",
        join(file, "below-a-file"),
      );
      expect(code).toBe(1);
      expect(lines(stderr).some((line) => line.startsWith("error: "))).toBe(true);
      expect(await writes(cluster, mark)).toEqual([]);
    });
  });
});
