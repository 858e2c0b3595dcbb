/** What somebody at a terminal sees of the migrations, thousands of writes included. */
import { expect, test, vi } from "vitest";
import type { ObjectsAbout, OperationEvent, PoliciesAbout } from "../../../src/operations/events.ts";
import type { ObjectWrite, ObjectsStep } from "../../../src/plan/objects/procedure.ts";
import { plannedWrites, type WriteKind } from "../../../src/plan/planned-writes.ts";
import { kindOfStep } from "../../../src/plan/policy-migration/kinds.ts";
import type { PolicyStep } from "../../../src/plan/policy-migration/procedure.ts";
import type { Stop } from "../../../src/plan/decision.ts";
import type { RunEvent } from "../../../src/plan/run-event.ts";
import type { MigrationStep } from "../../../src/policy/steps.ts";
import { listening, still } from "./on-terminal.ts";

type Emit = (event: OperationEvent) => void;

const policy = (namespace: string, name: string) =>
  ({ kind: "delete", namespace, name }) satisfies MigrationStep;
const closing = (namespace: string) =>
  ({ kind: "create", namespace, name: "default-deny" }) satisfies MigrationStep;
const many = Array.from({ length: 4_100 }, (_, at) => policy("shop", `p${String(at)}`));

/** A run of a policy migration, event by event. */
function policies(emit: Emit, steps: readonly MigrationStep[]) {
  const about: PoliciesAbout = {
    resource: "networkpolicy.networking.k8s.io",
    planned: plannedWrites(steps.map(kindOfStep)),
  };
  const memory = { done: [], unanswered: [] };
  const tell = (event: RunEvent<typeof memory, PolicyStep>): void =>
    emit({ kind: "procedure", procedure: "policies", within: [], about, event });
  const step = (some: readonly MigrationStep[]): PolicyStep => ({
    kind: "migrate",
    puts: some.map((each) => ({ step: each })),
  });
  return {
    begins: (some: readonly MigrationStep[]) => tell({ kind: "begun", step: step(some), memory }),
    ends: (some: readonly MigrationStep[]) => tell({ kind: "performed", step: step(some), memory }),
    does(some: readonly MigrationStep[]) {
      this.begins(some);
      this.ends(some);
    },
    done: () => tell({ kind: "done", memory }),
    stops(reason: Stop) {
      tell({ kind: "stopping", reason, memory });
      tell({ kind: "stopped", reason, memory });
    },
    compared: (found: "equal" | "different" | "unknown") => emit({ kind: "compared", about, found }),
  };
}

async function policyScreen(
  happens: (emit: Emit) => void,
  options: Parameters<typeof listening>[0] = {},
): Promise<{ readonly screen: readonly string[]; readonly stdout: string }> {
  const { listener, shown, stdout } = await listening(options);
  happens(listener.emit);
  await listener.close();
  return { screen: shown.screen(), stdout: stdout() };
}

test("every write of a small migration has its line, and the check at the end is one of the tasks", async () => {
  const steps = [closing("bank"), policy("shop", "web")];
  const { screen } = await policyScreen((emit) => {
    const run = policies(emit, steps);
    for (const step of steps) run.does([step]);
    run.done();
    run.compared("equal");
  });
  expect(screen).toEqual([
    "✔ create default-deny policies",
    "  ✔ networkpolicy.networking.k8s.io/default-deny created in bank namespace",
    "✔ delete policies of open namespaces",
    "  ✔ networkpolicy.networking.k8s.io/web deleted from shop namespace",
    "✔ check every namespace again",
  ]);
});

test("of thousands of policies a counter is shown, and what has not begun waits below it", async () => {
  const { listener, shown } = await listening();
  const run = policies(listener.emit, [...many, { kind: "clean", namespace: "shop", annotations: [] }]);
  run.does(many.slice(0, 1_204));
  run.begins(many.slice(1_204, 1_404));
  await vi.waitFor(
    () =>
      expect(still(shown.screen())).toEqual([
        "* delete policies of open namespaces",
        "  › 1,204 of 4,100 policies",
        "◼ remove annotations",
        "◼ check every namespace again",
      ]),
    5_000,
  );
  await listener.close();
});

test("a long migration leaves one line a stage on the terminal, and every mutation line where stdout goes", async () => {
  const happens = (emit: Emit): void => {
    const run = policies(emit, many);
    for (let at = 0; at < many.length; at += 200) run.does(many.slice(at, at + 200));
    run.done();
    run.compared("equal");
  };
  const { screen } = await policyScreen(happens);
  expect(screen).toEqual([
    "✔ delete policies of open namespaces: 4,100 policies",
    "✔ check every namespace again",
  ]);
  const { stdout } = await policyScreen(happens, { elsewhere: true });
  expect(stdout.split("\n").slice(0, -1)).toEqual(
    many.map(({ name }) => `networkpolicy.networking.k8s.io/${name} deleted from shop namespace`),
  );
});

test("a long migration that fails says how far it came, and what was not reached", async () => {
  const { screen } = await policyScreen((emit) => {
    const run = policies(emit, [...many, { kind: "clean", namespace: "shop", annotations: [] }]);
    run.does(many.slice(0, 1_204));
    emit({ kind: "warning", text: "the API server is slow" });
    run.begins(many.slice(1_204, 1_404));
    run.stops({ message: "forbidden" });
  });
  expect(screen).toEqual([
    "✖ delete policies of open namespaces: 1,204 of 4,100 policies",
    "Warning: the API server is slow",
    "↓ remove annotations: not reached",
    "↓ check every namespace again: not reached",
  ]);
});

