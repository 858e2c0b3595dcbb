/** What `runbook` sees of a cluster: the same facts as `plan` and `status`. */
import { expect, test } from "vitest";
import { runCli } from "../../../src/cli.ts";
import type { ClusterFacts } from "../../../src/model/cluster-facts.ts";
import { factsText } from "../../../src/model/facts-file.ts";
import { known } from "../../../src/model/reading.ts";
import { aWorkload } from "../build/a-cluster.ts";
import { testContext } from "../flags/test-context.ts";
import { clusterFacts, forbidden } from "../preflight/cluster.ts";

async function run(facts: ClusterFacts, command: string) {
  const { context, stdout, stderr } = testContext({
    readFile: () => Promise.resolve(factsText(facts, "v0.0.0")),
  });
  const code = await runCli([...command.split(" "), "--facts=facts.json"], context);
  return { code, stdout: stdout(), stderr: stderr() };
}

const begin = async (facts: ClusterFacts, command: string): Promise<unknown> => {
  const { stdout, stderr } = await run(facts, `${command} -o json`);
  if (stdout === "") throw new Error(stderr);
  return (JSON.parse(stdout) as { from?: unknown }).from;
};

test("begins where plan does: with a controller that an earlier upgrade forgot", async () => {
  const controller = aWorkload({
    image: "docker.io/calico/kube-controllers:v3.28.2",
  });
  const facts = clusterFacts({ release: "v3.29.1", objects: [controller] });
  expect(await begin(facts, "plan --to v3.30.7")).toBe("v3.28.2");
  expect(await begin(facts, "runbook --to v3.30.7")).toBe("v3.28.2");
});

test("without the pods begins where plan does: with what the template asks for", async () => {
  const facts = clusterFacts({ release: "v3.29.1", readings: { pods: forbidden } });
  expect(await begin(facts, "plan --to v3.30.7")).toBe("v3.29.1");
  expect(await begin(facts, "runbook --to v3.30.7")).toBe("v3.29.1");
});

test("H20: a DaemonSet that is named and not there is a mistake, also where none runs calico-node", async () => {
  const facts = clusterFacts({ readings: { daemonSets: known([]) } });
  const { code, stdout, stderr } = await run(facts, "runbook --to v3.30.7 --daemonset kube-system/nope");
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toBe("error: no calico-node DaemonSet kube-system/nope; there is none\n");
  expect((await run(facts, "runbook --to v3.30.7")).code).toBe(0);
});
