/**
 * H32: between the plan and the answer minutes pass. What a plan rests on is looked at again after the question and
 * before each write; what is different is planned and asked again, and what is said in the end is true then.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { poll } from "../cluster/wait.ts";
import { actAt } from "../faults/act-once.ts";
import { install } from "../faults/install.ts";
import { startFaultProxy } from "../faults/proxy.ts";
import { upstreamOf } from "../faults/upstream.ts";
import { writes } from "./support/calico-cluster.ts";
import { runPlugin } from "./support/plugin.ts";
import {
  annotationKey,
  createPod,
  createPolicy,
  defaultDeny,
  emptyNamespace,
  installOldCalico,
  passing,
  rawCluster,
} from "./support/policy-cluster.ts";
import { hasTerminal, onTerminal, type Terminal } from "./support/terminal.ts";
import {
  itemsOf,
  newPath,
  oldPath,
  putOneOfEach,
  removeKinds,
  removeOldObjects,
  serveOldKinds,
} from "./support/third-party-resources.ts";
import { testCluster } from "./test-cluster.ts";

/** A second try would only double the time of what is red. */
const once = { retry: 0 };
const program = "kubectl calico-upgrade";
const question = /\[y\/N\]/;

/** A folder that is gone with the test. */
async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "after-the-question-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const questions = (terminal: Terminal): number =>
  terminal.screen().filter((line) => question.test(line)).length;

/** Answers yes to every question, at the first one after somebody else has acted; the exit code, and how often it asked. */
async function answered(
  terminal: Terminal,
  meanwhile: () => Promise<unknown>,
): Promise<{ readonly code: number | null; readonly asked: number; readonly screen: string }> {
  await terminal.shows(question);
  await meanwhile();
  for (let count = 1; ; count += 1) {
    terminal.types("y\n");
    const outcome = await Promise.race([
      terminal.ended.then((code) => ({ code })),
      asksAgain(terminal, count),
    ]);
    if (outcome !== undefined)
      return { code: outcome.code, asked: questions(terminal), screen: terminal.screen().join("\n") };
  }
}

async function asksAgain(terminal: Terminal, count: number): Promise<undefined> {
  await poll(async () => questions(terminal) > count, { timeoutMs: 90_000, what: "another question" });
  return undefined;
}

describe("migrate-policy", () => {
  let cluster: Cluster;
  let folder: string;
  beforeAll(async () => {
    cluster = await testCluster({ audit: "Request" });
    await installOldCalico(cluster, "kubernetes");
  });
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    folder = await ownFolder();
    await emptyNamespace(cluster, "bank", { [annotationKey]: defaultDeny });
    await emptyNamespace(cluster, "shop");
    await createPolicy(cluster, "bank", "allow-web", {
      podSelector: { matchLabels: { app: "web" } },
      ingress: [{ ports: [{ port: 80 }] }],
    });
    await createPolicy(cluster, "shop", "allow-web", {
      podSelector: { matchLabels: { app: "web" } },
      ingress: [{ ports: [{ port: 80 }] }],
    });
    await createPolicy(cluster, "shop", "closed", { podSelector: {}, ingress: [] });
    for (const namespace of ["bank", "shop"]) {
      await createPod(cluster, namespace, "web", { app: "web" });
      await createPod(cluster, namespace, "db", { app: "db" });
    }
  });

  const annotate = (namespace: string, value: string | null) =>
    cluster.api.ask("PATCH", `/api/v1/namespaces/${namespace}`, {
      metadata: { annotations: { [annotationKey]: value } },
    });
  const flows = async (semantics: "old" | "new") =>
    passing(await rawCluster(cluster), "kubernetes", semantics);
  const policiesOf = async (namespace: string): Promise<readonly string[]> => {
    const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
    return (listAt(await cluster.api.ask("GET", path), "items") as KubeObject[]).map(
      ({ metadata }) => metadata.name,
    );
  };

  const changes: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["a namespace is isolated", () => annotate("shop", defaultDeny)],
    // oxlint-disable-next-line unicorn/no-null -- a merge patch removes by it
    ["a namespace is no longer isolated", () => annotate("bank", null)],
    [
      "a policy is added to an open namespace",
      () => createPolicy(cluster, "shop", "added", { podSelector: {}, ingress: [] }),
    ],
    [
      "a policy is added to an isolated namespace",
      () => createPolicy(cluster, "bank", "added", { podSelector: {}, ingress: [{}] }),
    ],
  ];

  test.skipIf(!hasTerminal).each(changes)(
    "while it asks, %s: it plans and asks again, and who may talk to whom stays the same",
    once,
    async (_what, change) => {
      const terminal = onTerminal(cluster, `${program} migrate-policy --bundle-dir ${folder}`);
      let before: ReadonlySet<string> = new Set();
      const { code, asked, screen } = await answered(terminal, async () => {
        await change();
        before = await flows("old");
      });
      expect([...before.symmetricDifference(await flows("new"))], screen).toEqual([]);
      expect([code, screen]).toEqual([0, expect.stringContaining("means the same")]);
      // A policy more in an isolated namespace changes nothing of what was asked.
      if (!_what.includes("to an isolated")) expect(asked, screen).toBe(2);
    },
  );

  test.skipIf(!hasTerminal)(
    "while it asks, a namespace is isolated: none of its policies is deleted, and every flow of it stays as it is then",
    once,
    async () => {
      const terminal = onTerminal(cluster, `${program} migrate-policy --bundle-dir ${folder}`);
      const { screen } = await answered(terminal, () => annotate("shop", defaultDeny));
      // "closed" shuts the namespace by itself: a default-deny beside it would say nothing new.
      expect(await policiesOf("shop"), screen).toEqual(["allow-web", "closed"]);
      expect([...(await flows("old")).symmetricDifference(await flows("new"))], screen).toEqual([]);
    },
  );

  test.each(["first", "last"] as const)(
    "a namespace is isolated at the %s write: it never says that all means the same where it does not",
    once,
    async (which) => {
      const proxy = await startFaultProxy(upstreamOf(cluster));
      onTestFinished(() => proxy.stop());
      const { stderr: plan } = await runPlugin(cluster, ["migrate-policy", "--dry-run=client"]);
      const index = which === "first" ? 0 : 2;
      proxy.begin(
        actAt({ at: "write", index }, async () => {
          await annotate("shop", defaultDeny);
          return undefined;
        }),
      );
      const { code, stderr } = await runPlugin(
        cluster,
        ["migrate-policy", "-y", "--bundle-dir", folder],
        proxy,
      );
      expect(proxy.seen().filter((request) => request.writes).length, plan).toBeGreaterThan(index);
      const same = (await flows("old")).symmetricDifference(await flows("new")).size === 0;
      const says = stderr.includes("means the same before and after");
      expect({ says, code }, stderr).toEqual(same ? { says: true, code: 0 } : { says: false, code: 1 });
    },
  );
});