test("a look that fails after the writes is not shown as one that found everything equal", async () => {
  const { screen } = await policyScreen((emit) => {
    const run = policies(emit, [closing("bank")]);
    run.does([closing("bank")]);
    run.done();
    run.compared("unknown");
  });
  expect(screen.at(-1)).toBe("✖ check every namespace again");
});

test("H32: what is asked in the middle of a run stands above the question, and the tasks that are left follow", async () => {
  const { listener, shown } = await listening();
  const first = policies(listener.emit, [closing("bank"), policy("shop", "web")]);
  first.does([closing("bank")]);
  first.stops({ message: "policies changed", outdated: true });
  first.compared("different");
  listener.emit({ kind: "note", text: "policies have changed; what is left:\nshop db delete" });
  await listener.aside(async () => {
    shown.stream.write("Delete 1? [y/N]: y\n");
    await vi.waitFor(() =>
      expect(shown.screen()).toEqual([
        "policies have changed; what is left:",
        "  shop db delete",
        "Delete 1? [y/N]: y",
      ]),
    );
  });
  const second = policies(listener.emit, [policy("shop", "db")]);
  second.does([policy("shop", "db")]);
  second.done();
  second.compared("equal");
  await listener.close();
  expect(shown.screen().slice(3)).toEqual([
    "✔ create default-deny policies",
    "  ✔ networkpolicy.networking.k8s.io/default-deny created in bank namespace",
    "↓ check every namespace again: something changed during the run",
    "✔ delete policies of open namespaces",
    "  ✔ networkpolicy.networking.k8s.io/db deleted from shop namespace",
    "✔ check every namespace again",
  ]);
});

test("a question that Ctrl-C ends leaves what was done on the terminal", async () => {
  const { listener, shown } = await listening();
  const run = policies(listener.emit, [closing("bank")]);
  run.does([closing("bank")]);
  await listener.aside(async () => {
    shown.stream.write("Delete 1? [y/N]: ^C\n");
    return await Promise.resolve(false);
  });
  await listener.close();
  expect(shown.screen()).toEqual([
    "Delete 1? [y/N]: ^C",
    "✔ create default-deny policies",
    "  ✔ networkpolicy.networking.k8s.io/default-deny created in bank namespace",
    "↓ check every namespace again: not reached",
  ]);
});

/** Objects of migrate-data. */
function data(emit: Emit, about: ObjectsAbout) {
  const memory = { written: {}, unanswered: {} };
  const put = (name: string, kind: WriteKind): ObjectWrite => ({
    ref: { group: "crd.projectcalico.org", version: "v1", resource: "ippools", kind: "IPPool", name },
    outcome: "created",
    before: undefined,
    kind,
  });
  const tell = (event: RunEvent<typeof memory, ObjectsStep>): void =>
    emit({ kind: "procedure", procedure: "objects", within: [], about, event });
  return {
    does(kind: WriteKind, ...names: readonly string[]) {
      const step: ObjectsStep = { kind: "put", stage: 0, puts: names.map((name) => put(name, kind)) };
      tell({ kind: "begun", step, memory });
      tell({ kind: "performed", step, memory });
    },
    waits: () =>
      tell({
        kind: "waiting",
        wait: { kind: "wait", phase: "served", for: "ippools to be established", until: 0 },
        memory,
        now: 0,
      }),
    done: () => tell({ kind: "done", memory }),
  };
}

const bringing: ObjectsAbout = {
  planned: [
    { kind: "write", what: "define", count: 1 },
    { kind: "wait", phase: "served" },
    { kind: "write", what: "copy", count: 1 },
  ],
  compares: true,
};

test("migrate-data shows from its first write on what comes: the wait, the copies and the comparison", async () => {
  const { listener, shown } = await listening();
  const run = data(listener.emit, bringing);
  run.does("define", "ippools");
  run.waits();
  await vi.waitFor(
    () =>
      expect(still(shown.screen())).toEqual([
        "✔ create CustomResourceDefinitions",
        "  ✔ ippool.crd.projectcalico.org/ippools created",
        "* wait until new kinds are served",
        "  › waiting for ippools to be established",
        "◼ copy Calico's data",
        "◼ read back and compare both sides",
      ]),
    5_000,
  );
  run.does("copy", "default");
  run.done();
  listener.emit({ kind: "compared", about: bringing, found: "equal" });
  await listener.close();
  expect(shown.screen().slice(2)).toEqual([
    "✔ wait until new kinds are served",
    "✔ copy Calico's data",
    "  ✔ ippool.crd.projectcalico.org/default created",
    "✔ read back and compare both sides",
  ]);
});

test("what a run finds done already is no task that was carried out", async () => {
  const { listener, shown } = await listening();
  const run = data(listener.emit, bringing);
  run.does("copy", "default");
  run.done();
  await listener.close();
  expect(shown.screen().slice(0, 2)).toEqual([
    "↓ create CustomResourceDefinitions: not needed",
    "↓ wait until new kinds are served: not needed",
  ]);
});

test("an apply of hundreds of objects at once counts them, too", async () => {
  const { listener, shown } = await listening();
  const run = data(listener.emit, {});
  const names = Array.from({ length: 300 }, (_, at) => `pool-${String(at)}`);
  run.does("copy", ...names);
  run.done();
  await listener.close();
  expect(shown.screen()).toEqual(["✔ write the objects: 300 objects"]);
});
