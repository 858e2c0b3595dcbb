import { expect, test } from "vitest";
import { plainReport } from "../../../src/perform/plain-report.ts";
import type { RunEvent } from "../../../src/plan/run-event.ts";
import {
  cordon,
  done,
  hold,
  restart,
  skips,
  stepped,
  waits,
  wholeNode,
  words,
  type Memory,
  type Step,
} from "./steps.ts";

function report(events: readonly RunEvent<Memory, Step>[], suffix = "") {
  const results: string[] = [];
  const progress: string[] = [];
  const reporter = plainReport(
    words,
    (line) => void results.push(line),
    (line) => void progress.push(line),
    suffix,
  );
  for (const event of events) reporter.event(event);
  return { results, progress };
}

test("mutation lines are results, and nothing else is", () => {
  const { results, progress } = report([...wholeNode("a"), done]);
  expect(results).toEqual(["node/a cordoned", 'pod "p-a" deleted', "node/a uncordoned"]);
  expect(progress).toEqual([
    "node/a: waiting for pod n-a to become Ready",
    "node/a: waiting for pod n-a to settle",
    "node/a done: down 2s",
  ]);
});

test("one line per change: the same wait is said once, a new reason once", () => {
  const { progress } = report([
    waits("ready", "a", "pod x"),
    waits("ready", "a", "pod x"),
    waits("ready", "a", "pod x", "ErrImagePull calico/node"),
    waits("ready", "a", "pod x", "ErrImagePull calico/node"),
    waits("ready", "a", "pod x", "ImagePullBackOff calico/node"),
  ]);
  expect(progress).toEqual([
    "node/a: waiting for pod x",
    "node/a: ErrImagePull calico/node",
    "node/a: ImagePullBackOff calico/node",
  ]);
});

test("a wait is not said again because the run's lease was renewed meanwhile", () => {
  const { progress } = report([waits("ready", "a", "pod x"), ...stepped(hold), waits("ready", "a", "pod x")]);
  expect(progress).toEqual(["node/a: waiting for pod x"]);
});

test("H22: what a step costs is said before it is done, and once when it has to be tried again", () => {
  const step = restart("a", "this takes 30s");
  const begun = { kind: "begun", step, memory: [] } as const;
  expect(report([begun])).toEqual({ results: [], progress: ["Warning: this takes 30s"] });
  expect(report([begun, begun, ...stepped(step)]).progress).toEqual(["Warning: this takes 30s"]);
});

test("a skipped node is one line", () => {
  expect(report([skips("a", "runs the newest revision already"), ...stepped(cordon("b"))])).toEqual({
    progress: ["node/a skipped: runs the newest revision already"],
    results: ["node/b cordoned"],
  });
});

test("a dry run does not claim that it waits", () => {
  expect(report([waits("cordon", "a", "time: 90s")], " (dry run)").progress).toEqual([
    "node/a: waiting for time: 90s (dry run)",
  ]);
});
