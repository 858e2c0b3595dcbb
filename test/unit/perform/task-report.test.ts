import { expect, test, vi } from "vitest";
import type { RunEvent } from "../../../src/plan/run-event.ts";
import { showList } from "../../../src/perform/task-list.ts";
import type { Item } from "../../../src/perform/task-item.ts";
import { taskReport } from "../../../src/perform/task-report.ts";
import {
  cordon,
  done,
  hold,
  release,
  restart,
  skips,
  stepped,
  stops,
  uncordon,
  waits,
  wholeNode,
  words,
  type Memory,
  type Step,
} from "./steps.ts";
import { terminal } from "./terminal.ts";

interface Options {
  readonly nodes?: readonly string[];
  readonly results?: string[];
  readonly parallel?: boolean;
}

function start({ nodes = ["a"], results, parallel = false }: Options = {}) {
  const { stream, screen } = terminal();
  const items: Item[] = [];
  const reporter = taskReport<Memory, Step>(words, {
    items,
    nodes,
    parallel,
    phases: ["cordon", "restart", "ready", "settle", "uncordon"],
    before: ["hold"],
    after: ["finish"],
    lines: results && ((line) => void results.push(line)),
    now: () => 5_000,
    elapsed: () => "3.1s",
  });
  const list = showList(items, { stream, onSuspend: () => () => {}, colored: false });
  const tell = (events: readonly RunEvent<Memory, Step>[]): void => {
    for (const event of events) reporter.event(event);
  };
  return { list, screen, tell };
}

/** What stands on the terminal when everything is over. */
async function atTheEnd(events: readonly RunEvent<Memory, Step>[], options: Options = {}) {
  const { list, screen, tell } = start(options);
  tell(events);
  await list.close();
  return screen();
}

test("at the end every line that happened is there, the mutation lines in kubectl's words", async () => {
  expect(await atTheEnd([...stepped(hold), ...wholeNode("a"), ...stepped(release), done])).toEqual([
    "✔ hold title",
    "✔ node/a done: down 2s",
    "  ✔ node/a cordoned",
    '  ✔ pod "p-a" deleted',
    "  ✔ ready title",
    "  ✔ settle title",
    "  ✔ node/a uncordoned",
    "✔ finish title",
  ]);
});

test("where results go elsewhere, the mutation lines go there and not into the list", async () => {
  const results: string[] = [];
  const screen = await atTheEnd([...stepped(hold), ...wholeNode("a"), done], { results });
  expect(results).toEqual(["node/a cordoned", 'pod "p-a" deleted', "node/a uncordoned"]);
  expect(screen).toContain("  ✔ cordon title");
  expect(screen.join()).not.toContain("cordoned");
});

test("a skipped node is one line, also when another one is done after it", async () => {
  const screen = await atTheEnd(
    [
      skips("a", "runs the newest revision already"),
      ...stepped(hold),
      ...wholeNode("b"),
      ...stepped(release),
      done,
    ],
    { nodes: ["a", "b"] },
  );
  expect(screen.slice(0, 4)).toEqual([
    "✔ hold title",
    "↓ node/a: runs the newest revision already",
    "✔ node/b done: down 2s",
    "  ✔ node/b cordoned",
  ]);
});

test("with nothing to do no line claims that something was done", async () => {
  expect(await atTheEnd([skips("a", "done already"), done])).toEqual([
    "↓ hold title: not needed",
    "↓ node/a: done already",
    "↓ finish title: not needed",
  ]);
});

test("what failed is marked there, what comes after it was not reached", async () => {
  const screen = await atTheEnd(
    [
      ...stepped(hold),
      ...stepped(cordon("a")),
      ...stepped(restart("a")),
      waits("ready", "a", "pod x"),
      ...stops("no"),
    ],
    { nodes: ["a", "b"] },
  );
  expect(screen).toEqual([
    "✔ hold title",
    "⚠ node/a",
    "  ✔ node/a cordoned",
    '  ✔ pod "p-a" deleted',
    "  ✖ ready title",
    "  ↓ settle title: not reached",
    "  ↓ uncordon title: not reached",
    "↓ node/b: not reached",
    "↓ finish title: not reached",
  ]);
});

test("a cordon that is given back is shown, and the next node is not what failed", async () => {
  const screen = await atTheEnd(
    [...stepped(hold), ...stepped(cordon("a")), ...stepped(uncordon("a")), ...stops("interrupted")],
    { nodes: ["a", "b"] },
  );
  expect(screen).toContain("  ↓ restart title: not needed");
  expect(screen).toContain("  ✔ node/a uncordoned");
  expect(screen).toContain("↓ node/b: not reached");
});

