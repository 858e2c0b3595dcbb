import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.ts";
import type { RemoveFault } from "../cluster/faults.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";

const pods = "/api/v1/namespaces/kube-system/pods?labelSelector=app%3Dagent";

/** Two init containers and two containers on every node, as Calico's pods have them. */
const agent: KubeObject = {
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "agent", namespace: "kube-system" },
  spec: {
    selector: { matchLabels: { app: "agent" } },
    updateStrategy: { type: "OnDelete" },
    template: {
      metadata: { labels: { app: "agent" } },
      spec: {
        hostNetwork: true,
        terminationGracePeriodSeconds: 0,
        tolerations: [{ operator: "Exists" }],
        initContainers: [
          { name: "upgrade-ipam", image: "calico/cni:v1" },
          { name: "install-cni", image: "calico/cni:v1" },
        ],
        containers: [
          { name: "main", image: "calico/node:v1", resources: { requests: { cpu: "250m" } } },
          { name: "side", image: "example/side:v1" },
        ],
      },
    },
  },
};

describe.each(["1.36", "1.15"] as const)("faults on Kubernetes %s", (kubeVersion) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ kubeVersion });
    await cluster.apply([agent]);
    await allReady();
  });
  afterAll(() => cluster?.stop());
  beforeEach(allReady);

  async function allReady(): Promise<void> {
    await cluster.waitFor(pods, (seen) => seen.length === 3 && seen.every(isReady), {
      what: "all agents Ready",
    });
  }

  async function deletePodOn(node: string, gracePeriodSeconds = 0): Promise<string | undefined> {
    const { metadata } = await cluster.waitFor(pods, (seen) => seen.find((pod) => nodeOf(pod) === node));
    const path = `/api/v1/namespaces/kube-system/pods/${metadata.name}`;
    await cluster.api.ask("DELETE", path, { gracePeriodSeconds });
    return metadata.uid;
  }

  /** Deletes a node's pod and answers what the next one comes to look like. */
  async function replaced(
    node: string,
    shows: (pod: KubeObject) => boolean,
    what: string,
  ): Promise<KubeObject> {
    const uid = await deletePodOn(node);
    const isNext = (pod: KubeObject) => nodeOf(pod) === node && pod.metadata.uid !== uid && shows(pod);
    return cluster.waitFor(pods, (seen) => seen.find(isNext), { what });
  }

  async function shown(pod: KubeObject): Promise<string> {
    const { stdout } = await cluster.kubectl([
      "-n",
      "kube-system",
      "get",
      "pod",
      pod.metadata.name,
      "--no-headers",
    ]);
    return stdout.trim().split(/\s+/).slice(1, 3).join(" ");
  }

  async function clears(remove: RemoveFault): Promise<void> {
    await remove();
    await allReady();
  }

  test("a node that cannot pull shows it at the container whose turn it is, and recovers", async () => {
    const remove = await cluster.faults.imagePullBackOff("node-02");
    const pod = await replaced("node-02", waitsWith("ImagePullBackOff"), "ImagePullBackOff");
    expect(await shown(pod)).toBe("0/2 Init:ImagePullBackOff");
    await clears(remove);
  });

  test("an image that cannot be pulled hits its own container and no other", async () => {
    const remove = await cluster.faults.errImagePull({ image: "calico/node" });
    const pod = await replaced("node-02", waitsWith("ErrImagePull"), "ErrImagePull");
    expect(reasons(pod)).toEqual([
      "upgrade-ipam Completed",
      "install-cni Completed",
      "main ErrImagePull",
      "side running",
    ]);
    await clears(remove);
  });

  test("a slow pull holds the pod back for as long as it takes", async () => {
    const remove = await cluster.faults.slowPull({ node: "node-02", container: "main" }, 600_000);
    const pod = await replaced("node-02", (one) => reasons(one)[1] === "install-cni Completed", "init done");
    expect(reasons(pod).slice(2)).toEqual(["main PodInitializing", "side PodInitializing"]);
    await clears(remove);
  });

  test("a crash loop counts its restarts, keeps the last exit and shows its last words", async () => {
    const remove = await cluster.faults.crashLoopBackOff(
      { node: "node-02", container: "main" },
      { exitCode: 7, backOffMs: 300, logs: ["booting", "no datastore"] },
    );
    const crashed = (pod: KubeObject) =>
      waitsWith("CrashLoopBackOff")(pod) && Number(at(mainOf(pod), "restartCount")) > 2;
    const pod = await replaced("node-02", crashed, "several restarts");
    expect(at(pod, "status", "phase")).toBe("Running");
    expect(at(mainOf(pod), "lastState", "terminated")).toMatchObject({ exitCode: 7, reason: "Error" });
    const args = ["-n", "kube-system", "logs", pod.metadata.name, "-c", "main", "--previous", "--tail=1"];
    expect((await cluster.kubectl(args)).stdout).toBe("no datastore\n");
    await clears(remove);
  });

  test("a container that runs and never gets ready keeps its pod unready", async () => {
    const remove = await cluster.faults.runningNeverReady({ node: "node-02", container: "main" });
    const isHalf = (pod: KubeObject) => readiness(pod).join() === "false,true";
    const pod = await replaced("node-02", isHalf, "half ready");
    expect(await shown(pod)).toBe("1/2 Running");
    await clears(remove);
  });

  test("a pod that ends slowly stays Terminating with its containers' end in it", async () => {
    const remove = await cluster.faults.slowTermination("node-02", 500);
    const uid = await deletePodOn("node-02");
    const ended = await cluster.waitFor(
      pods,
      (seen) =>
        seen.find((pod) => pod.metadata.uid === uid && at(mainOf(pod), "state", "terminated", "finishedAt")),
      { what: "finishedAt of the pod that goes" },
    );
    expect(ended.metadata.deletionTimestamp).toBeDefined();
    await clears(remove);
  });

  test("a node without room keeps the replacement Pending and unplaced", async () => {
    const remove = await cluster.faults.podNeverScheduledBack("node-02");
    await deletePodOn("node-02");
    const isUnplaced = (pod: KubeObject) =>
      listAt(pod, "status", "conditions").some((one) => at(one, "reason") === "Unschedulable");
    const pending = await cluster.waitFor(pods, (seen) => seen.find(isUnplaced), { what: "Unschedulable" });
    expect(nodeOf(pending)).toBeUndefined();
    await clears(remove);
  });

  test("a tainted node gets no pod that does not tolerate it", async () => {
    const daemonSets = "/apis/apps/v1/namespaces/kube-system/daemonsets";
    const tolerate = (tolerations: readonly unknown[]) =>
      cluster.api.ask("PATCH", `${daemonSets}/agent`, { spec: { template: { spec: { tolerations } } } });
    const remove = await cluster.faults.podNeverScheduledBack("node-02", { by: "taint" });
    await tolerate([]);
    const wants =
      (count: number) =>
      ([set]: readonly KubeObject[]) =>
        at(set, "status", "desiredNumberScheduled") === count &&
        at(set, "status", "observedGeneration") === set?.metadata.generation;
    await cluster.waitFor(daemonSets, wants(2), { what: "one node less" });
    await tolerate([{ operator: "Exists" }]);
    await clears(remove);
  });

  test("a silent node is lost, keeps what was deleted there Terminating, and comes back whole", async () => {
    const remove = await cluster.faults.silentNode("node-02");
    const { stdout } = await cluster.kubectl(["get", "node", "node-02", "--no-headers"]);
    expect(stdout).toMatch(/^node-02 +NotReady/);
    const uid = await deletePodOn("node-02", 30);
    const [left] = await cluster.waitFor(pods, (seen) => seen.filter((pod) => pod.metadata.uid === uid));
    expect(left?.metadata.deletionTimestamp).toBeDefined();
    await clears(remove);
  });
});

function nodeOf(pod: KubeObject): unknown {
  return at(pod, "spec", "nodeName");
}

function isReady(pod: KubeObject): boolean {
  return listAt(pod, "status", "conditions").some(
    (one) => at(one, "type") === "Ready" && at(one, "status") === "True",
  );
}

function statuses(pod: KubeObject): unknown[] {
  return [...listAt(pod, "status", "initContainerStatuses"), ...listAt(pod, "status", "containerStatuses")];
}

function mainOf(pod: KubeObject): unknown {
  return listAt(pod, "status", "containerStatuses").find((status) => at(status, "name") === "main");
}

function readiness(pod: KubeObject): unknown[] {
  return listAt(pod, "status", "containerStatuses").map((status) => at(status, "ready"));
}

function reasons(pod: KubeObject): string[] {
  return statuses(pod).map((status) => {
    const state = at(status, "state");
    const reason = at(state, "waiting", "reason") ?? at(state, "terminated", "reason") ?? "running";
    return [at(status, "name"), reason].join(" ");
  });
}

function waitsWith(reason: string): (pod: KubeObject) => boolean {
  return (pod) => statuses(pod).some((status) => at(status, "state", "waiting", "reason") === reason);
}
