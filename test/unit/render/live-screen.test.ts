import { expect, test } from "vitest";
import { downSince, type DownSince } from "../../../src/facts/down.ts";
import { paceOf } from "../../../src/facts/pace.ts";
import { upgradeState } from "../../../src/facts/upgrade.ts";
import { formatCordonLease, formatRunLease } from "../../../src/model/lease.ts";
import { cordonAnnotation, runAnnotation } from "../../../src/model/names.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { bar } from "../../../src/render/bar.ts";
import { upgradeStatus } from "../../../src/render/status/build.ts";
import { screenFrame, type ScreenMemory } from "../../../src/render/status/live-screen.ts";
import {
  aDaemonSet,
  ago,
  aNode,
  aPod,
  aRevision,
  aTemplate,
  now,
  observedOf,
  type PodSpec,
} from "../build/a-cluster.ts";

const small = { rows: 24, columns: 80 };
const look = { wide: false, noHeaders: false };
const command = "kubectl calico-upgrade node --all -f calico.yaml";

const nameOf = (at: number): string => `node-${String(at).padStart(3, "0")}`;

interface Fleet {
  readonly size?: number;
  readonly done?: number;
  /** Of the node at work. */
  readonly pod?: PodSpec;
  readonly failing?: readonly string[];
  readonly backend?: string;
}

/** A run over a fleet: one node is done each 12 seconds, the next one is at work. */
function fleet({ size = 400, done = 143, pod = {}, failing = [], backend = "bird" }: Fleet = {}) {
  const run = "uid-kube-system-calico-node/2";
  const set = aDaemonSet({
    strategy: "OnDelete",
    desired: size,
    template: aTemplate({
      env: [
        { name: "DATASTORE_TYPE", value: "kubernetes" },
        { name: "CALICO_NETWORKING_BACKEND", value: backend },
      ],
    }),
    annotations: { [runAnnotation]: formatRunLease({ run, holder: "jane@desk", renewed: now - 4000 }) },
  });
  const names = Array.from({ length: size }, (_, at) => nameOf(at + 1));
  const lease = formatCordonLease({ run, holder: "jane@desk", since: now - 9000, wasUnschedulable: false });
  const atWork = (at: number): boolean => at === done;
  const state = upgradeState(
    observedOf({
      nodes: names.map((name, at) =>
        aNode(name, atWork(at) ? { unschedulable: true, annotations: { [cordonAnnotation]: lease } } : {}),
      ),
      daemonSets: [set],
      revisions: [aRevision(set, 1, "aaa"), aRevision(set, 2, "bbb")],
      pods: names.map((name, at) => {
        const waiting = { reason: "ImagePullBackOff", message: "Back-off pulling image" };
        if (failing.includes(name))
          return aPod(set, name, { hash: "aaa", suffix: name, ready: false, waiting });
        if (atWork(at)) return aPod(set, name, { hash: "aaa", suffix: name, ...pod });
        if (at > done) return aPod(set, name, { hash: "aaa", suffix: name });
        return aPod(set, name, { hash: "bbb", suffix: name, created: ago((done - at) * 12) });
      }),
    }),
    catalogue,
  );
  return { state, status: upgradeStatus(state) };
}

function frame(of: Fleet = {}, size = small, before?: ScreenMemory, downBefore: DownSince = new Map()) {
  const { state, status } = fleet(of);
  const live = {
    down: downSince(state.nodes, downBefore, now),
    paces: state.daemonSets.map((set) => paceOf(set, state.nodes, now)),
    commands: [command],
  };
  return screenFrame(status, live, look, size, before);
}

test("400 nodes on 80x24: how far, how quick, who with which command, the node at work with its gap, the rest summed up", () => {
  const { lines } = frame({
    pod: { ready: false, created: ago(12), waiting: { reason: "ContainerCreating" } },
  });
  expect(lines.length).toBeLessThanOrEqual(23);
  expect(lines.slice(0, 3)).toEqual([
    "Upgrade:    [=======>            ] 143/400 nodes, 12s a node, about 51m left",
    "Run:        jane@desk (seen 4s ago) runs",
    `            ${command}`,
  ]);
  const head = lines.findIndex((line) => line.startsWith("NODE "));
  expect(lines[head]).toMatch(/^NODE +STATUS +POD +VERSION +UPDATED$/);
  expect(lines.slice(head + 1, head + 3)).toEqual([
    expect.stringMatching(/^node-144 +Ready,SchedulingDisabled /),
    expect.stringMatching(/^ {2}calico-node down for 12s \(budget 90s\); ContainerCreating/),
  ]);
  // The last ones that are done, and then those that come next.
  expect(lines.slice(head + 3, head + 7).map((line) => line.split(" ")[0])).toEqual([
    "node-143",
    "node-142",
    "node-141",
    "node-145",
  ]);
  expect(lines.at(-1)).toMatch(/^\.\.\. \d+ more nodes: \d+ to do, 140 done$/);
});

