import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/model/kube.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { upgradeState } from "../../../src/facts/upgrade.ts";
import { waitOutcome, type FailingNode } from "../../../src/facts/wait.ts";
import { upgradeStatus } from "../../../src/render/status/build.ts";
import type { UpgradeStatus } from "../../../src/render/status/kind.ts";
import { makeLiveText } from "../../../src/render/status/live-text.ts";
import { waitedForText, waitFailureText } from "../../../src/render/status/wait-text.ts";
import {
  aDaemonSet,
  ago,
  aHealthyCluster,
  aNode,
  anUpgradingCluster,
  aPod,
  forbidden,
  now,
  observedOf,
  type ClusterSpec,
} from "../build/a-cluster.ts";

function statusOf(spec: ClusterSpec, later = 0): UpgradeStatus {
  return upgradeStatus(upgradeState({ ...observedOf(spec), now: now + later }, catalogue));
}

/** What the look says, and the words for it. */
function waiting(spec: ClusterSpec, before: readonly FailingNode[] = [], at = now) {
  const outcome = waitOutcome(upgradeState(observedOf(spec), catalogue), before, at);
  if (outcome.kind === "waiting") return { ...outcome, message: waitedForText(outcome.for) };
  return outcome.kind === "failed" ? { ...outcome, message: waitFailureText(outcome.why, at) } : outcome;
}

const silent = {
  ...aHealthyCluster(),
  nodes: [aNode("node-01"), aNode("node-02", { ready: "Unknown", readySince: ago(300) }), aNode("node-03")],
};

describe("status -w into a file or a pipe", () => {
  const options = { wide: false, noHeaders: false, screen: undefined };

  test("prints everything once, then only the rows that changed, in the same columns", () => {
    const live = makeLiveText(options);
    const first = live(statusOf(aHealthyCluster()));
    expect(first).toContain("NODE      STATUS");
    const daemonSet = aDaemonSet();
    const [one, , three] = aHealthyCluster().pods as readonly KubeObject[];
    const unready = aPod(daemonSet, "node-02", { hash: "aaa", ready: false });
    const pods = [one, unready, three].filter((pod) => pod !== undefined);
    const next = live(statusOf({ ...aHealthyCluster(), pods }));
    expect(next.trimEnd().split("\n")).toHaveLength(1);
    expect(next).toMatch(/^node-02 +Ready .* 0\/1 .*NotReady: /);
    const row = first.split("\n").find((line) => line.startsWith("node-02")) ?? "";
    expect(next.indexOf("0/1")).toBe(row.indexOf("1/1"));
  });

  test("prints nothing when only ages have gone on", () => {
    const live = makeLiveText(options);
    live(statusOf(silent));
    expect(live(statusOf(silent, 60_000))).toBe("");
  });

  test("a node that has come is printed", () => {
    const live = makeLiveText(options);
    live(statusOf(aHealthyCluster()));
    const more = {
      ...aHealthyCluster(),
      nodes: ["node-01", "node-02", "node-03", "node-04"].map((name) => aNode(name)),
    };
    expect(live(statusOf(more))).toMatch(/^node-04 +Ready +<none>.*pod missing\n$/);
  });
});

const home = "\u001B[H";

describe("status -w on a terminal", () => {
  test("draws the whole anew from the top, and never more than the screen holds", () => {
    const live = makeLiveText({ wide: false, noHeaders: false, screen: () => ({ rows: 6, columns: 40 }) });
    const first = live(statusOf(aHealthyCluster()));
    expect(first.startsWith("\u001B[2J\u001B[H")).toBe(true);
    const lines = [home, "\u001B[2J", "\u001B[K", "\u001B[J"]
      .reduce((text, escape) => text.replaceAll(escape, ""), first)
      .split("\n");
    expect(lines.length).toBeLessThanOrEqual(6);
    expect(lines.every((line) => line.length <= 40)).toBe(true);
    expect(lines.join()).toMatch(/\.\.\. \d+ more nodes: \d done/);
    expect(live(statusOf(silent)).startsWith("\u001B[H")).toBe(true);
  });

  test("a character that takes two places does not push its row onto the next line", () => {
    const failing = (message: string) => ({
      ...aHealthyCluster(),
      pods: [
        aPod(aDaemonSet(), "node-02", { hash: "aaa", ready: false, waiting: { reason: "Error", message } }),
      ],
    });
    const drawn = (message: string) =>
      makeLiveText({ wide: false, noHeaders: false, screen: () => ({ rows: 60, columns: 60 }) })(
        statusOf(failing(message)),
      )
        .split("\n")
        .find((line) => /^ +Error.*[x字]/.test(line));
    const [narrow = "", wide = ""] = [drawn("x".repeat(60)), drawn("字".repeat(60))];
    const places = narrow.match(/x+/)?.[0].length ?? 0;
    expect(places).toBeGreaterThan(1);
    expect(wide.match(/字+/)?.[0]).toHaveLength(Math.floor(places / 2));
  });
});

describe("when status --wait is over", () => {
  const daemonSet = aDaemonSet();
  const pulling = { reason: "ImagePullBackOff", message: "Back-off pulling image" };
  const failing = {
    ...aHealthyCluster(),
    pods: [
      aPod(daemonSet, "node-01", { hash: "aaa" }),
      aPod(daemonSet, "node-02", { hash: "aaa", ready: false, waiting: pulling }),
      aPod(daemonSet, "node-03", { hash: "aaa" }),
    ],
  };

  test("done", () => {
    expect(waiting(aHealthyCluster())).toEqual({ kind: "done" });
  });

  test("not as long as nodes are left, and it says how many", () => {
    expect(waiting(anUpgradingCluster())).toMatchObject({
      kind: "waiting",
      message: "waiting for the upgrade: 1 of 3 nodes run the newest revision, Ready",
    });
  });

  test("a new pod that fails gets a minute, then a pipeline is not kept waiting for what will not come", () => {
    const first = waiting(failing);
    expect(first).toMatchObject({ kind: "waiting", failing: [{ node: "node-02", since: now }] });
    const since = first.kind === "waiting" ? first.failing : [];
    expect(waiting(failing, since, now + 59_000).kind).toBe("waiting");
    expect(waiting(failing, since, now + 60_000)).toMatchObject({
      kind: "failed",
      message: expect.stringContaining("node-02: ImagePullBackOff"),
    });
  });

  test("a pod that got well in between starts its minute anew", () => {
    const first = waiting(failing);
    const well = waiting(anUpgradingCluster(), first.kind === "waiting" ? first.failing : [], now + 30_000);
    expect(well).toMatchObject({ failing: [] });
  });

  test("at once where it can never be known, or where there is nothing to wait for", () => {
    const blind = { ...aHealthyCluster(), pods: forbidden("pods") };
    expect(waiting(blind)).toMatchObject({
      kind: "failed",
      message: expect.stringContaining("pods cannot be read"),
    });
    expect(waiting({ nodes: [aNode("node-01")] }).kind).toBe("failed");
  });
});
