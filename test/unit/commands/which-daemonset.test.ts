import { describe, expect, test } from "vitest";
import { runCli } from "../../../src/cli.ts";
import type { Connection } from "../../../src/cluster/port.ts";
import { rightsFor } from "../../../src/operations/facts/rights.ts";
import { apiError } from "../../../src/errors.ts";
import { factsText } from "../../../src/model/facts-file.ts";
import { known } from "../../../src/model/reading.ts";
import { hostedCalico, toYaml } from "../../calico/hosted-calico.ts";
import { answersWith } from "../../calico/one-node-server.ts";
import { testContext } from "../flags/test-context.ts";
import { clusterFacts } from "../preflight/cluster.ts";

/** A server where several DaemonSets run calico-node; what was written to it. */
function severalOn(sets: readonly string[]) {
  const answer = answersWith(sets);
  const writes: string[] = [];
  const connection: Connection = {
    server: "",
    namespace: "kube-system",
    namespaceGiven: false,
    async request({ method, path }) {
      const body = answer(path);
      if (method !== "GET" && !path.endsWith("reviews")) writes.push(`${method} ${path}`);
      if (body === undefined) throw apiError({ status: 404, reason: "NotFound", message: path });
      return await Promise.resolve({ status: 200, body });
    },
    // A watch that tells nothing until it is ended.
    stream: ({ signal }) => ({
      async *[Symbol.asyncIterator]() {
        const ended = Promise.withResolvers<undefined>();
        signal?.addEventListener("abort", () => ended.resolve(undefined), { once: true });
        const event: unknown = await ended.promise;
        if (event !== undefined) yield event;
      },
    }),
    close: () => undefined,
  };
  return { connection, writes };
}

const calico = toYaml(hostedCalico({ version: "v3.30.7", datastore: "kdd" }));

/** The second calico-node DaemonSet is calico-node-arm. */
async function run(command: string) {
  const { connection, writes } = severalOn(["calico-node-arm"]);
  const { context, stdout, stderr } = testContext({
    connect: () => Promise.resolve(connection),
    readFile: () => Promise.resolve(calico),
  });
  const code = await runCli(command.split(" "), context);
  return { code, stdout: stdout(), stderr: stderr(), writes };
}

const both = "kube-system/calico-node, kube-system/calico-node-arm";
const changing = [
  "node node-01 --restart -y",
  "node node-01 -f calico.yaml -y",
  "controller --restart -y",
  "controller -f calico.yaml -y",
  "configmap --set veth_mtu=1440",
  "apply -f calico.yaml -y",
];
const reading = ["controller", "runbook --to v3.30.7", "plan --to v3.30.7", "preflight --to v3.30.7"];

describe("which of several calico-node DaemonSets is meant, nobody guesses (H20)", () => {
  test.each([...changing, ...reading])("%s lists them, and changes nothing", async (command) => {
    const { code, stderr, writes } = await run(command);
    expect(stderr).toContain(
      `error: there are 2 calico-node DaemonSets: ${both}; choose one with --daemonset NAMESPACE/NAME\n`,
    );
    expect([code, writes]).toEqual([1, []]);
  });

  test.each([...changing, ...reading])(
    "%s names those that there are where a name is wrong",
    async (command) => {
      const { code, stderr, writes } = await run(`${command} --daemonset kube-system/nope`);
      expect(stderr).toContain(`error: no calico-node DaemonSet kube-system/nope; there is ${both}\n`);
      expect([code, writes]).toEqual([1, []]);
    },
  );

  test.each(reading)("%s takes the one that is named", async (command) => {
    const { stderr } = await run(`${command} --daemonset kube-system/calico-node-arm`);
    expect(stderr).not.toMatch(/DaemonSets|no calico-node DaemonSet/);
  });

  test("status shows them all", async () => {
    const { code, stdout } = await run("status");
    expect([code, stdout]).toEqual([0, expect.stringContaining("kube-system/calico-node-arm")]);
  });

  test("the rights that are saved with the facts are those for each of them", () => {
    const sets = ["calico-node", "calico-node-arm"].map((name) => ({ namespace: "kube-system", name }));
    const names = rightsFor(sets, clusterFacts())
      .filter(({ resource, verb }) => resource === "daemonsets" && verb === "patch")
      .flatMap((right) => right.names ?? []);
    expect(new Set(names)).toEqual(new Set(["calico-node", "calico-node-arm"]));
  });

  test("preflight asks for the rights on the one that is judged, not on the first", async () => {
    const facts = clusterFacts();
    const [first] = facts.daemonSets.known ? facts.daemonSets.value : [];
    if (first === undefined) throw new Error("the builder made no DaemonSet");
    const other = { ...first, namespace: "calico", name: "calico-node-arm", uid: "uid-arm" };
    const sets = { ...facts, daemonSets: known([first, other]), rights: known([]) };
    const { context, stdout } = testContext({
      readFile: () => Promise.resolve(factsText(sets, "v0.0.0")),
    });
    const args = ["preflight", "--facts=facts.json", "--to=v3.30.7", "--checks=S05", "-o=json"];
    await runCli([...args, "--daemonset=calico/calico-node-arm"], context);
    expect(stdout()).toContain("patch daemonsets.apps in namespace calico");
    expect(stdout()).not.toContain("patch daemonsets.apps in namespace kube-system");
  });
});