describe("apply, configmap and undo", () => {
  let cluster: Cluster;
  let folder: string;
  const old = hostedCalico({ version: "v3.29.7" });
  const next = hostedCalico({ version: "v3.30.7" });
  const configPath = "/api/v1/namespaces/kube-system/configmaps/calico-config";
  beforeAll(async () => {
    cluster = await testCluster({ audit: "Request" });
  });
  afterAll(() => cluster?.stop());
  beforeEach(async () => {
    folder = await ownFolder();
    await install(cluster, folder, old);
    await writeFile(join(folder, "next.yaml"), toYaml(next));
  });

  const quick = () => `--settle=0s --bundle-dir ${join(folder, "bundles")}`;
  const applying = () => `${program} apply -f ${join(folder, "next.yaml")} ${quick()}`;
  const data = async (key: string) => at(await cluster.api.ask("GET", configPath), "data", key);
  const set = (key: string, value: string) =>
    cluster.api.ask("PATCH", `${configPath}?fieldManager=somebody`, { data: { [key]: value } });
  const container = () =>
    cluster.kubectl(["-n", "kube-system", "set", "env", "daemonset/calico-node", "FELIX_IPV6SUPPORT=true"]);

  /** What was written before a second question or the end; somebody acts at the first one. */
  async function writtenAfter(command: string, act: () => Promise<unknown>) {
    const terminal = onTerminal(cluster, command);
    await terminal.shows(question);
    await act();
    const mark = await cluster.audit.mark();
    terminal.types("y\n");
    const twice = asksAgain(terminal, 1).then(() => "asked again");
    const outcome = await Promise.race([twice, terminal.ended.then((code) => `exit code ${String(code)}`)]);
    return { outcome, written: await writes(cluster, mark), screen: terminal.screen().join("\n") };
  }

  test.skipIf(!hasTerminal).each([
    ["a value of calico-config is changed", () => set("veth_mtu", "1333")],
    ["calico-node's environment is changed", container],
  ] as const)(
    "apply: while it asks, %s: nothing is written before that was shown",
    once,
    async (_what, change) => {
      const { outcome, written, screen } = await writtenAfter(applying(), change);
      expect(written, screen).toEqual([]);
      expect(["asked again", "exit code 1"]).toContain(outcome);
    },
  );

  test.skipIf(!hasTerminal)(
    "undo: while it asks, an object of the run is changed: nothing is written before that was shown",
    once,
    async () => {
      const { code, stderr } = await runPlugin(cluster, applying().split(" ").slice(2).concat("-y"));
      expect(code, stderr).toBe(0);
      const bundle = /saved in ([^;\s]+)/.exec(stderr)?.[1] ?? "no bundle";
      const { outcome, written, screen } = await writtenAfter(
        `${program} undo ${bundle} --ignore-preflight-errors=H17 ${quick()}`,
        () => set("veth_mtu", "1333"),
      );
      expect(written, screen).toEqual([]);
      expect(["asked again", "exit code 1"]).toContain(outcome);
      expect(await data("veth_mtu")).toBe("1333");
    },
  );

  test.skipIf(!hasTerminal)(
    "configmap asks before it restarts nodes; while it asks, the ConfigMap is changed: nothing is written before that was shown",
    once,
    async () => {
      const { outcome, written, screen } = await writtenAfter(
        `${program} configmap --set veth_mtu=1400 ${quick()}`,
        () => set("veth_mtu", "1333"),
      );
      expect(written, screen).toEqual([]);
      expect(["asked again", "exit code 1"]).toContain(outcome);
    },
  );

  test.each(["--set", "-f"] as const)(
    "configmap %s: without a terminal it restarts no node unless -y was given",
    once,
    async (how) => {
      const changed = old.map((object) =>
        object.kind === "ConfigMap"
          ? { ...object, data: { ...(object["data"] as object), veth_mtu: "1400" } }
          : object,
      );
      const file = join(folder, "changed.yaml");
      await writeFile(file, toYaml(changed));
      const values = how === "--set" ? ["--set", "veth_mtu=1400"] : ["-f", file];
      const args = ["configmap", ...values, "--settle=0s", "--bundle-dir", join(folder, "bundles")];
      const mark = await cluster.audit.mark();
      const refused = await runPlugin(cluster, args);
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("-y")]);
      expect(await writes(cluster, mark)).toEqual([]);
      const { code, stdout } = await runPlugin(cluster, [...args, "-y"]);
      expect([code, stdout]).toEqual([0, expect.stringContaining("node/node-03 uncordoned")]);
    },
  );

  test.skipIf(!hasTerminal)(
    "configmap names the context and how many nodes restart when it asks, and `n` writes nothing",
    once,
    async () => {
      const mark = await cluster.audit.mark();
      const terminal = onTerminal(cluster, `${program} configmap --set veth_mtu=1400 ${quick()}`);
      await terminal.shows(question);
      terminal.types("n\n");
      expect(await terminal.ended).toBe(1);
      const asked = terminal.screen().findLast((line) => question.test(line)) ?? "";
      expect(asked).toContain(cluster.name);
      expect(asked).toContain("3 nodes");
      expect(await writes(cluster, mark)).toEqual([]);
    },
  );

  test("configmap that restarts nothing asks nothing", once, async () => {
    const args = ["configmap", "--set", "veth_mtu=1400", "--bundle-dir", join(folder, "bundles")];
    expect(await runPlugin(cluster, [...args, "--no-restart"])).toMatchObject({ code: 0 });
    expect(await data("veth_mtu")).toBe("1400");
  });

  describe("configmap between the steps of apply changes the keys that were named and no other", () => {
    const changedBy = async (act: () => Promise<unknown>): Promise<readonly string[]> => {
      const dataNow = async () =>
        at(await cluster.api.ask("GET", configPath), "data") as Readonly<Record<string, string>>;
      const before = await dataNow();
      await act();
      const after = await dataNow();
      return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
        (key) => before[key] !== after[key],
      );
    };
    const run = async (...args: readonly string[]) => {
      const { code, stderr } = await runPlugin(cluster, [
        ...args,
        "-y",
        "--settle=0s",
        "--bundle-dir",
        join(folder, "bundles"),
      ]);
      expect([code, stderr]).toEqual([0, expect.any(String)]);
    };

    test.each([["--until-step=configmap"], ["--skip-nodes"], ["--until-step=nodes"]])(
      "after apply %s",
      once,
      async (until) => {
        await run("apply", "-f", join(folder, "next.yaml"), until);
        const change = () => run("configmap", "--set", "veth_mtu=1440", "--no-restart");
        expect(await changedBy(change)).toEqual(["veth_mtu"]);
      },
    );

    test("a key that goes is the only one", once, async () => {
      await set("mine", "1");
      await run("apply", "-f", join(folder, "next.yaml"), "--until-step=configmap");
      expect(await changedBy(() => run("configmap", "--unset", "mine", "--no-restart"))).toEqual(["mine"]);
    });
  });
});

describe.skipIf(!hasTerminal)("migrate-data", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: "1.15", audit: "Request" });
  });
  afterAll(async () => {
    await removeKinds(cluster, "projectcalico.org");
    await cluster?.stop();
  });

  test(
    "while it asks, an old node writes an object: the new side gets what is there then",
    once,
    async () => {
      const folder = await ownFolder();
      await install(cluster, folder, hostedCalico({ version: "v2.4.1" }, ["rbac", "config", "workloads"]));
      await serveOldKinds(cluster);
      await removeKinds(cluster, ".crd.projectcalico.org");
      await removeOldObjects(cluster);
      await putOneOfEach(cluster);
      const terminal = onTerminal(cluster, `${program} migrate-data --bundle-dir ${folder}`);
      const { code, screen } = await answered(terminal, () =>
        cluster.api.ask("PATCH", `${oldPath("GlobalBgpConfig")}/asnumber`, { spec: { value: "64999" } }),
      );
      const [config] = await itemsOf(cluster, newPath("globalbgpconfigs"));
      expect(at(config, "spec", "value"), screen).toBe("64999");
      expect(code).toBe(0);
    },
  );
});
