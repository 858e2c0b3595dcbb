import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import * as fc from "fast-check";
import { definitions, isEstablished } from "../../../src/data/definitions.ts";
import { movedKinds, newGroup } from "../../../src/data/kinds.ts";
import { dataPlan, stops, type DataStep } from "../../../src/data/plan.ts";
import { apiError } from "../../../src/errors.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import type { Write } from "../../../src/model/write.ts";
import { bringStages, deleteStages } from "../../../src/operations/migrate-data/goal.ts";
import type { OldPlace } from "../../../src/operations/migrate-data/read.ts";
import type { LiveWorld } from "../../../src/perform/run.ts";
import type { Ended } from "../../../src/plan/decision.ts";
import {
  objectsProcedure,
  type ObjectsSeen,
  type ObjectsWorld,
} from "../../../src/plan/objects/procedure.ts";
import { oldObject } from "../data/old-objects.ts";
import { commandsFor } from "./commands.ts";
import { oneProcess, SimulatedObjects } from "./simulated-objects.ts";
import { everyFault, type Fault } from "./simulated-server.ts";

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
const crds = {
  group: "apiextensions.k8s.io",
  version: "v1beta1",
  resource: "customresourcedefinitions",
  kind: "CustomResourceDefinition",
};

/** Old data on a server that has none of the new definitions; a new one is served after a second. */
class DataCluster extends SimulatedObjects implements LiveWorld<ObjectsWorld> {
  readonly #served = new Map<string, number>();

  constructor() {
    super();
    for (const [name, value] of [
      ["a", "1"],
      ["b", "2"],
    ] as const)
      this.old(name, value);
    this.put(oldObject("GlobalBgpConfig", "asnumber", { name: "AsNumber", value: "64512" }));
  }

  old(name: string, value: string): void {
    this.put(oldObject("GlobalConfig", name, { name: name.toUpperCase(), value }));
  }

  /** On the new side, by somebody else. */
  another(name: string, value: string): void {
    this.put({
      apiVersion: `${newGroup}/v1`,
      kind: "GlobalFelixConfig",
      metadata: { name },
      spec: { name: name.toUpperCase(), value },
    });
  }

  of(kind: string): readonly KubeObject[] {
    return [...this.objects.values()].filter((object) => object.kind === kind);
  }

  plan(): readonly DataStep[] {
    return dataPlan(
      movedKinds.map(({ old, new: found }) => ({
        kind: old.kind,
        old: this.of(old.kind),
        new: this.of(found.kind),
      })),
      hash,
    );
  }

  snapshot(): ObjectsWorld {
    return { get: (key: string) => this.objects.get(key) } as unknown as ObjectsWorld;
  }

  override advance(time: number): void {
    super.advance(time);
    for (const [name, at] of this.#served) {
      const found = this.find({ ...crds, name });
      if (this.now < at || found === undefined) continue;
      this.#served.delete(name);
      this.put({ ...found, status: { conditions: [{ type: "Established", status: "True" }] } });
    }
  }

  protected override apply(write: Write): KubeObject | undefined {
    const { ref } = write;
    const definition = this.find({ ...crds, name: `${ref.resource}.${ref.group}` });
    if (ref.group === newGroup && (definition === undefined || !isEstablished(definition)))
      throw apiError({ status: 404, reason: "NotFound", message: "the server could not find the resource" });
    const answer = super.apply(write);
    if (ref.kind !== crds.kind || answer === undefined) return answer;
    this.#served.set(ref.name, this.now + 1_000);
    // As Kubernetes 1.15 answers.
    this.put({ ...answer, status: { conditions: null } });
    return this.find(ref);
  }
}

const places: readonly OldPlace[] = movedKinds.map(({ old }) => ({
  group: old.groups[0],
  version: "v1",
  resource: old.resource,
  kind: old.kind,
  namespaced: true,
  verbs: [],
}));

/** One comparison, and one process that works until it is done, stops, or is killed. */
async function once(
  cluster: DataCluster,
  steps: readonly DataStep[],
  finish = false,
  faults: ReadonlyMap<number, Fault> = new Map(),
  interruptAt?: number,
): Promise<Ended<ObjectsSeen> | "killed"> {
  const wanted = definitions("v1beta1");
  const found = wanted.flatMap(({ metadata: { name } }) => cluster.find({ ...crds, name }) ?? []);
  const { stages } = finish
    ? deleteStages(
        steps.filter(({ does }) => does === "same"),
        places,
      )
    : bringStages(
        steps.filter(({ does }) => does === "create" || does === "update"),
        {
          place: crds,
          missing: wanted.filter(({ metadata: { name } }) => cluster.find({ ...crds, name }) === undefined),
          unfit: [],
          notReady: found.filter((object) => !isEstablished(object)),
        },
        true,
      );
  const goal = { stages, timeout: 30_000, commands: commandsFor("migrate-data") };
  return await oneProcess(objectsProcedure(goal), cluster, faults, interruptAt);
}

