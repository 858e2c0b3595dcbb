import { mkdtemp, readFile as read, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../../../src/cli.ts";
import { readingNames, type ClusterFacts } from "../../../src/model/cluster-facts.ts";
import { factsText, parseFacts } from "../../../src/model/facts-file.ts";
import { known } from "../../../src/model/reading.ts";
import { networkPolicyFacts } from "../../../src/model/network-policy.ts";
import { testContext } from "../flags/test-context.ts";
import { clusterFacts, forbidden } from "../preflight/cluster.ts";

const blocks = networkPolicyFacts({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "office", namespace: "shop", uid: "uid-1" },
  spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "2001:db8::/32" } }] }] },
});
const facts: ClusterFacts = {
  ...clusterFacts(),
  networkPolicies: known([blocks]),
  tiers: forbidden,
};

/** A command on that file, by the whole command line; the cluster must not be asked. */
async function runOn(seen: ClusterFacts, ...args: readonly string[]) {
  return await runWith(seen, ...args, "--facts", "facts.json");
}

async function run(...args: readonly string[]) {
  return await runWith(facts, ...args);
}

async function runWith(seen: ClusterFacts, ...args: readonly string[]) {
  const files: Readonly<Record<string, string>> = { "facts.json": factsText(seen, "v0.0.0") };
  const readFile = (path: string): Promise<string> =>
    files[path] === undefined ? read(path, "utf8") : Promise.resolve(files[path]);
  const { context, stdout, stderr } = testContext({ readFile });
  const exitCode = await runCli(args, context);
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

test("a server that does not answer does not cost the facts that were saved before", async () => {
  const folder = await mkdtemp(join(tmpdir(), "facts-"));
  try {
    const path = join(folder, "cluster.json");
    await writeFile(path, "saved before");
    const { context } = testContext();
    expect(await runCli(["status", "--save-facts", path], context)).toBe(1);
    expect(await read(path, "utf8")).toBe("saved before");
    expect(await readdir(folder)).toEqual(["cluster.json"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

describe("a facts file", () => {
  test("gives back what was saved: values, what could not be read, addresses, and when it was looked at", () => {
    const parsed = parseFacts(factsText(facts, "v0.0.0"), readingNames);
    expect(parsed).toEqual({ ok: true, facts });
  });

  test("says its format, its time and what wrote it", () => {
    expect(JSON.parse(factsText(facts, "v1.2.3"))).toMatchObject({
      apiVersion: "calico-upgrade/v1alpha1",
      kind: "ClusterFacts",
      format: 1,
      taken: "2026-11-20T12:00:00Z",
      program: "v1.2.3",
    });
  });

  test("a reading that it does not have was not asked for, and is not none", () => {
    const document = JSON.parse(factsText(facts, "v0.0.0")) as { facts: Record<string, unknown> };
    delete document.facts["hostEndpoints"];
    const parsed = parseFacts(JSON.stringify(document), readingNames);
    expect(parsed.ok && parsed.facts.hostEndpoints).toMatchObject({ known: false, why: "not asked" });
  });

  test.each([
    [
      "a reading that is no reading",
      (all: Record<string, unknown>) => ({ ...all, nodes: [] }),
      'has a damaged reading "nodes"',
    ],
    ["no time", ({ now: _now, ...all }: Record<string, unknown>) => all, "holds no facts that can be read"],
  ])("with %s is refused", (_what, change, why) => {
    const document = JSON.parse(factsText(facts, "v0.0.0")) as { facts: Record<string, unknown> };
    const text = JSON.stringify({ ...document, facts: change(document.facts) });
    expect(parseFacts(text, readingNames)).toEqual({ ok: false, why });
  });
});

describe("every command that only reads looks at the file in place of a cluster", () => {
  test("status", async () => {
    const { exitCode, stdout, stderr } = await run("status", "--facts", "facts.json");
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("node-03");
    expect(stdout).toContain("v3.29.1");
  });

  test("status judges ages by the time at which the facts were taken", async () => {
    const { stdout } = await run("status", "--facts", "facts.json", "-o", "json");
    expect(JSON.parse(stdout)).toMatchObject({ cluster: { observed: "2026-11-20T12:00:00Z" } });
    const { stdout: table } = await run("status", "--facts", "facts.json");
    expect(table).toMatch(/node-01 .* 60m/);
  });

  test("plan, with its states", async () => {
    const { exitCode, stdout, stderr } = await run(
      "plan",
      "--facts",
      "facts.json",
      "--to",
      "v3.30.7",
      "-o",
      "json",
    );
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ kind: "UpgradePlan", basis: "cluster", from: "v3.29.1" });
  });

  test("migrate-policy --what-if, in a cluster before the boundary", async () => {
    const namespace = (name: string, annotations: Readonly<Record<string, string>> = {}) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, annotations },
    });
    const deny = { "net.beta.kubernetes.io/network-policy": '{"ingress":{"isolation":"DefaultDeny"}}' };
    const pod = (name: string, in_: string) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: in_, labels: { app: name } },
      spec: { containers: [] },
    });
    const old = clusterFacts({
      release: "v2.2.1",
      kubernetes: "v1.7.16",
      objects: [namespace("shop"), namespace("bank", deny), pod("web", "shop"), pod("vault", "bank")],
    });
    const { exitCode, stdout, stderr } = await runOn(old, "migrate-policy", "--what-if", "-o", "json");
    expect([exitCode, stderr]).toEqual([1, ""]);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: "PolicyWhatIf",
      namespaces: expect.arrayContaining([
        expect.objectContaining({
          name: "bank",
          isolation: "isolated",
          without: expect.objectContaining({ exposed: 1, cutOff: 0 }) as unknown,
        }),
      ]) as unknown,
    });
  });

  test("migrate-policy carries nothing out on a file", async () => {
    const { exitCode, stderr } = await run("migrate-policy", "--facts", "facts.json");
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: --facts and --save-facts go with --what-if\n/),
    ]);
  });

  test("of before the kinds that were listed had their present name is still read", () => {
    const earlier = factsText(facts, "v0.0.0").replace(
      '"resources":["configmaps"]',
      '"looked":["configmaps"]',
    );
    expect(earlier).toContain('"looked"');
    expect(parseFacts(earlier, readingNames)).toEqual({ ok: true, facts });
    const damaged = earlier.replace('"looked":["configmaps"],', "");
    expect(parseFacts(damaged, readingNames)).toEqual({
      ok: false,
      why: "has a damaged reading: dependants.resources is missing",
    });
  });

  test("watching a file is refused", async () => {
    const { exitCode, stderr } = await run("status", "-w", "--facts", "facts.json");
    expect([exitCode, stderr]).toEqual([
      1,
      "error: --facts and --save-facts are about one look; leave out --watch and --wait\n",
    ]);
  });

  test.each(["status", "plan", "preflight"])(
    "%s tells at once where it cannot save, and asks no cluster",
    async (command) => {
      const path = join(import.meta.dirname, "nowhere", "facts.json");
      const to = command === "status" ? [] : ["--to", "v3.30.7"];
      const { exitCode, stderr } = await run(command, ...to, "--save-facts", path);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`error: --save-facts: "${path}" cannot be written: ENOENT`);
    },
  );
});
