/** A run that goes on in the cluster is refused while nothing was read where nobody could continue or end it. */
import { expect, test } from "vitest";
import { runCli } from "../../../src/cli.ts";
import { argumentsOf } from "../../../src/flags/run-command.ts";
import { testContext } from "../flags/test-context.ts";

const image = "--image=registry.example/calico-upgrade:v1";

test.each([
  [["--all", "--detach"], "--detach needs --image=IMAGE"],
  [["--all", "--detach"], "or what scripts/image builds"],
  [["--all", "--detach", "--image=Not An Image"], "--image must be the name of an image"],
  [["--all", image], "--image goes with --detach"],
  [["--all", "--detach", image, "--restart"], "--restart cannot be combined with --detach"],
  [["--all", "--detach", image, "--take-over"], "--take-over cannot be combined with --detach"],
  [["--all", "--detach", image, "--until-step=prepull"], "--until-step cannot be combined with --detach"],
  [["--all", "--detach", image, "--pause-after=canaries"], "--pause-after cannot be combined with --detach"],
  [["--stop", "--detach", image], "--stop cannot be combined with --detach"],
  [["--stop", "--all"], "--stop cannot be combined with --all"],
  [["--stop", "node-01"], "--stop is about the whole run and takes no NODE"],
])("node %j", async (words, message) => {
  const { context, stderr } = testContext({
    connect: () => Promise.reject(new Error("the cluster was asked")),
    readFile: () => Promise.reject(new Error("a file was read")),
  });
  expect(await runCli(["node", ...words], context)).toBe(1);
  expect(stderr()).toContain(message);
});

test("the words of a command reach the pod as they are, without a shell", () => {
  const flags = { all: true, exclude: ["gpu=true", "a b"], "no-cordon": false, timeout: "10m" };
  expect(argumentsOf({ verb: "node", arguments: ["node-01"], flags })).toEqual([
    "node",
    "node-01",
    "--all",
    "--exclude=gpu=true",
    "--exclude=a b",
    "--timeout=10m",
  ]);
});
