import { expect, test } from "vitest";
import {
  connectionArguments,
  connectionFlags,
  type ConnectionValues,
} from "../../../src/flags/connection.ts";

const nothing = Object.fromEntries(
  Object.entries(connectionFlags).map(([key, flag]) => [
    key,
    flag.takes === "boolean" ? false : "repeat" in flag ? [] : undefined,
  ]),
) as unknown as ConnectionValues;

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
});
