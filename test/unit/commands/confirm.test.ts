import { PassThrough } from "node:stream";
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

/** A question at a terminal, and what is on it in the end. */
function asked(run?: AbortSignal) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin });
  const { context, stderr } = testContext({
    stdin,
    terminal: { ...testContext().context.terminal, stderrTty: true },
  });
  return { stdin, stderr, answer: confirm(context, false, "Delete 3?", run) };
}

test("Ctrl-C at a question in the middle of a run ends the question, and nobody has to press Enter", async () => {
  const signal = new AbortController();
  const { answer, stderr } = asked(signal.signal);
  signal.abort();
  expect(await answer).toBe(false);
  expect(stderr()).toBe("Delete 3? [y/N]: \n");
});

test("only before the run a no means that nothing was changed", async () => {
  const before = asked();
  before.stdin.write("n\n");
  expect(await before.answer).toBe(false);
  expect(before.stderr()).toBe("Delete 3? [y/N]: nothing was changed\n");
  const during = asked(new AbortController().signal);
  during.stdin.write("n\n");
  expect(await during.answer).toBe(false);
  expect(during.stderr()).toBe("Delete 3? [y/N]: ");
});