test("nodes with trouble stand before the node at work, however many are done", () => {
  const { lines } = frame({ failing: ["node-300", "node-399"] });
  const rows = lines.filter((line) => line.startsWith("node-")).map((line) => line.split(" ")[0]);
  expect(rows.slice(0, 3)).toEqual(["node-300", "node-399", "node-144"]);
  expect(lines.join("\n")).toMatch(/node-300 [^]*ImagePullBackOff/);
});

test("more nodes with trouble than there is room for are counted, and what is wrong stays on the screen", () => {
  const failing = Array.from({ length: 60 }, (_, at) => nameOf(200 + at));
  const { lines } = frame({ failing });
  expect(lines.length).toBeLessThanOrEqual(23);
  expect(lines.join("\n")).toContain("60 nodes whose calico-node does not run");
  expect(lines.at(-1)).toMatch(/^\.\.\. \d+ more nodes: /);
});

test("a large terminal has everything: components, every node, the notes in their column", () => {
  const { lines } = frame({ size: 20, done: 5 }, { rows: 60, columns: 200 });
  expect(lines.filter((line) => line.startsWith("node-"))).toHaveLength(20);
  expect(lines.some((line) => line.startsWith("COMPONENT "))).toBe(true);
  expect(lines.find((line) => line.startsWith("NODE "))).toMatch(/ READY +RESTARTS +AGE +NOTE$/);
  expect(lines.some((line) => line.startsWith("..."))).toBe(false);
});

test("what was left out does not come and go with a line more or less; another size shows it again", () => {
  const first = frame({ size: 12, done: 3, failing: ["node-006", "node-007", "node-008"] }, small);
  expect(first.lines.some((line) => line.startsWith("COMPONENT "))).toBe(false);
  const large = { rows: 60, columns: 200 };
  expect(frame({ size: 1, done: 0 }, small, first.memory).lines.join("\n")).not.toContain("COMPONENT ");
  expect(frame({ size: 12, done: 3 }, large, first.memory).lines.join("\n")).toContain("COMPONENT ");
});

test.each([
  { rows: 5, columns: 20 },
  { rows: 2, columns: 10 },
  { rows: 12, columns: 40 },
])("a terminal of $rows x $columns is never scrolled", (size) => {
  expect(frame({}, size).lines.length).toBeLessThanOrEqual(size.rows - 1);
});

test("H22: the gap counts from the delete of the old pod, and goes on with the new one", () => {
  const terminating = fleet({ pod: { deletedAt: ago(-10), gracePeriod: 30 } });
  const first = downSince(terminating.state.nodes, new Map(), now);
  expect(first).toEqual(new Map([["node-144", now - 20_000]]));
  const { state } = fleet({ pod: { ready: false, created: ago(2) } });
  expect(downSince(state.nodes, first, now)).toEqual(first);
  expect(downSince(fleet().state.nodes, first, now)).toEqual(new Map());
});

test("without BGP there is no budget that a node could miss", () => {
  const { lines } = frame({ backend: "vxlan", pod: { ready: false, created: ago(12) } });
  expect(lines.join("\n")).toMatch(/calico-node down for 12s;/);
});

test("the time left is that of a run at work, by what it did lately", () => {
  const pace = ({ state }: ReturnType<typeof fleet>, later = 0) =>
    state.daemonSets.map((set) => paceOf(set, state.nodes, now + later))[0];
  expect(pace(fleet())).toEqual({ perNode: 12_000, left: 257 * 12_000 });
  expect(pace(fleet({ done: 2 }))).toBeUndefined();
  // Since the evening before nothing has happened.
  expect(pace(fleet(), 3_600_000)).toBeUndefined();
});

test("a bar is full when all is done, and not before", () => {
  expect([bar(0, 400, 8), bar(1, 400, 8), bar(399, 400, 8), bar(400, 400, 8), bar(0, 0, 8)]).toEqual([
    "[        ]",
    "[>       ]",
    "[=======>]",
    "[========]",
    "[        ]",
  ]);
});
