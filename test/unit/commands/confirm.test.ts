import { expect, test } from "vitest";
import { aboutCluster, confirm } from "../../../src/commands/confirm.ts";
import { testContext } from "../flags/test-context.ts";

const prod = { context: "prod", server: "https://10.0.0.1:6443" };

test.each([
  [
    "Upgrade Calico to v3.30.7 with calico.yaml?",
    "Upgrade Calico to v3.30.7 with calico.yaml on context prod (https://10.0.0.1:6443)?",
  ],
  [
    "Is that so? Then go on? 24 objects change.",
    "Is that so? Then go on on context prod (https://10.0.0.1:6443)? 24 objects change.",
  ],
])("nobody says yes to another cluster than the one he means: %s", (question, asked) => {
  expect(aboutCluster(question, prod)).toBe(asked);
});

test("in a pod, without a context, the server alone names the cluster", () => {
  expect(aboutCluster("Go on?", { context: "", server: "https://10.0.0.1:443" })).toBe(
    "Go on on https://10.0.0.1:443?",
  );
});

test("without a terminal the refusal has the question, the cluster and the flag that answers it", async () => {
  const { context } = testContext({ cluster: prod });
  await expect(confirm(context, false, "Delete 3?")).rejects.toThrow(
    "Delete 3 on context prod (https://10.0.0.1:6443)? No terminal to ask on: add -y",
  );
  expect(await confirm(context, true, "Delete 3?")).toBe(true);
});
