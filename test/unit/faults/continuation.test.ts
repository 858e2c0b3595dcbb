import { expect, test } from "vitest";
import { isSameCommand, offered, runnable } from "../../faults/continuation.ts";

const words = (text: string): readonly string[] => text.split(" ");

test.each([
  ["to go on: kubectl calico-upgrade node node-01 --take-over", ["node node-01 --take-over"]],
  ["when the cause is gone, go on with: kubectl calico-upgrade node node-01", ["node node-01"]],
  ["saved in /b; to undo: kubectl calico-upgrade undo /b, then kubectl calico-upgrade undo /c", []],
  ["to undo: kubectl calico-upgrade undo 2026-x", []],
  ["next: kubectl calico-upgrade node NODE -f a.yaml", []],
  ["after the last node: kubectl calico-upgrade migrate-policy --finish", []],
  ["look with: kubectl calico-upgrade status", []],
  ["1 done, 2 left; the same command goes on: kubectl calico-upgrade undo /b", ["undo /b"]],
  [
    "to go on: kubectl calico-upgrade apply -f 'a.yaml'\nto go on: kubectl calico-upgrade node -f a.yaml",
    ["apply -f a.yaml", "node -f a.yaml"],
  ],
  [
    "to go on: kubectl calico-upgrade apply -f a.yaml\nto continue: kubectl calico-upgrade apply -f a.yaml.",
    ["apply -f a.yaml"],
  ],
])("what is offered to go on with is found, what leads back or only looks is not: %j", (stderr, expected) => {
  expect(offered(stderr)).toEqual(expected.map(words));
});

test.each([
  ["apply -f a.yaml -y --settle=0s", "apply --filename=a.yaml --take-over", true],
  ["apply -f a.yaml --bundle-dir b", "apply --bundle-dir=b -f a.yaml", true],
  ["apply -f a.yaml -y", "node -f a.yaml --take-over", false],
  ["apply -f a.yaml -y", "apply -f other.yaml", false],
  ["configmap --set a=1", "configmap --set a=2", false],
  ["node node-01 node-02", "node node-01", false],
  ["apply -f a.yaml --with-secrets", "apply -f a.yaml", false],
])("%j and %j are the same: %j", (one, other, same) => {
  expect(isSameCommand(words(one), words(other))).toBe(same);
});

test("a printed command is run with what keeps a test from waiting, and with nothing else", () => {
  expect(runnable(words("apply -f a.yaml --take-over"), words("apply -f a.yaml -y --settle=0s -R"))).toEqual(
    words("apply -f a.yaml --take-over -y --settle 0s"),
  );
});
