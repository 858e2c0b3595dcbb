import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import { changeKeys, dataOf } from "../../../src/merge/config-map.ts";
import { commandRun } from "../../../src/plan/lease/run-names.ts";
import { nodesLeft } from "../../../src/operations/node/remaining.ts";
import { run } from "../../../src/perform/run.ts";
import { notesToRestart, staleBy, type ConfigNote } from "../../../src/plan/config/stale.ts";
import { notedStages } from "../../../src/plan/config/values.ts";
import type { Ended } from "../../../src/plan/decision.ts";
import { objectKey } from "../../../src/model/object-name.ts";
import { nestedUnder } from "../../../src/plan/lease/nested.ts";
import { nodeProcedure } from "../../../src/plan/node/procedure.ts";
import type { ObjectGoal } from "../../../src/plan/objects/goal.ts";
import { objectsProcedure } from "../../../src/plan/objects/procedure.ts";
import { sequenceProcedure, type RunPart, type SequenceSeen } from "../../../src/plan/sequence/procedure.ts";
import { typhaRestart } from "../../../src/plan/typha/restart.ts";
import { commandsFor } from "./commands.ts";
import { configRef, daemonSetRef, SimulatedInstall, typhaRef } from "./simulated-install.ts";
import { everyFault, type Fault } from "./simulated-server.ts";
import { goal } from "./world.ts";

const names = ["node-01", "node-02", "node-03"];
const commands = commandsFor("configmap --set veth_mtu=1440");
const command = { verb: "configmap", flags: { set: ["veth_mtu=1440"] } };
const places = {
  daemonSets: daemonSetRef,
  nodes: { group: "", version: "v1", resource: "nodes", kind: "Node" },
  pods: { group: "", version: "v1", resource: "pods", kind: "Pod" },
};
const set = new Map([["veth_mtu", "1440"]]);

interface Process {
  readonly faults?: ReadonlyMap<number, Fault>;
  /** The signal comes with this write; twice: and a second one. */
  readonly interruptAt?: number;
  readonly twice?: boolean;
}

/** One process of `configmap --set veth_mtu=1440`: values, Typha, nodes, under one lease. */
async function one(
  cluster: SimulatedInstall,
  holder: string,
  { faults = new Map(), interruptAt, twice = false }: Process = {},
): Promise<Ended<SequenceSeen> | "killed"> {
  const [first, second] = [new AbortController(), new AbortController()];
  const common = {
    dryRun: "none" as const,
    now: () => cluster.now,
    send: async (write: Parameters<SimulatedInstall["send"]>[0]) => {
      if (interruptAt === cluster.writes) {
        first.abort();
        if (twice) second.abort();
      }
      return await cluster.send(write, faults.get(cluster.writes + 1));
    },
    interrupt: { first: first.signal, second: second.signal },
    emit: () => {},
  };
  cluster.killed = false;
  const lease = {
    holder,
    run: ({ uid }: { readonly uid: string }) => commandRun(uid, command),
    command,
    takeOver: false,
    commands,
  };
  const change = () => changeKeys(cluster.config, set, new Set(), configRef);
  const notes = notesToRestart(cluster.readers(), { ref: configRef, live: cluster.config }, change().keys);
  const stale = staleBy(cluster.readers(), notes);
  const left = () => nodesLeft(cluster.snapshot(), undefined, { notes, onlyStale: true });
  const parts: RunPart[] = [
    ...(change().applied.write === undefined ? [] : [{ id: "values" }]),
    ...(stale.typha === undefined ? [] : [{ id: "typha" }]),
    ...(left().nodes.length + left().stale.length === 0 ? [] : [{ id: "nodes" }]),
  ];

  const objects = async (stages: readonly (readonly ObjectGoal[])[]) => {
    const inner = objectsProcedure({ stages, timeout: 60_000, commands });
    return await run(
      nestedUnder(inner, daemonSetRef, (world) => world.get(objectKey(daemonSetRef)), lease),
      cluster.objects(),
      common,
    );
  };
  const nodes = async (which: readonly string[], restart: boolean) =>
    await run(
      nodeProcedure(goal({ nodes: which, holder, restart, nested: true, commands }), places),
      cluster,
      common,
    );
  const result = await run(
    sequenceProcedure({ parts, lease: { ...lease, nested: false } }, daemonSetRef),
    cluster.run(),
    {
      ...common,
      async enter({ id }) {
        if (id === "values") return await objects(valueStages(notes));
        if (id === "typha") return await objects([[typhaRestart(typhaRef)]]);
        const held = left().nodes;
        if (held.length > 0) {
          const ended = await nodes(held, false);
          if (ended.kind === "stopped" || ended.interrupted) return ended;
        }
        return await nodes(left().stale, true);
      },
    },
  );
  return cluster.killed ? "killed" : result;
}

