import { expect, test } from "vitest";
import { withNextCommand } from "../../../src/operations/agree-again.ts";
import { commandsFor } from "../plan/commands.ts";

const session = {
  commands: commandsFor("undo bundle"),
  command: { verb: "undo", arguments: ["bundle"], flags: {} },
} as never;
const hintOf = (stop: { readonly id?: string; readonly hint?: string }) =>
  withNextCommand(session, { message: "stopped", ...stop }).hint;

test.each([
  ["no hint", {}, "then continue with: kubectl calico-upgrade undo bundle"],
  [
    "a hint that only looks",
    { id: "H18", hint: "repair that first: kubectl calico-upgrade status" },
    "repair that first: kubectl calico-upgrade status; then continue: kubectl calico-upgrade undo bundle",
  ],
  [
    "a hint that continues",
    { hint: "to continue: kubectl calico-upgrade undo bundle" },
    "to continue: kubectl calico-upgrade undo bundle",
  ],
  [
    "another run at work, which it would take over",
    { id: "H13", hint: "kubectl calico-upgrade status" },
    "kubectl calico-upgrade status",
  ],
])("a run that stops with %s names one command to go on with", (_what, stop, expected) => {
  expect(hintOf(stop)).toBe(expected);
});
