import { describe, expect, test } from "vitest";
import { listenerFor } from "../../../src/commands/listener.ts";
import { daemonSetFacts } from "../../../src/model/daemonset.ts";
import type { OperationEvent } from "../../../src/operations/events.ts";
import { testContext } from "../flags/test-context.ts";
import { daemonSet, goal, node, now } from "../plan/world.ts";
import { schemaErrorsOf } from "../render/schema.ts";
import { parts, upgrade, type Emit } from "./upgrade-events.ts";

type Line = Readonly<Record<string, unknown>>;

/** The lines of --events. */
async function written(happens: (emit: Emit) => unknown): Promise<readonly Line[]> {
  const lines: string[] = [];
  const { context } = testContext({
    now: () => now,
    line: { verb: "apply", positionals: [], given: [] },
    events: { write: (line) => void lines.push(line), close: () => Promise.resolve() },
  });
  const listener = await listenerFor(context, { format: "json", dryRun: "none", color: "auto" });
  await happens(listener.emit);
  await listener.close();
  return lines.map((line) => JSON.parse(line) as Line);
}

async function one(event: OperationEvent): Promise<Line | undefined> {
  return (await written((emit) => emit(event)))[0];
}

test("every line of an upgrade, from its first object to its last node, is as the schema says", async () => {
  const lines = await written((emit) => upgrade(emit));
  expect(lines.flatMap((line) => schemaErrorsOf("event", line))).toEqual([]);
  expect(new Set(lines.map(({ procedure }) => procedure))).toEqual(
    new Set(["sequence", "objects", "controller", "nodes"]),
  );
});

test("what a part and a node came to can be read without parsing text", async () => {
  const lines = await written((emit) => upgrade(emit, { nodes: ["node-01"] }));
  const outcomes = lines.filter(({ type }) => type === "left").map(({ part, outcome }) => [part, outcome]);
  expect(outcomes).toEqual([
    ["expand", "done"],
    ["typha", "unchanged"],
    ["controller", "done"],
    ["nodes", "done"],
    ["contract", "unchanged"],
  ]);
  expect(lines.find(({ step, type }) => step === "uncordon" && type === "performed")).toEqual({
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "Event",
    time: "2026-01-01T12:00:00Z",
    command: "apply",
    dryRun: "none",
    type: "performed",
    procedure: "nodes",
    part: "nodes",
    step: "uncordon",
    phase: "uncordon",
    node: "node-01",
    object: { group: "", kind: "Node", name: "node-01" },
    outcome: "uncordoned",
    downSeconds: expect.any(Number) as number,
    downExact: false,
    downBound: "at most",
    overBudget: false,
    readyAfterSeconds: expect.any(Number) as number,
    networkingVerified: false,
  });
});

test("no content of an object is written, so no secret either", async () => {
  const lines = await written((emit) => upgrade(emit));
  expect(JSON.stringify(lines)).toContain("calico-kube-controllers");
  expect(JSON.stringify(lines)).not.toContain("s3cret");
});

test("a wait is told when it says something new, not at every change of the cluster", async () => {
  const lines = await written((emit) => {
    for (const until of [1, 2, 3]) emit(nodes({ kind: "waiting", wait: wait({ until }), memory: seen, now }));
    emit(nodes({ kind: "waiting", wait: wait({ stuck: "ImagePullBackOff" }), memory: seen, now }));
  });
  expect(lines.map(({ message, stuck }) => [message, stuck])).toEqual([
    ["pod x to become Ready", undefined],
    ["pod x to become Ready", "ImagePullBackOff"],
  ]);
});

test("from its bundle on every line names the run, as undo knows it", async () => {
  const lines = await written((emit) => {
    emit({ kind: "note", text: "a" });
    emit({ kind: "saved", bundle: "/state/prod/20261130T030016Z-apply-e31ea2" });
    emit({ kind: "note", text: "b" });
  });
  expect(lines.map(({ run }) => run)).toEqual([
    undefined,
    "20261130T030016Z-apply-e31ea2",
    "20261130T030016Z-apply-e31ea2",
  ]);
});

