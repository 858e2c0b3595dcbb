import { expect, test } from "vitest";
import { fittingFrame, wholeFrame, type FrameStyle } from "../../../src/perform/task-frame.ts";
import { newItem, type Item, type ItemState } from "../../../src/perform/task-item.ts";

const marks = {
  waiting: "◼",
  running: "⠋",
  parent: "❯",
  done: "✔",
  skipped: "↓",
  failed: "✖",
  partly: "⚠",
  output: "›",
} as const;

function style(columns: number): FrameStyle {
  return { columns, mark: (mark) => marks[mark], wrap };
}

/** Breaks at blanks, and in the middle of what is longer than a line. */
function wrap(text: string, columns: number): string {
  const broken = text.split("\n").flatMap((line) => {
    const lines: string[] = [];
    let rest = line;
    while (rest.length > columns) {
      const blank = rest.lastIndexOf(" ", columns);
      const at = blank > 0 ? blank : columns;
      lines.push(rest.slice(0, at));
      rest = rest.slice(at).trimStart();
    }
    return [...lines, rest];
  });
  return broken.join("\n");
}

function item(title: string, state: ItemState, items: readonly Item[] = []): Item {
  const made = newItem(title, state);
  made.items.push(...items);
  return made;
}

/** An upgrade at the third of 30 nodes. */
function upgrade(): readonly Item[] {
  const node = (at: number): string => `node/node-${String(at).padStart(2, "0")}`;
  const done = (title: string): Item => item(title, "done");
  const current = item(node(3), "running", [
    done("node/node-03 cordoned"),
    done('pod "calico-node-7xk2p" deleted'),
    item("wait for its replacement to be Ready", "running"),
    item("watch that it stays Ready", "waiting"),
    item("uncordon", "waiting"),
  ]);
  (current.items[2] as Item).output = () =>
    "12s since the delete: waiting for pod calico-node-x8d4q to become Ready";
  const objects = Array.from({ length: 24 }, (_, at) =>
    done(`customresourcedefinition.apiextensions.k8s.io/kind-${at}.crd.projectcalico.org configured`),
  );
  return [
    item("prepare: 24 objects", "done", objects),
    item("Typha: not used here", "skipped"),
    item("controller", "done", [done("deployment.apps/calico-kube-controllers configured")]),
    item("configuration: nothing to do", "skipped"),
    item("nodes", "running", [
      item(`${node(1)} done: down 2s`, "done", [done(`${node(1)} cordoned`), done(`${node(1)} uncordoned`)]),
      item(`${node(2)} done: down 3s`, "done", [done(`${node(2)} cordoned`), done(`${node(2)} uncordoned`)]),
      current,
      ...Array.from({ length: 27 }, (_, at) => item(node(at + 4), "waiting")),
    ]),
    item("clean up", "waiting"),
  ];
}

test("an upgrade of 30 nodes fits 80x24: what runs is shown whole, what is over and what waits is counted", () => {
  const { lines } = fittingFrame(upgrade(), style(80), 23);
  expect(lines).toEqual([
    "✔ prepare: 24 objects",
    "↓ Typha: not used here",
    "✔ controller",
    "↓ configuration: nothing to do",
    "❯ nodes",
    "  ✔ node/node-01 done: down 2s",
    "  ✔ node/node-02 done: down 3s",
    "  ❯ node/node-03",
    "    ✔ node/node-03 cordoned",
    '    ✔ pod "calico-node-7xk2p" deleted',
    "    ⠋ wait for its replacement to be Ready",
    "      › 12s since the delete: waiting for pod calico-node-x8d4q to become",
    "        Ready",
    "    ◼ watch that it stays Ready",
    "    ◼ uncordon",
    "  ◼ node/node-04",
    "  ◼ 26 more",
    "◼ clean up",
  ]);
});

test("on a terminal of 10 lines the step that runs is still there", () => {
  const { lines } = fittingFrame(upgrade(), style(80), 9);
  expect(lines.length).toBeLessThanOrEqual(9);
  expect(lines.join("\n")).toContain("⠋ wait for its replacement to be Ready");
});

test("no line of a terminal of 40 columns is longer, and what it says is all there", () => {
  const lines = wholeFrame(upgrade(), style(40));
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(40);
  expect(lines.join(" ").replaceAll(/\s+/g, " ")).toContain(
    "› 12s since the delete: waiting for pod calico-node-x8d4q to become Ready",
  );
});

test("a list that was folded stays so when a line fewer would do", () => {
  const items = upgrade();
  const { folding } = fittingFrame(items, style(80), 23);
  const { lines } = fittingFrame(items, style(80), 200, folding);
  expect(lines).toContain("  ◼ 26 more");
});

test("what failed is never counted among what is done", () => {
  const items = [
    ...Array.from({ length: 5 }, (_, at) => item(`node/a${at}`, "done")),
    item("node/b", "done", [item("wait for its replacement to be Ready", "failed")]),
    item("node/c", "running"),
    ...Array.from({ length: 20 }, (_, at) => item(`node/d${at}`, "waiting")),
  ];
  expect(fittingFrame(items, style(80), 8).lines).toEqual([
    "✔ 4 done",
    "✔ node/a4",
    "⚠ node/b",
    "  ✖ wait for its replacement to be Ready",
    "⠋ node/c",
    "◼ node/d0",
    "◼ 19 more",
  ]);
});

/** A node of a run with its steps, which are shown while it is at work. */
function nodeItem(at: number, state: ItemState, words = ""): Item {
  const steps = [item("cordon", state), item("uncordon", state)];
  return { ...item(`node/${String(at).padStart(3, "0")}${words}`, state, steps), open: state !== "skipped" };
}

test("of a fleet the last three nodes that are done stay on the screen, and fewer where there is no room", () => {
  const items = [
    ...Array.from({ length: 50 }, (_, at) => nodeItem(at, "done", " done: down 2s")),
    nodeItem(50, "running"),
    ...Array.from({ length: 349 }, (_, at) => item(`node/${String(51 + at)}`, "waiting")),
  ];
  expect(fittingFrame(items, style(80), 23).lines.slice(0, 5)).toEqual([
    "✔ 47 done",
    "✔ node/047 done: down 2s",
    "✔ node/048 done: down 2s",
    "✔ node/049 done: down 2s",
    "❯ node/050",
  ]);
  expect(fittingFrame(items, style(80), 7).lines.slice(0, 3)).toEqual([
    "✔ 49 done",
    "✔ node/049 done: down 2s",
    "❯ node/050",
  ]);
});

test("nodes that a run did not reach are counted in the end, so that what failed is not off the screen", () => {
  const items = [
    nodeItem(0, "done", " done: down 2s"),
    nodeItem(1, "failed", " failed: over budget"),
    ...Array.from({ length: 398 }, (_, at) => nodeItem(2 + at, "skipped", ": not reached")),
  ];
  expect(wholeFrame(items, style(80)).slice(-3)).toEqual([
    "  ✖ uncordon",
    "↓ node/002: not reached",
    "↓ 397 more: not reached",
  ]);
});
