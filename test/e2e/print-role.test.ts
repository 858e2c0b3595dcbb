/** The roles that an administrator is asked for are taken by kubectl, and are all that each command needs. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { RoleCommand } from "../../src/model/program.ts";
import { lines, runPlugin, type Result } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

const old = { version: "v3.29.7" };
const next = { version: "v3.30.7" };
const quick = "--settle=0s";

describe("Kubernetes 1.36: users with nothing but a printed role", () => {
  let cluster: Cluster;
  let folder: string;
  let file: string;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: "1.36", audit: "Metadata" });
    folder = await mkdtemp(join(tmpdir(), "print-role-"));
    file = join(folder, "next.yaml");
    await writeFile(file, toYaml(hostedCalico(next)));
    await writeFile(join(folder, "old.yaml"), toYaml(hostedCalico(old)));
  });
  afterAll(async () => {
    await cluster?.resetCalico();
    await cluster?.stop();
  });

  async function kubectl(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await cluster.kubectl([...args]);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  }

  async function freshCalico(): Promise<void> {
    await cluster.resetCalico();
    await kubectl("apply", "--validate=false", "-f", join(folder, "old.yaml"));
    await workloadsReady(cluster);
  }

  /** Printed where there is no cluster, applied and bound as the printed lines say. */
  async function userOf(
    command: RoleCommand,
  ): Promise<{ readonly name: string; readonly kubeconfig: string }> {
    const name = `upgrader-${command}`;
    const kubeconfig = await cluster.userKubeconfig({ name });
    const printed = await runPlugin(cluster, ["preflight", `--print-role=${command}`], {
      kubeconfig: join(folder, "no-such-kubeconfig"),
    });
    expect([printed.code, printed.stderr]).toEqual([0, ""]);
    const roles = join(folder, `${command}.yaml`);
    await writeFile(roles, printed.stdout);
    await kubectl("apply", "-f", roles);
    const bindings = lines(printed.stdout).filter((line) => line.startsWith("#   kubectl "));
    expect(bindings.length).toBeGreaterThan(0);
    for (const line of bindings) {
      const [, ...words] = line.slice("#   ".length).replace("USER", name).split(" ");
      await kubectl(...words);
    }
    return { name, kubeconfig };
  }

  /** What the command came to, and what the server refused it. */
  async function as(
    { name, kubeconfig }: Awaited<ReturnType<typeof userOf>>,
    ...args: readonly string[]
  ): Promise<Result & { readonly refused: readonly string[] }> {
    const mark = await cluster.audit.mark();
    const result = await runPlugin(cluster, args, { kubeconfig });
    const asked = await cluster.audit.since(mark, { user: name });
    const refused = asked.filter(({ code }) => code === 403).map(({ verb, uri }) => `${verb} ${uri}`);
    return { ...result, refused };
  }

  const done = () => ({ code: 0, refused: [], stdout: expect.not.stringContaining("forbidden") as string });

  test("kubectl takes the roles of all commands", async () => {
    const printed = await runPlugin(cluster, ["preflight", "--print-role"]);
    const all = join(folder, "all.yaml");
    await writeFile(all, printed.stdout);
    const taken = await kubectl("apply", "--dry-run=client", "-f", all);
    expect(lines(taken).filter((line) => line.endsWith(" created (dry run)"))).toHaveLength(18);
  });

  test("who may read nothing is told each missing right once, with what it hides", async () => {
    await freshCalico();
    const kubeconfig = await cluster.userKubeconfig({ name: "nobody-at-all" });
    for (const format of ["table", "short"]) {
      const { code, stdout } = await runPlugin(
        cluster,
        ["preflight", "--to", next.version, "-o", format, "--skip-checks=S05"],
        { kubeconfig },
      );
      expect(code).toBe(1);
      expect(stdout).not.toContain('User "nobody-at-all"');
      const told = stdout.match(/cannot [^()\n]+ \(forbidden\)/g) ?? [];
      expect(told).toContain("cannot list daemonsets.apps (forbidden)");
      expect(new Set(told).size).toBe(told.length);
    }
  });

  test("status and preflight know all that an administrator's know", async () => {
    await freshCalico();
    const reader = await userOf("status");
    const status = await as(reader, "status", "-o", "json");
    expect([status.code, status.stderr]).toEqual([0, ""]);
    expect(status.stdout).not.toContain("forbidden");
    // DaemonSets are looked for everywhere first, and then where Calico usually is.
    expect(status.refused.filter((each) => !each.includes("/daemonsets?"))).toEqual([]);
    const checker = await userOf("preflight");
    const to = ["--to", next.version, "-o", "json", "--skip-checks=S05"];
    const { refused, stdout } = await as(checker, "preflight", ...to);
    expect(refused).toEqual([]);
    const outcomes = (text: string): readonly unknown[] =>
      (JSON.parse(text) as { findings: { id: string; outcome: string }[] }).findings.map(
        ({ id, outcome }) => [id, outcome],
      );
    expect(outcomes(stdout)).toEqual(outcomes((await runPlugin(cluster, ["preflight", ...to])).stdout));
  });

  test("node, controller and configmap do their work", async () => {
    await freshCalico();
    const force = "--ignore-preflight-errors=H17";
    expect(await as(await userOf("node"), "node", "node-01", "--restart", quick, force)).toMatchObject(
      done(),
    );
    expect(await as(await userOf("controller"), "controller", "--restart")).toMatchObject(done());
    const set = ["configmap", "--set", "veth_mtu=1410", "-y", quick, force];
    expect(await as(await userOf("configmap"), ...set)).toMatchObject(done());
  });

  test("apply upgrades everything, and undo takes it back", async () => {
    await freshCalico();
    const bundles = ["--bundle-dir", join(folder, "bundles")];
    const applied = await as(await userOf("apply"), "apply", "-f", file, "-y", quick, ...bundles);
    expect(applied).toMatchObject(done());
    const [, bundle = "no bundle named"] = /saved in ([^;\s]+)/.exec(applied.stderr) ?? [];
    const undo = ["undo", bundle, "-y", quick, "--ignore-preflight-errors=H17"];
    const undone = await as(await userOf("undo"), ...undo, ...bundles);
    expect(undone, undone.stderr).toMatchObject(done());
  });

  test("migrations look at everything and are refused nothing", async () => {
    await freshCalico();
    for (const command of ["migrate-policy", "migrate-data"] as const)
      expect(await as(await userOf(command), command, "--dry-run=client")).toMatchObject({ refused: [] });
  });
});