test("a node that stays cordoned is not shown as uncordoned", async () => {
  const left = { kind: "drop", phase: "uncordon", node: "a", notice: "node/a stays cordoned" } as const;
  const screen = await atTheEnd([
    ...stepped(cordon("a")),
    ...stepped(restart("a")),
    ...stepped(left, ["a"]),
    ...stepped(release),
    done,
  ]);
  expect(screen).toContain("  ↓ node/a stays cordoned");
  expect(screen.join()).not.toContain("uncordon");
});

test("what somebody left on a node is said, and the node still done", async () => {
  const left = { kind: "drop", phase: "uncordon", node: "a", notice: "a void lease is removed" } as const;
  const screen = await atTheEnd([...stepped(hold), ...stepped(left), ...wholeNode("a"), done]);
  expect(screen.slice(1, 5)).toEqual([
    "✔ node/a done: down 2s",
    "  a void lease is removed",
    "  ✔ node/a cordoned",
    '  ✔ pod "p-a" deleted',
  ]);
});

test("while it waits: how long the node has been without its pod, for what, and why it takes so long", async () => {
  const { list, screen, tell } = start();
  tell([...stepped(hold), ...stepped(cordon("a")), ...stepped(restart("a", "this takes 30s"))]);
  tell([waits("ready", "a", "pod x to become Ready", "ImagePullBackOff calico/node")]);
  await vi.waitFor(() => {
    const now = screen();
    expect(now).toContain("    › 3.1s since the delete: waiting for pod x to become Ready");
    expect(now).toContain("      ImagePullBackOff calico/node");
    expect(now).toContain("    this takes 30s");
  }, 5_000);
  await list.close();
});

test("H22: what a step costs is on the screen before the step is done, once although it is tried again", async () => {
  const { list, screen, tell } = start();
  const begun = { kind: "begun", step: restart("a", "this takes 30s"), memory: [] } as const;
  tell([...stepped(hold), ...stepped(cordon("a")), begun, begun]);
  await vi.waitFor(() => {
    expect(screen().filter((line) => line.includes("this takes 30s"))).toEqual(["    this takes 30s"]);
  }, 5_000);
  expect(screen().join()).not.toContain("deleted");
  await list.close();
});

test("a node that is taken before its turn stands before those that wait, and they are not called done", async () => {
  const screen = await atTheEnd(
    [
      ...stepped(hold),
      waits("cordon", "c", "peers: 30s"),
      ...wholeNode("b"),
      waits("cordon", "c", "peers: 10s"),
      ...wholeNode("c"),
      ...wholeNode("a"),
      ...stepped(release),
      done,
    ],
    { nodes: ["a", "b", "c"] },
  );
  expect(screen.filter((line) => line.includes("node/"))).toEqual(
    ["b", "c", "a"].flatMap((name) => [
      `✔ node/${name} done: down 2s`,
      `  ✔ node/${name} cordoned`,
      `  ✔ node/${name} uncordoned`,
    ]),
  );
  expect(screen.join()).not.toContain("not needed");
});

test("while a node waits for its time, the ones behind it are not told to have begun", async () => {
  const { list, screen, tell } = start({ nodes: ["a", "b"] });
  tell([...stepped(hold), waits("cordon", "b", "peers: 30s"), ...stepped(cordon("a"))]);
  await list.close();
  expect(screen().filter((line) => line.includes("node/b"))).toHaveLength(1);
});

test("of several nodes at once each line says what its own node does, and none is called done before its time", async () => {
  const { list, screen, tell } = start({ nodes: ["a", "b", "c"], parallel: true });
  tell([
    ...stepped(hold),
    ...stepped(cordon("a")),
    ...stepped(cordon("b")),
    ...stepped(restart("a")),
    waits("ready", "a", "pod n-a"),
    ...stepped(restart("b")),
    waits("ready", "b", "pod n-b", "ErrImagePull"),
  ]);
  await vi.waitFor(() => {
    const now = screen();
    expect(now).toContain("    › 3.1s since the delete: waiting for pod n-a");
    expect(now).toContain("    › 3.1s since the delete: waiting for pod n-b");
  }, 5_000);
  tell([waits("settle", "b", "pod n-b"), ...stepped(uncordon("b"), ["b"])]);
  tell([...stops("no")]);
  await list.close();
  expect(screen()).toEqual([
    "✔ hold title",
    "⚠ node/a",
    "  ✔ node/a cordoned",
    '  ✔ pod "p-a" deleted',
    "  ✖ ready title",
    "  ↓ settle title: not reached",
    "  ↓ uncordon title: not reached",
    "✔ node/b done: down 2s",
    "  ✔ node/b cordoned",
    '  ✔ pod "p-b" deleted',
    "  ✔ ready title",
    "  ✔ settle title",
    "  ✔ node/b uncordoned",
    "↓ node/c: not reached",
    "↓ finish title: not reached",
  ]);
});