/** As the operation does: what was changed since it was compared is compared again. */
async function bring(
  cluster: DataCluster,
  faults?: ReadonlyMap<number, Fault>,
  interruptAt?: number,
): Promise<Ended<ObjectsSeen> | "killed" | "stopped"> {
  for (;;) {
    const steps = cluster.plan();
    if (steps.some(stops)) return "stopped";
    const result = await once(cluster, steps, false, faults, interruptAt);
    if (result === "killed" || result.kind === "done" || result.reason.outdated !== true) return result;
  }
}

function brought(cluster: DataCluster): readonly string[] {
  return cluster.plan().map(({ kind, name, does }) => `${kind} ${name} ${does}`);
}

const equal = ["GlobalConfig a same", "GlobalConfig b same", "GlobalBgpConfig asnumber same"];

test("the definitions first, and the objects when they are served", async () => {
  const cluster = new DataCluster();
  expect(await bring(cluster)).toMatchObject({ kind: "done" });
  expect(brought(cluster)).toEqual(equal);
  expect(cluster.log.slice(0, 5).every((line) => line.includes("customresourcedefinition"))).toBe(true);
});

test.each(everyFault)(
  "every write hit by '%s': nothing is lost, and the same command again finishes the job",
  async (fault) => {
    for (let index = 1; index <= 8; index += 1) {
      const cluster = new DataCluster();
      const result = await bring(cluster, new Map([[index, fault]]));
      if (result === "killed" || (result !== "stopped" && result.kind === "stopped"))
        expect(await bring(cluster), `write ${String(index)}`).toMatchObject({ kind: "done" });
      expect(brought(cluster), `write ${String(index)}`).toEqual(equal);
    }
  },
);

test("Ctrl-C at every write: the command to continue is named, and it continues", async () => {
  for (let index = 0; index < 8; index += 1) {
    const cluster = new DataCluster();
    const result = await bring(cluster, undefined, index);
    if (typeof result === "string") throw new Error(result);
    expect(result.interrupted).toBe(true);
    if (result.kind === "stopped")
      expect(result.reason).toMatchObject({ interrupted: true, hint: "kubectl calico-upgrade migrate-data" });
    expect(await bring(cluster)).toMatchObject({ kind: "done" });
    expect(brought(cluster)).toEqual(equal);
  }
});

test("H32: a new object that somebody wrote after both sides were compared is not overwritten", async () => {
  for (let index = 6; index <= 8; index += 1) {
    const cluster = new DataCluster();
    cluster.meanwhile.set(index, () => cluster.another("b", "mine"));
    const result = await bring(cluster);
    const found = cluster.of("GlobalFelixConfig").find(({ metadata: { name } }) => name === "b");
    // What was brought over before that, somebody overwrote.
    expect(found?.["spec"]).toEqual({ name: "B", value: "mine" });
    if (typeof result === "string") expect(result).toBe("stopped");
  }
});

test("H28: an old object that was changed since is not deleted, and the others are saved before they go", async () => {
  for (let index = 1; index <= 3; index += 1) {
    const cluster = new DataCluster();
    await bring(cluster);
    const steps = cluster.plan();
    cluster.saved.length = 0;
    cluster.meanwhile.set(cluster.writes + index, () => cluster.old("b", "later"));
    const result = await once(cluster, steps, true);
    const left = cluster.of("GlobalConfig").map(({ metadata: { name } }) => name);
    expect(left).toContain("b");
    if (result === "killed") throw new Error("killed");
    const deleted = cluster.log.filter((line) => line.startsWith("delete "));
    expect(cluster.saved.length).toBeGreaterThanOrEqual(deleted.length);
    if (result.kind === "stopped") expect(result.reason).toMatchObject({ outdated: true });
  }
});

test("any sequence of crashes and faults converges, and both sides are equal in the end", async () => {
  const faulty = fc.array(
    fc.record({ at: fc.integer({ min: 1, max: 10 }), fault: fc.constantFrom(...everyFault) }),
    { maxLength: 4 },
  );
  const change = fc.option(fc.constantFrom("3", "4"), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(faulty, change), { maxLength: 4 }), async (processes) => {
      const cluster = new DataCluster();
      for (const [faults, value] of processes) {
        const steps = cluster.plan();
        if (value !== undefined) cluster.old("a", value);
        const at = new Map(faults.map((entry) => [cluster.writes + entry.at, entry.fault]));
        await once(cluster, steps, false, at);
      }
      // An old node's change is brought over by the next run.
      expect(await bring(cluster)).toMatchObject({ kind: "done" });
      expect(brought(cluster)).toEqual(equal);
    }),
    { numRuns: 100 },
  );
}, 60_000);
