import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { connectionArguments } from "../../../src/flags/connection.ts";
import { nextCommand, savedLine } from "../../../src/flags/next-command.ts";
import { noConnection as nothing } from "./no-connection.ts";

test("a command that is printed to go on names the same cluster and the same user", () => {
  const given = {
    kubeconfig: "a b.yaml",
    context: "prod",
    as: "jane",
    asGroup: ["x", "y"],
    insecureSkipTlsVerify: true,
  };
  expect(connectionArguments({ ...nothing, ...given })).toEqual([
    "--kubeconfig=a b.yaml",
    "--context=prod",
    "--insecure-skip-tls-verify",
    "--as=jane",
    "--as-group=x",
    "--as-group=y",
  ]);
  expect(connectionArguments(nothing)).toEqual([]);
});

test("credentials are not printed", () => {
  const text = connectionArguments({
    ...nothing,
    token: "s3cret",
    password: "s3cret",
    username: "jane",
  }).join(" ");
  expect(text).toBe("--username=jane");
  for (const [server, shown] of [
    ["https://jane:s3cret@10.0.0.1:6443", "https://10.0.0.1:6443"],
    ["https://jane:s3c@ret@10.0.0.1/a@b", "https://10.0.0.1/a@b"],
    ["https://jane:s3c/ret@10.0.0.1", "https://10.0.0.1"],
    ["jane:s3cret@10.0.0.1:6443", "10.0.0.1:6443"],
    ["https://10.0.0.1/a@b", "https://10.0.0.1/a@b"],
  ] as const)
    expect(connectionArguments({ ...nothing, server })).toEqual([`--server=${shown}`]);
});

test("what takes a run back can be typed as it is printed: same cluster, same user, same place of bundles", () => {
  const connection = { ...nothing, kubeconfig: "a b.yaml", context: "it's prod", as: "$HOME" };
  const words = (command: string): readonly string[] =>
    execFileSync("sh", ["-c", `kubectl() { printf '%s\\n' "$@"; }; ${command}`], { encoding: "utf8" })
      .trimEnd()
      .split("\n");
  const flags = ["--kubeconfig=a b.yaml", "--context=it's prod", "--as=$HOME"];
  const [where, undo = ""] = savedLine(["/my bundles/two", "/one"], {
    connection,
    bundleDir: "my bundles",
  }).split("; to undo: ");
  expect(where).toBe("saved in /my bundles/two and /one");
  expect(undo.split(", then ").map(words)).toEqual(
    ["/my bundles/two", "/one"].map((bundle) => [
      "calico-upgrade",
      "undo",
      bundle,
      "--bundle-dir=my bundles",
      ...flags,
    ]),
  );
  expect(words(nextCommand(connection, "node", "node-01"))).toEqual([
    "calico-upgrade",
    "node",
    "node-01",
    ...flags,
  ]);
});