const seen = { nodes: {}, claimed: false, pinned: false, unpinned: false, templateWritten: false };
const about = { goal: goal(), resource: "daemonset.apps/calico-node", bgp: true, budget: 90_000 };
const held = daemonSetFacts(daemonSet());
const taken = { run: "ds/2", since: now, wasUnschedulable: false, holder: "a" };
const ref = { group: "", version: "v1", resource: "configmaps", kind: "ConfigMap", name: "calico-config" };

function wait(change: object = {}) {
  return {
    kind: "wait" as const,
    for: "pod x to become Ready",
    phase: "ready" as const,
    node: "node-01",
    until: now,
    ...change,
  };
}

type NodesEvent = Extract<OperationEvent, { readonly procedure: "nodes" }>["event"];

function nodes(event: NodesEvent): OperationEvent {
  return { kind: "procedure", procedure: "nodes", within: [], about, event };
}

type SequenceEvent = Extract<OperationEvent, { readonly procedure: "sequence" }>["event"];

function sequence(event: SequenceEvent): OperationEvent {
  return { kind: "procedure", procedure: "sequence", within: ["migrate"], about: { parts }, event };
}

describe("every kind of event is as the schema says", () => {
  const stop = { id: "H13", node: "node-01", message: "no", hint: "yes", interrupted: true };
  const steps = [
    { kind: "claim", daemonSet: held, lease: { run: "ds/2" }, pin: { type: "RollingUpdate" } },
    { kind: "template", daemonSet: held, writes: [] },
    { kind: "take-lease", node: node("node-01"), lease: taken },
    { kind: "drop-lease", node: node("node-01"), why: "was-cordoned" },
    { kind: "cordon", node: node("node-01"), lease: taken },
    { kind: "probe", node: node("node-01"), namespace: "kube-system", image: "busybox" },
    { kind: "unpin", daemonSet: held, strategy: { type: "RollingUpdate" }, silent: ["b"], writes: [] },
    { kind: "end-run", daemonSet: held, clearPin: true },
  ] as const;

  test.each<[string, OperationEvent]>([
    ["warning", { kind: "warning", text: "x" }],
    ["note", { kind: "note", text: "x" }],
    ["saved", { kind: "saved", bundle: "/b" }],
    ["waiting", nodes({ kind: "waiting", wait: wait({ stuck: "s", alarm: "a" }), memory: seen, now })],
    [
      "waiting for ever",
      nodes({ kind: "waiting", wait: wait({ until: Number.POSITIVE_INFINITY }), memory: seen, now }),
    ],
    ["skipped", nodes({ kind: "settled", what: { kind: "skip", node: "a", why: "new" }, memory: seen })],
    ["vanished", nodes({ kind: "settled", what: { kind: "vanished", node: "a" }, memory: seen })],
    ["stopping", nodes({ kind: "stopping", reason: stop, memory: seen })],
    ["stopped", nodes({ kind: "stopped", reason: stop, memory: seen })],
    ["done", nodes({ kind: "done", memory: seen })],
    ...steps.map((step): [string, OperationEvent] => [
      step.kind,
      nodes({ kind: "performed", step, memory: seen }),
    ]),
    [
      "the lease of a run of several parts",
      sequence({ kind: "performed", step: { kind: "claim", daemonSet: held }, memory: { ended: {} } }),
    ],
    ["entered", sequence({ kind: "entered", child: { id: "policy" }, memory: { ended: {} } })],
    [
      "left",
      sequence({
        kind: "left",
        child: { id: "policy" },
        memory: { ended: { policy: { state: "left", because: "silent nodes" } } },
      }),
    ],
    [
      "put",
      {
        kind: "procedure",
        procedure: "objects",
        within: ["configmap"],
        about: {},
        event: {
          kind: "performed",
          step: { kind: "put", stage: 0, puts: [{ ref, outcome: "configured", before: undefined }] },
          memory: { written: {}, unanswered: {} },
        },
      },
    ],
  ])("%s", async (_name, event) => {
    const line = await one(event);
    expect(line).toBeDefined();
    expect(schemaErrorsOf("event", line)).toEqual([]);
  });

  test("a part in a part is named with its path", async () => {
    const line = await one(sequence({ kind: "entered", child: { id: "policy" }, memory: { ended: {} } }));
    expect(line).toMatchObject({ type: "entered", part: "migrate/policy" });
  });
});
