import { expect, test } from "vitest";
import { connectionFlags, helpFlag } from "../../../src/flags/connection.ts";
import { findCommand } from "../../../src/flags/find-command.ts";

const flags = [...Object.values(connectionFlags), helpFlag];

test.each<[string, string[], string | undefined, string[]]>([
  ["first", ["status", "-w"], "status", ["-w"]],
  ["after a flag with its value", ["-n", "ns", "status"], "status", ["-n", "ns"]],
  ["after a flag with = ", ["--context=c", "status"], "status", ["--context=c"]],
  ["after a short flag with its value attached", ["-nns", "status"], "status", ["-nns"]],
  ["after a boolean", ["--insecure-skip-tls-verify", "status"], "status", ["--insecure-skip-tls-verify"]],
  ["an unknown flag is taken to have a value", ["-o", "json", "status"], "status", ["-o", "json"]],
  ["none", ["--help"], undefined, ["--help"]],
  ["nothing after --", ["--", "status"], undefined, ["--", "status"]],
  ["a node of the same name stays an argument", ["node", "node"], "node", ["node"]],
])("the command's name is found: %s", (_where, args, name, rest) => {
  const found = findCommand(args, flags);
  expect(found.name).toBe(name);
  expect(found.rest).toEqual(rest);
});
