/** BIRD is asked for its sessions, over a WebSocket, before and after a restart. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { kubectlInstall } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at } from "../cluster/kube-object.ts";
import { schemaErrorsOf } from "../unit/render/schema.ts";
import { cordonLease, isCordoned, podOf, writes } from "./support/calico-cluster.ts";
import { setSessions } from "./support/bird.ts";
import { patchEras } from "./support/patch-eras.ts";
import { runPlugin, startPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

const again = ["node", "node-01", "--restart", "--force", "--settle=0s"];
const up = { Mesh_10_0_0_2: "Established", Mesh_10_0_0_3: "Established" };

describe.each(patchEras)("Kubernetes $kubeVersion, Calico $old.version", (era) => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: era.kubeVersion, audit: "Request" });
  });
  afterAll(async () => {
    if (cluster !== undefined) setSessions(cluster, undefined);
    await cluster?.stop();
  });
  beforeEach(async () => {
    setSessions(cluster, undefined);
    await cluster.resetCalico();
    await kubectlInstall(cluster, era.old);
  });

  const run = (...args: readonly string[]) => runPlugin(cluster, args);

  /** How often an exec was let through since. */
  async function execs(mark: Awaited<ReturnType<Cluster["audit"]["mark"]>>): Promise<number> {
    const asked = await cluster.audit.since(mark);
    return asked.filter(({ objectRef }) => objectRef?.["subresource"] === "exec").length;
  }

  test("the line of a node says how many of its BGP sessions are back, and after how long; so does -o json", async () => {
    setSessions(cluster, { ...up, Global_10_9_9_9: "Active" });
    const { code, stderr } = await run(...again, "--bgp-check=exec");
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(
      /^node\/node-01 done: down (≤ )?[\d.]+s, Ready after [\d.]+s of 90s, 2 of 2 BGP sessions, [\d.]+s, pod networking not verified$/m,
    );
    const { stdout } = await run(...again, "-o", "json");
    const result: unknown = JSON.parse(stdout);
    expect(schemaErrorsOf("node-upgrade", result)).toEqual([]);
    expect(at(result as never, "nodes", "0")).toMatchObject({
      overBudget: false,
      sessionsAfterSeconds: expect.any(Number),
      bgpSessions: { verified: true, before: 2, after: 2, down: [], routesBefore: 3, routesAfter: 3 },
    });
  });

  test("a session that is not back keeps its node cordoned and the run waiting, and then the node is done", async () => {
    setSessions(cluster, up);
    const plugin = startPlugin(cluster, again);
    await plugin.says(/^node\/node-01 cordoned$/m);
    setSessions(cluster, { ...up, Mesh_10_0_0_3: "Connect" });
    await plugin.says(/waiting for 1 BGP session \(Mesh_10_0_0_3: Connect\)/);
    expect(await isCordoned(cluster, "node-01")).toBe(true);
    setSessions(cluster, up);
    const { code, stderr } = await plugin.ended;
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("2 of 2 BGP sessions, ");
    expect(await isCordoned(cluster, "node-01")).toBe(false);
  });

  test("a session that does not come back stops the run: the node stays cordoned under its lease, and the same command continues", async () => {
    setSessions(cluster, up);
    const plugin = startPlugin(cluster, [...again, "--timeout=6s"]);
    await plugin.says(/^node\/node-01 cordoned$/m);
    setSessions(cluster, { Mesh_10_0_0_2: "Established" });
    const { code, stderr } = await plugin.ended;
    expect(code).toBe(1);
    expect(stderr).toContain(
      "1 BGP session of node node-01 did not come back within 6s: Mesh_10_0_0_3: not configured",
    );
    expect(await isCordoned(cluster, "node-01")).toBe(true);
    expect(await cordonLease(cluster, "node-01")).toBeDefined();
    setSessions(cluster, up);
    const next = await run("node", "node-01", "--force", "--settle=0s");
    expect(next.code, next.stderr).toBe(0);
    expect(await isCordoned(cluster, "node-01")).toBe(false);
  });

  test("exec: without birdcl in the image, or BIRD as backend, nothing is written", async () => {
    const before = await podOf(cluster, "node-01");
    let mark = await cluster.audit.mark();
    const refused = await run(...again, "--bgp-check=exec");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("cannot ask BIRD on node node-01 for its BGP sessions: ");
    expect(refused.stderr).toContain("--bgp-check=auto");
    expect(refused.stderr).not.toContain("--bgp-check=exec");
    expect(await writes(cluster, mark)).toEqual([]);
    expect((await podOf(cluster, "node-01")).metadata.uid).toBe(before.metadata.uid);

    const patch = JSON.stringify({ data: { calico_backend: "vxlan" } });
    await cluster.kubectl([
      "-n",
      "kube-system",
      "patch",
      "configmap",
      "calico-config",
      "--type=merge",
      "-p",
      patch,
    ]);
    mark = await cluster.audit.mark();
    const vxlan = await run(...again, "--bgp-check=exec");
    expect(vxlan.code).toBe(1);
    expect(vxlan.stderr).toContain("the networking backend is vxlan");
    expect(await writes(cluster, mark)).toEqual([]);
  });

  test("off never asks; auto asks nobody where the user may not, and exec names the right", async () => {
    setSessions(cluster, up);
    let mark = await cluster.audit.mark();
    const off = await run(...again, "--bgp-check=off");
    expect(off.code, off.stderr).toBe(0);
    expect(off.stderr).not.toContain("BGP sessions,");
    expect(await execs(mark)).toBe(0);

    const all = { apiGroups: ["*"], resources: ["*"], verbs: ["list", "watch", "get", "patch", "delete"] };
    const kubeconfig = await cluster.userKubeconfig({ name: `no-exec-${era.kubeVersion}`, rules: [all] });
    mark = await cluster.audit.mark();
    const auto = await runPlugin(cluster, again, { kubeconfig });
    expect(auto.code, auto.stderr).toBe(0);
    expect(auto.stderr).not.toContain("BGP sessions,");
    expect(await execs(mark)).toBe(0);
    mark = await cluster.audit.mark();
    const exec = await runPlugin(cluster, [...again, "--bgp-check=exec"], { kubeconfig });
    expect(exec.code).toBe(1);
    expect(exec.stderr).toContain(
      "missing permission: create pods/exec in namespace kube-system; nothing was changed",
    );
    expect(await writes(cluster, mark)).toEqual([]);
  });

  test("a name that commands the terminal is shown and not obeyed", async () => {
    setSessions(cluster, { ...up, "Mesh\u001B[2J": "Established" });
    const plugin = startPlugin(cluster, [...again, "--timeout=6s"]);
    await plugin.says(/^node\/node-01 cordoned$/m);
    setSessions(cluster, up);
    const { code, stderr } = await plugin.ended;
    expect(code).toBe(1);
    expect(stderr).not.toContain("\u001B");
    expect(stderr).toContain("did not come back within 6s: Mesh^[[2J: not configured");
  });
});
