import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostedCalico, toYaml } from "../test/calico/hosted-calico.ts";
import type { Cluster } from "../test/cluster/cluster.ts";
import { at, listAt } from "../test/cluster/kube-object.ts";
import { compare, wall, type Command, type Ratio } from "./pairs.ts";

const pods = `/api/v1/namespaces/kube-system/pods?labelSelector=${encodeURIComponent("k8s-app=calico-kube-controllers")}`;

/**
 * How long no controller runs, in milliseconds, by looking at its pods as often as the server answers: ours
 * beside `kubectl apply` and `rollout status` of the same manifest.
 */
export async function controllerDowntime(
  cluster: Cluster,
  rounds: number,
  ours: (...args: string[]) => Command,
  kubectl: (...args: string[]) => Command,
): Promise<Ratio> {
  const folder = await mkdtemp(join(tmpdir(), "calico-upgrade-bench-"));
  try {
    const files = await Promise.all(
      ["v3.28.2", "v3.29.0"].map(async (version) => {
        const file = join(folder, `${version}.yaml`);
        const deployment = hostedCalico({ version }, ["workloads"]).filter(
          ({ kind }) => kind === "Deployment",
        );
        await writeFile(file, toYaml(deployment));
        return file;
      }),
    );
    const [older = "", newer = ""] = files;
    const env = { ...cluster.env, XDG_STATE_HOME: folder };
    // Whoever made the test's Calico owns fields that the older manifest lacks.
    const flags = ["--settle=0s", "--ignore-preflight-errors=H14,P11"];
    const rollout = ["-n", "kube-system", "rollout", "status", "deployment/calico-kube-controllers"];
    return await compare(
      rounds,
      () => downtime(cluster, () => wall([ours("controller", "-f", older, ...flags)], env)),
      () => downtime(cluster, () => wall([kubectl("apply", "-f", newer), kubectl(...rollout)], env)),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function downtime({ api }: Cluster, work: () => Promise<unknown>): Promise<number> {
  const over = new AbortController();
  const looking = (async () => {
    let down = 0;
    let before = performance.now();
    while (!over.signal.aborted) {
      // Each look tells how it was since the one before.
      const running = listAt(await api.ask("GET", pods), "items").some(
        (pod) => at(pod, "status", "containerStatuses", 0, "state", "running") !== undefined,
      );
      const now = performance.now();
      if (!running) down += now - before;
      before = now;
    }
    return down;
  })();
  try {
    await work();
  } finally {
    over.abort();
  }
  return await looking;
}