function valueStages(notes: readonly ConfigNote[]) {
  return notedStages({
    ref: configRef,
    decide: (live) => changeKeys(live, set, new Set(), configRef).applied.write,
    keysOf: () => notes.flatMap(({ change }) => change.keys),
  });
}

/** What must hold after every process, however it ended. */
function holds(cluster: SimulatedInstall): void {
  for (const name of names) if (cluster.cordoned(name)) expect(cluster.lease(name)).toBeDefined();
  expect(cluster.mostDown).toBeLessThanOrEqual(1);
  expect(dataOf(cluster.config)["other"]).toBe("new release");
}

/** The end that every way leads to. */
function isDone(cluster: SimulatedInstall, about = ""): void {
  holds(cluster);
  expect(dataOf(cluster.config), about).toEqual({ veth_mtu: "1440", other: "new release" });
  const notes = notesToRestart(cluster.readers(), { ref: configRef, live: cluster.config }, []);
  expect(notes, about).toEqual([]);
  expect(cluster.note, about).toContain('"keys":["veth_mtu"]');
  expect(cluster.annotations, about).toEqual({});
  for (const name of names)
    expect([cluster.cordoned(name), cluster.lease(name)], about).toEqual([false, undefined]);
}

const deletes = ({ log }: SimulatedInstall) => log.filter((each) => each.startsWith("delete ")).length;

describe.each(["client", "server"] as const)("a ConfigMap that was applied %s-side", (applied) => {
  const fresh = () => new SimulatedInstall(names, applied);

  test("the value, then Typha, then node by node, and nothing of ours left; again there is nothing to do", async () => {
    const cluster = fresh();
    expect(await one(cluster, "a")).toMatchObject({ kind: "done", interrupted: false });
    isDone(cluster);
    expect(cluster.log.filter((each) => !/daemonsets|nodes/.test(each))).toEqual([
      ...(applied === "server" ? ["patch configmaps/calico-config"] : []),
      "patch configmaps/calico-config",
      ...(applied === "server" ? ["patch configmaps/calico-config"] : []),
      "patch deployments/calico-typha",
      ...names.map(() => expect.stringMatching(/^delete pods/) as string),
    ]);
    const { writes } = cluster;
    expect(await one(cluster, "b")).toMatchObject({ kind: "done" });
    expect(cluster.writes).toBe(writes);
  });

  test.each(everyFault)(
    "every write hit by '%s': no node is restarted twice or forgotten, and the same command again finishes the job",
    async (fault) => {
      const clean = fresh();
      await one(clean, "a");
      for (let index = 1; index <= clean.writes; index += 1) {
        const cluster = fresh();
        const result = await one(cluster, "a", { faults: new Map([[index, fault]]) });
        holds(cluster);
        if (result === "killed" || cluster.annotations["calico-upgrade/run"]?.includes("holder") === true)
          cluster.advance(61_000);
        if (result === "killed" || result.kind === "stopped")
          expect(await one(cluster, "b"), `write ${index}`).toMatchObject({ kind: "done" });
        isDone(cluster, `write ${index}`);
        expect(deletes(cluster), `write ${index}`).toBe(3);
      }
    },
  );

  test.each([false, true])(
    "Ctrl-C at every write (twice: %s): no further node is touched, and the same command goes on to the same end",
    async (twice) => {
      const clean = fresh();
      await one(clean, "a");
      for (let index = 0; index < clean.writes; index += 1) {
        const cluster = fresh();
        const result = await one(cluster, "a", { interruptAt: index, twice });
        holds(cluster);
        expect(result, `write ${index}`).toMatchObject({ interrupted: true });
        const gone = deletes(cluster);
        expect(names.filter((name) => cluster.lease(name) !== undefined).length).toBeLessThanOrEqual(1);
        if (cluster.annotations["calico-upgrade/run"]?.includes("holder") === true) cluster.advance(61_000);
        expect(await one(cluster, "b"), `write ${index}`).toMatchObject({ kind: "done" });
        isDone(cluster, `write ${index}`);
        expect(deletes(cluster), `write ${index}, ${gone} before`).toBe(3);
      }
    },
  );

  test("any sequence of crashes and faults comes to the same end", async () => {
    const faulty = fc.array(
      fc.record({ at: fc.integer({ min: 1, max: 25 }), fault: fc.constantFrom(...everyFault) }),
      { maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(faulty, { maxLength: 4 }), async (processes) => {
        const cluster = fresh();
        for (const [index, faults] of processes.entries()) {
          const at = new Map(faults.map((entry) => [cluster.writes + entry.at, entry.fault]));
          await one(cluster, `process-${index}`, { faults: at });
          holds(cluster);
          if (cluster.annotations["calico-upgrade/run"]?.includes("holder") === true) cluster.advance(61_000);
        }
        expect(await one(cluster, "last")).toMatchObject({ kind: "done" });
        isDone(cluster);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
