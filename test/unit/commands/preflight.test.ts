import { describe, expect, test } from "vitest";
import { runCli } from "../../../src/cli.ts";
import { factsText } from "../../../src/model/facts-file.ts";
import { known, type Reading } from "../../../src/model/reading.ts";
import type { RightFacts } from "../../../src/model/right.ts";
import type { PreflightReport } from "../../../src/render/preflight/kind.ts";
import { testContext } from "../flags/test-context.ts";
import { aCalicoObject, clusterFacts, forbidden, type PreflightSpec } from "../preflight/cluster.ts";
import { schemaErrorsOf } from "../render/schema.ts";

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** preflight on a facts file of that cluster, by the whole command line. */
async function preflight(spec: PreflightSpec, ...args: readonly string[]): Promise<Outcome> {
  const file = factsText(clusterFacts(spec), "v0.0.0");
  return await preflightOn({ "facts.json": file }, "--facts", "facts.json", ...args);
}

async function preflightOn(
  files: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Outcome> {
  return await runOn(files, "preflight", ...args);
}

/** A command that reads these files and no cluster. */
async function runOn(files: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Outcome> {
  const readFile = (path: string): Promise<string> => {
    const text = files[path];
    return text === undefined
      ? Promise.reject(Object.assign(new Error("no such file"), { code: "ENOENT" }))
      : Promise.resolve(text);
  };
  const { context, stdout, stderr } = testContext({ readFile });
  const exitCode = await runCli([...args], context);
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

async function report(spec: PreflightSpec, ...args: readonly string[]): Promise<PreflightReport> {
  const { stdout } = await preflight(spec, ...args, "-o", "json");
  return JSON.parse(stdout) as PreflightReport;
}

/** A right for everything that an upgrade may ask, as somebody who may do it all gets it answered. */
const everything = { readings: { rights: known(allRights(true)) } };

function allRights(allowed: RightFacts["allowed"]): readonly RightFacts[] {
  const rbac = "rbac.authorization.k8s.io";
  const wide = (group: string, resource: string, ...verbs: readonly string[]) =>
    verbs.map((verb) => ({ verb, group, resource, allowed }));
  const own = (group: string, resource: string, ...verbs: readonly string[]) =>
    verbs.map((verb) => ({ verb, group, resource, namespace: "kube-system", allowed }));
  return [
    ...wide("", "nodes", "list", "watch", "patch"),
    ...wide("", "namespaces", "get"),
    ...wide("apiextensions.k8s.io", "customresourcedefinitions", "get", "list", "watch", "create", "patch"),
    ...wide(rbac, "clusterroles", "get", "create", "patch", "escalate", "bind"),
    ...wide(rbac, "clusterrolebindings", "get", "create", "patch"),
    ...own("", "pods", "list", "watch", "delete", "create"),
    ...own("", "serviceaccounts", "get", "create", "patch"),
    ...own("", "services", "get", "create", "patch"),
    ...own("", "configmaps", "get", "create", "patch"),
    ...own("apps", "daemonsets", "get", "list", "watch", "patch"),
    ...own("apps", "deployments", "get", "list", "watch", "create", "patch"),
    ...own("apps", "controllerrevisions", "list"),
  ];
}

const allInterfaces = aCalicoObject("HostEndpoint", "all", { interfaceName: "*" });
const crossing: PreflightSpec = { release: "v3.13.4", kubernetes: "v1.17.17", ...everything };

describe("whether the cluster is ready is the exit code, and why stands in every format", () => {
  test("an error that fails: exit code 1, what was seen, what resolves it", async () => {
    const { exitCode, stdout } = await preflight(
      { ...crossing, objects: [allInterfaces] },
      "--to",
      "v3.14.1",
      "--checks",
      "B14",
    );
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      "Calico v3.13.4 to v3.14.1 (kubernetes datastore, Kubernetes v1.17.17): not ready, 1 error\n",
    );
    expect(stdout).toContain("× B14  Host endpoints of all interfaces are prepared for v3.14\n");
    expect(stdout).toContain("       fix: label them");
  });

  test("named in --ignore-preflight-errors it is shown and does not stop", async () => {
    const given = ["--to", "v3.14.1", "--checks", "b14", "--ignore-preflight-errors", "b14"];
    const { exitCode, stdout } = await preflight({ ...crossing, objects: [allInterfaces] }, ...given);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("× B14  Host endpoints of all interfaces are prepared for v3.14 (ignored)\n");
  });

  test("what could not be read is unknown, stands in the way and is told", async () => {
    const readings = { ...everything.readings, hostEndpoints: forbidden };
    const { exitCode, stdout } = await preflight(
      { ...crossing, readings },
      "--to",
      "v3.14.1",
      "--checks",
      "B14",
      "-o",
      "short",
    );
    expect([exitCode, stdout]).toEqual([
      1,
      "Calico v3.13.4 to v3.14.1 (kubernetes datastore, Kubernetes v1.17.17): not ready, 1 error\n" +
        '× B14  not known: hostEndpoints forbidden: User "jane" cannot list it\n',
    ]);
  });

  describe("for a user without rights", () => {
    const denied = (plural: string, group: string): Reading<never> => ({
      known: false,
      why: "forbidden",
      message: `Error from server (Forbidden): ${plural} is forbidden: User "jane" cannot list resource "${plural.split(".")[0] ?? ""}" in API group "${group}" at the cluster scope`,
    });
    const readings = {
      ...everything.readings,
      daemonSets: denied("daemonsets.apps", "apps"),
      namespaces: denied("namespaces", ""),
      networkPolicies: denied("networkpolicies.networking.k8s.io", "networking.k8s.io"),
    };
    const args = ["--to", "v3.14.1"];

    test("each right that is missing is one line, and below it stand the checks that it hides", async () => {
      const { findings } = await report({ ...crossing, readings }, ...args);
      const unknown = findings.filter(
        ({ outcome, because }) => outcome === "unknown" && because.includes('"daemonsets"'),
      );
      expect(unknown.length).toBeGreaterThan(10);
      for (const format of ["table", "wide"]) {
        const { stdout } = await preflight({ ...crossing, readings }, ...args, "-o", format);
        expect(stdout.match(/cannot list daemonsets\.apps/g)).toHaveLength(1);
        expect(stdout).not.toContain('User "jane"');
        expect(stdout).toContain(
          "× cannot list daemonsets.apps (forbidden)\n" +
            `       ${unknown.length} checks are unknown: ${unknown.map(({ id }) => id).join(", ")}\n`,
        );
        expect(stdout).toContain("preflight --print-role=preflight\n");
      }
    });

    test("-o short has one line for it as well, and JSON every finding with the server's own words", async () => {
      const { stdout, exitCode } = await preflight({ ...crossing, readings }, ...args, "-o", "short");
      expect(exitCode).toBe(1);
      expect(stdout.match(/not known: cannot list daemonsets\.apps \(forbidden\)$/gm)).toHaveLength(1);
      const { findings } = await report({ ...crossing, readings }, ...args);
      expect(findings.find(({ id }) => id === "S01")).toBeDefined();
      expect(schemaErrorsOf("preflight", await report({ ...crossing, readings }, ...args))).toEqual([]);
    });

    test("what one check alone could not see for another reason stays in its place", async () => {
      const lost = {
        ...everything.readings,
        hostEndpoints: { known: false, why: "failed", message: "timed out" } as const,
      };
      const { stdout } = await preflight({ ...crossing, readings: lost }, ...args, "--checks", "B14");
      expect(stdout).toContain("       not known: hostEndpoints: timed out\n");
      expect(stdout).not.toContain("Not known\n");
    });
  });

  test("-o name prints the ids that stand in the way, and nothing when none does", async () => {
    const given = ["--to", "v3.14.1", "--checks", "B14", "-o", "name"];
    expect((await preflight({ ...crossing, objects: [allInterfaces] }, ...given)).stdout).toBe("B14\n");
    expect(await preflight(crossing, ...given)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });

  test("a warning stops only with --fail-on=warning", async () => {
    const nodes = [{ apiVersion: "v1", kind: "Node", metadata: { name: "node-01" }, status: {} }];
    const given = ["--checks", "S01"];
    expect((await preflight({ nodes }, ...given)).exitCode).toBe(0);
    expect((await preflight({ nodes }, ...given, "--fail-on", "warning")).exitCode).toBe(1);
  });

  test("-o json is what its schema says, with and without a target", async () => {
    for (const args of [[], ["--to", "v3.14.1"], ["--to", "v3.32.1"]]) {
      const made = await report({ ...crossing, objects: [allInterfaces] }, ...args);
      expect(schemaErrorsOf("preflight", made)).toEqual([]);
      expect(made.findings.length).toBeGreaterThan(0);
    }
  });

  test("-o wide also lists what does not apply, and the evidence", async () => {
    const { stdout } = await preflight(
      { ...crossing, objects: [allInterfaces] },
      "--to",
      "v3.14.1",
      "-o",
      "wide",
    );
    expect(stdout).toMatch(/^- B33 .*\n {7}n\/a: the upgrade does not lead/m);
    expect(stdout).toContain("       HostEndpoint all: spec.interfaceName: *\n");
  });
});

test("without a target: what there is to reach from here", async () => {
  const { reachable } = await report({ release: "v3.4.0", kubernetes: "v1.12.10" });
  expect(reachable?.at(0)?.hops).toHaveLength(1);
  expect(reachable?.at(-1)).toMatchObject({ release: "v3.32.1" });
  expect(reachable?.at(-1)?.hops.length).toBeGreaterThan(1);
});

describe("S05: rights that the coming steps need", () => {
  test("all there: passes", async () => {
    const { findings } = await report(crossing, "--to", "v3.14.1", "--checks", "S05");
    expect(findings).toMatchObject([{ id: "S05", outcome: "pass" }]);
  });

  test("missing ones are named, and roles that give them are printed ready to be applied", async () => {
    const denied = allRights(true).map((right) =>
      right.verb === "delete" || right.resource === "customresourcedefinitions"
        ? { ...right, allowed: false }
        : right,
    );
    const readings = { rights: known(denied) };
    const { exitCode, stdout } = await preflight(
      { ...crossing, readings },
      "--to",
      "v3.14.1",
      "--checks",
      "S05",
    );
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: calico-upgrade
rules:
- apiGroups: ["apiextensions.k8s.io"]
  resources: ["customresourcedefinitions"]
  verbs: ["get","list","watch","create","patch"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: calico-upgrade
  namespace: kube-system
rules:
- apiGroups: [""]
  resources: ["pods"]
  verbs: ["delete"]
`);
  });

  test("only escalate and bind missing: a warning, because the server decides when it is tried (H27)", async () => {
    const rights = allRights(true).map((right) =>
      ["escalate", "bind"].includes(right.verb) ? { ...right, allowed: false } : right,
    );
    const { findings } = await report(
      { ...crossing, readings: { rights: known(rights) } },
      "--to",
      "v3.14.1",
      "--checks",
      "S05",
    );
    expect(findings).toMatchObject([{ outcome: "unknown", severity: "warning", blocks: false }]);
  });

  test("a right that nobody asked about is unknown, never there", async () => {
    const { findings } = await report(
      { ...crossing, readings: { rights: known([]) } },
      "--to",
      "v3.14.1",
      "--checks",
      "S05",
    );
    expect(findings).toMatchObject([{ outcome: "unknown", blocks: true }]);
  });
});

describe("a release that is not known is nowhere taken for one that can be reached", () => {
  const newer = (version: string): string =>
    `--to: ${version} is newer than the releases that this program knows, the newest is v3.32.1; nothing is guessed about it: take a newer version of this program`;

  test.each(["v3.33.0", "v3.32.2"])(
    "%s comes next: the rules that name it are asked, and no pipeline goes on",
    async (to) => {
      const { exitCode, stdout } = await preflight(crossing, "--to", to, "--checks", "B33", "-o", "json");
      const made = JSON.parse(stdout) as PreflightReport;
      expect(schemaErrorsOf("preflight", made)).toEqual([]);
      expect([exitCode, made]).toMatchObject([
        1,
        { to, ready: false, findings: [{ id: "B33", outcome: "pass" }], refusals: [{ because: newer(to) }] },
      ]);
      const { stdout: text } = await preflight(crossing, "--to", to, "--checks", "B33", "-o", "short");
      expect(text).toContain(`: not ready, 1 error\n× ${newer(to)}\n`);
    },
  );

  test("so it is with a file of that release", async () => {
    const files = { f: factsText(clusterFacts(crossing), "v0.0.0"), next: calicoFile("v3.33.0") };
    const { exitCode, stdout } = await preflightOn(files, "--facts", "f", "-f", "next", "-o", "short");
    expect([exitCode, stdout]).toEqual([
      1,
      expect.stringContaining(
        "× -f: v3.33.0 is newer than the releases that this program knows, the newest is v3.32.1; nothing is guessed about it",
      ),
    ]);
  });

  /** Commands that take a release with --to, and what else they need for it to be looked at. */
  const commands = [
    ["preflight", "--facts", "f"],
    ["plan", "--facts", "f"],
    ["plan", "--facts", "f", "--from", "v3.29.7", "--datastore", "kubernetes"],
    ["apply", "-f", "calico"],
    ["runbook", "--facts", "f"],
    ["migrate-policy", "--facts", "f", "--what-if"],
    ["migrate-policy", "--dry-run=client"],
  ];
  const files = { f: factsText(clusterFacts(crossing), "v0.0.0"), calico: calicoFile("v3.29.7") };

  test.each([
    ["v3.300.7", newer("v3.300.7")],
    ["v4.0.0", newer("v4.0.0")],
    ["v3.30.99", "--to: there is no Calico release v3.30.99; the known ones: version --releases"],
    ["v3.30", /^--to: v3\.30 is a line of releases; its newest is v3\.30\.\d+: name one of its releases$/],
    ["latest", '--to: "latest" is no version; the known ones: version --releases'],
  ])("%s is refused by every command in the same words", async (to, words) => {
    for (const command of commands) {
      const { stdout, stderr } = await runOn(files, ...command, "--to", to);
      const told =
        stderr
          .trim()
          .split("\n")
          .at(-1)
          ?.replace(/^error: /, "") ?? "";
      if (typeof words === "string") expect([command, stdout, told]).toEqual([command, "", words]);
      else expect([command, told]).toEqual([command, expect.stringMatching(words) as string]);
    }
  });

  test.each(["v3.300.7", "v3.30.99"])(
    "%s of a file is refused by plan, apply and preflight",
    async (version) => {
      const given = { ...files, calico: calicoFile(version) };
      const told = await Promise.all(
        [["preflight", "--facts", "f"], ["plan", "--facts", "f"], ["apply"]].map(async (command) => {
          const { exitCode, stderr, stdout } = await runOn(given, ...command, "-f", "calico");
          return { exitCode, words: stderr === "" ? stdout : stderr };
        }),
      );
      expect(told.map(({ exitCode }) => exitCode)).toEqual([1, 1, 1]);
      for (const { words } of told)
        expect(words).toMatch(
          version === "v3.300.7"
            ? /-f: v3\.300\.7 is newer than the releases that this program knows/
            : /calico do not tell the release|which release calico-node in calico is not said by its images/,
        );
    },
  );
});

function calicoFile(version: string): string {
  return `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: calico-node, namespace: kube-system}
spec: {selector: {matchLabels: {a: b}}, template: {spec: {containers: [{name: calico-node, image: "docker.io/calico/node:${version}", env: [{name: DATASTORE_TYPE, value: kubernetes}]}]}}}
`;
}

describe("bad input is told in one line, exit code 1", () => {
  const manifest = `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: weave-net, namespace: kube-system}
spec: {selector: {matchLabels: {a: b}}, template: {spec: {containers: [{name: weave, image: weaveworks/weave}]}}}
`;
  const operator = `apiVersion: apps/v1
kind: Deployment
metadata: {name: tigera-operator, namespace: tigera-operator}
spec: {selector: {matchLabels: {a: b}}, template: {spec: {containers: [{name: tigera-operator, image: quay.io/tigera/operator:v1.36.9}]}}}
`;
  const calico = calicoFile("v3.29.7");
  const facts = factsText(clusterFacts(crossing), "v0.0.0");
  const files = {
    f: facts,
    weave: manifest,
    operator,
    calico,
    "newer.json": facts.replace('"format":1', '"format":2'),
    broken: "{",
    status: '{"kind":"UpgradeStatus"}',
  };

  test.each([
    [["--facts", "f", "--to", "v3.14.99"], "--to: there is no Calico release v3.14.99"],
    [["--facts", "f", "--to", "v3.14"], "--to: v3.14 is a line of releases; its newest is v3.14.2: name one"],
    [["--facts", "f", "--to", "latest"], '--to: "latest" is no version'],
    [["--facts", "f", "--to", "v3.29.6", "-f", "calico"], "--to and -f do not agree"],
    [["--facts", "f", "-f", "weave"], "weave has nothing of Calico: DaemonSet weave-net"],
    [["--facts", "f", "-f", "operator"], "P12: operator has the Tigera operator"],
    [["--facts", "f", "-f", "nowhere"], 'the path "nowhere" does not exist'],
    [
      ["--facts", "newer.json"],
      "--facts: newer.json has facts of format 2, and this program knows formats up to 1: take a newer version",
    ],
    [["--facts", "broken"], "--facts: broken is not JSON"],
    [["--facts", "status"], "--facts: status holds no facts"],
    [["--facts", "nowhere"], '--facts: the path "nowhere" does not exist'],
    [["--facts", "f", "--save-facts", "g"], "--save-facts saves what a cluster says"],
    [["--facts", "f", "--checks", "X99"], '--checks: there is no id "X99"'],
    [["--facts", "f", "--ignore-preflight-errors", "B99"], '--ignore-preflight-errors: there is no id "B99"'],
    [["--facts", "f", "--fail-on", "info"], "--fail-on must be 'error' or 'warning'"],
    [["--facts", "f", "-o", "xml"], "unable to match a printer suitable for the output format"],
    [["v3.29.0"], "extra arguments: [v3.29.0]"],
  ])("%j", async (args, message) => {
    const { exitCode, stdout, stderr } = await preflightOn(files, ...args);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: [^\n]*\n(See [^\n]*\n)?$/);
  });

  test("a cluster without Calico, several DaemonSets and one that is not there are told once (H20)", async () => {
    const { daemonSets: one } = clusterFacts(crossing);
    const [first] = one.known ? one.value : [];
    if (first === undefined) throw new Error("the builder made no DaemonSet");
    const two = known([first, { ...first, name: "calico-node-arm", uid: "uid-arm" }]);
    const run = async (daemonSets: typeof one, ...args: readonly string[]) =>
      (await preflight({ ...crossing, readings: { daemonSets } }, ...args)).stderr;
    expect(await run(known([]))).toBe(
      "error: no Calico found: no DaemonSet has a container calico-node or an image calico/node; look with: kubectl calico-upgrade status\n",
    );
    expect(await run(two)).toBe(
      "error: there are 2 calico-node DaemonSets: kube-system/calico-node, kube-system/calico-node-arm; choose one with --daemonset NAMESPACE/NAME\n",
    );
    expect(await run(two, "--daemonset", "kube-system/calico-node")).toBe("");
    expect(await run(two, "--daemonset", "kube-system/other")).toMatch(
      /^error: no calico-node DaemonSet kube-system\/other; there is kube-system\/calico-node, kube-system\/calico-node-arm$/m,
    );
  });

  test("an operator's Calico and a hosted manifest are told apart before anything is judged", async () => {
    const installation = {
      apiVersion: "operator.tigera.io/v1",
      kind: "Installation",
      metadata: { name: "default" },
    };
    const spec = {
      daemonSet: {
        namespace: "calico-system",
        labels: { "app.kubernetes.io/managed-by": "tigera-operator" },
      },
      objects: [installation],
    };
    const operators = factsText(clusterFacts(spec), "v0.0.0");
    const { exitCode, stderr } = await preflightOn(
      { ...files, o: operators },
      "--facts",
      "o",
      "-f",
      "calico",
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain("P12: calico is a hosted manifest, and the operator runs this Calico");
  });
});
