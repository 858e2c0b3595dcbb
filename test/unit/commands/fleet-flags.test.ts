/** The flags of runs over many nodes mean the same in every command that restarts nodes. */
import { describe, expect, test } from "vitest";
import { runCli } from "../../../src/cli.ts";
import { testContext } from "../flags/test-context.ts";

const commands: readonly { readonly line: string }[] = [
  { line: "node --all" },
  { line: "apply -f calico.yaml" },
  { line: "configmap --set=veth_mtu=1440" },
  { line: "undo BUNDLE" },
];

describe.each(commands)("$line", ({ line }) => {
  test.each([
    ["--settle=-1s", "--settle must not be negative"],
    ["--interval=-1s", "--interval must not be negative"],
    ["--canary-settle=-1s", "--canary-settle must not be negative"],
    ["--max-gap=-1s", "--max-gap must not be negative"],
    ["--max-failures=-1", "--max-failures must not be negative"],
    ["--canaries=-1", "--canaries must not be negative"],
    ["--api-outage=-1s", "--api-outage must not be negative"],
    ["--prepull-ahead=0", "--prepull-ahead must be at least 1"],
    ["--max-unavailable=0", "--max-unavailable must be a number of nodes"],
    ["--order=given", "--order=given needs nodes named on the command line"],
    ["--until=25:00", "--until must be a time of the day"],
  ])("%s is refused before anything is read", async (flag, message) => {
    const { context, stderr } = testContext({
      connect: () => Promise.reject(new Error("the cluster was asked")),
      readFile: () => Promise.reject(new Error("a file was read")),
      now: () => 0,
    });
    expect(await runCli([...line.split(" "), flag], context)).toBe(1);
    expect(stderr()).toContain(`error: ${message}`);
  });
});
