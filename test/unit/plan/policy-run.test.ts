import { describe, expect, test } from "vitest";
import * as fc from "fast-check";
import { apiError } from "../../../src/errors.ts";
import { endpointFacts } from "../../../src/model/endpoint.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { namespaceFacts } from "../../../src/model/namespace.ts";
import { keyOf } from "../../../src/model/namespaced-name.ts";
import { networkPolicyFacts } from "../../../src/model/network-policy.ts";
import { objectKey } from "../../../src/model/object-name.ts";
import type { Write } from "../../../src/model/write.ts";
import { run, type LiveWorld } from "../../../src/perform/run.ts";
import type { Ended } from "../../../src/plan/decision.ts";
import { policyProcedure, type PolicySeen } from "../../../src/plan/policy-migration/procedure.ts";
import { agreementOf, prove, type Proof } from "../../../src/plan/policy-migration/proof.ts";
import type { PolicyWorld } from "../../../src/plan/policy-migration/world.ts";
import { stepWrites } from "../../../src/plan/policy-migration/writes.ts";
import { judge } from "../../../src/policy/proof.ts";
import { isolationOf } from "../../../src/policy/isolation.ts";
import { whatIf } from "../../../src/policy/what-if.ts";
import { flowText } from "../../../src/render/policy-migration/print.ts";
import {
  defaultDeny,
  namespaceObject,
  podObject,
  policyObject,
  type RawNamespace,
} from "../policy/raw-cluster.ts";
import { commandsFor } from "./commands.ts";
import { oneProcess, SimulatedObjects } from "./simulated-objects.ts";
import { everyFault, type Fault } from "./simulated-server.ts";

const never = new AbortController().signal;
const policies = {
  group: "networking.k8s.io",
  version: "v1",
  resource: "networkpolicies",
  kind: "NetworkPolicy",
};

/** A closed namespace with a taken name, two open ones, and somebody beside us. */
class PolicyCluster extends SimulatedObjects implements LiveWorld<PolicyWorld> {
  /** Policies that were deleted while their namespace was closed. */
  readonly wrong: string[] = [];

  constructor() {
    super();
    this.namespace({ name: "bank", annotation: defaultDeny });
    this.namespace({ name: "shop" });
    this.namespace({ name: "blog" });
    for (const [namespace, name] of [
      ["bank", "default-deny"],
      ["shop", "one"],
      ["shop", "two"],
      ["shop", "three"],
      ["blog", "web"],
    ] as const) {
      this.policy(namespace, name);
    }
    for (const namespace of ["bank", "shop", "blog"])
      this.put(podObject({ namespace, name: "pod", labels: { app: namespace }, ip: "10.0.0.9" }));
  }

  namespace(raw: RawNamespace): void {
    this.put(namespaceObject(raw));
  }

  policy(namespace: string, name: string, port = 80): void {
    this.put(
      policyObject({
        namespace,
        name,
        spec: {
          podSelector: { matchLabels: { app: namespace } },
          ingress: [{ ports: [{ port }] }, { from: [{ ipBlock: { cidr: "10.0.0.0/8", except: null } }] }],
        },
      }),
    );
  }

  snapshot(): PolicyWorld {
    const all = [...this.objects.values()].toSorted((a, b) =>
      keyOf(a.metadata) < keyOf(b.metadata) ? -1 : 1,
    );
    const of = (kind: string): readonly KubeObject[] => all.filter((object) => object.kind === kind);
    return {
      namespaces: of("Namespace").map(namespaceFacts),
      policies: of("NetworkPolicy").map(networkPolicyFacts),
      pods: of("Pod").flatMap((raw) => endpointFacts(raw) ?? []),
      raw: new Map(
        [...of("Namespace"), ...of("NetworkPolicy")].map((object) => [keyOf(object.metadata), object]),
      ),
    };
  }

  protected override apply(write: Write): KubeObject | undefined {
    const answer = super.apply(write);
    const { namespace = "", name } = write.ref;
    const raw = this.find({ group: "", kind: "Namespace", name: namespace });
    if (write.verb === "delete" && raw !== undefined && isIsolated(raw))
      this.wrong.push(`${namespace}/${name}`);
    return answer;
  }
}

function isIsolated(raw: KubeObject): boolean {
  return isolationOf(namespaceFacts(raw)).isolation === "isolated";
}

const task = {
  finish: false,
  accept: false,
  driver: "etcd",
  side: "before",
  target: "v2.4.0",
  calico: "v2.2.1",
  decisions: { keep: new Set<string>(), treatAs: new Map<string, "isolated" | "open">() },
  commands: commandsFor("migrate-policy"),
  flowText,
} as const;

/** One process that asks once: it works until it is done, stops, or is killed. */
async function once(
  cluster: PolicyCluster,
  proof: Proof,
  faults: ReadonlyMap<number, Fault> = new Map(),
  interruptAt?: number,
): Promise<Ended<PolicySeen> | "killed"> {
  const goal = { ...task, agreed: agreementOf(proof), place: policies, run: "run-1" };
  return await oneProcess(policyProcedure(goal, proof), cluster, faults, interruptAt);
}

/** As the operation does: what changed meanwhile is planned, proven and asked about again. */
async function migrate(
  cluster: PolicyCluster,
  faults?: ReadonlyMap<number, Fault>,
  interruptAt?: number,
): Promise<Ended<PolicySeen> | "killed"> {
  for (;;) {
    const result = await once(cluster, prove(cluster.snapshot(), task), faults, interruptAt);
    if (result === "killed" || result.kind === "done" || result.reason.outdated !== true) return result;
  }
}

/** What must hold after every process, however it ended. */
function holds(cluster: PolicyCluster): void {
  expect(cluster.wrong).toEqual([]);
  const saved = new Set(
    cluster.saved.filter(({ action }) => action === "deleted").map(({ ref }) => keyOf(ref)),
  );
  const gone = cluster.log.filter((line) => line.startsWith("delete ")).map((line) => line.slice(7));
  for (const key of gone) {
    const [namespace = "", , name = ""] = key.split("/");
    expect(saved).toContain(`${namespace}/${name}`);
  }
  // Nothing of what is there changes what may talk to whom before the upgrade.
  expect(resultOf(cluster).refused).toEqual([]);
}

function resultOf(cluster: PolicyCluster) {
  const { driver, decisions, side } = task;
  const semantics = { kind: "v1", egress: false, ipBlock: "nobody" } as const;
  return judge(whatIf({ ...cluster.snapshot(), driver, semantics, decisions, side }));
}

function names(cluster: PolicyCluster): readonly string[] {
  return cluster.snapshot().policies.map(keyOf);
}

const migrated = ["bank/default-deny", "bank/default-deny-2"];

test("what closes is created first, what did nothing goes, a taken name stays", async () => {
  const cluster = new PolicyCluster();
  expect(await migrate(cluster)).toMatchObject({ kind: "done" });
  expect(cluster.log[0]).toMatch(/^create bank/);
  expect(names(cluster)).toEqual(migrated);
  holds(cluster);
});

test.each(everyFault)(
  "every write hit by '%s': everything is saved, no flow changes, and the same command again finishes the job",
  async (fault) => {
    const clean = new PolicyCluster();
    await migrate(clean);
    expect(clean.writes).toBe(5);
    for (let index = 1; index <= clean.writes; index += 1) {
      const cluster = new PolicyCluster();
      const result = await migrate(cluster, new Map([[index, fault]]));
      holds(cluster);
      if (result === "killed" || result.kind === "stopped")
        expect(await migrate(cluster), `write ${String(index)}`).toMatchObject({ kind: "done" });
      expect(names(cluster), `write ${String(index)}`).toEqual(migrated);
      holds(cluster);
    }
  },
);

test("a lost answer is no lost change: what went through is told", async () => {
  for (let index = 1; index <= 5; index += 1) {
    const cluster = new PolicyCluster();
    const result = await migrate(cluster, new Map([[index, "reset after"]]));
    if (result === "killed") throw new Error("killed");
    expect(result.memory.done, `write ${String(index)}`).toHaveLength(5);
  }
});

test("Ctrl-C at every write: the writes under way end, the command to continue is named", async () => {
  for (let index = 0; index < 5; index += 1) {
    const cluster = new PolicyCluster();
    const result = await migrate(cluster, undefined, index);
    holds(cluster);
    if (result === "killed") throw new Error("killed");
    expect(result.interrupted).toBe(true);
    if (result.kind === "stopped") {
      expect(result.reason).toMatchObject({
        interrupted: true,
        hint: "kubectl calico-upgrade migrate-policy",
      });
    }
    expect(await migrate(cluster)).toMatchObject({ kind: "done" });
    expect(names(cluster)).toEqual(migrated);
  }
});

const others: Readonly<Record<string, (cluster: PolicyCluster) => void>> = {
  "closes an open namespace": (cluster) => cluster.namespace({ name: "shop", annotation: defaultDeny }),
  "takes the annotation away": (cluster) => cluster.namespace({ name: "bank" }),
  "adds a policy to an open namespace": (cluster) => cluster.policy("blog", "late"),
  "changes a policy that is to go": (cluster) => {
    if (names(cluster).includes("blog/web")) cluster.policy("blog", "web", 443);
  },
};

describe.each(Object.entries(others))("H32: somebody %s", (_what, act) => {
  test("while the question stands: nothing is written before it is asked anew", async () => {
    const cluster = new PolicyCluster();
    const proof = prove(cluster.snapshot(), task);
    act(cluster);
    expect(await once(cluster, proof)).toMatchObject({ kind: "stopped", reason: { outdated: true } });
    expect(cluster.log).toEqual([]);
    expect(await migrate(cluster)).toMatchObject({ kind: "done" });
    holds(cluster);
    expect(prove(cluster.snapshot(), task).steps).toEqual([]);
  });

  test("right before any write: no policy of a closed namespace is deleted, and it is planned anew", async () => {
    for (let index = 1; index <= 5; index += 1) {
      const cluster = new PolicyCluster();
      cluster.meanwhile.set(index, () => {
        cluster.meanwhile.delete(index);
        act(cluster);
        cluster.wrong.length = 0;
      });
      expect(await migrate(cluster), `write ${String(index)}`).toMatchObject({ kind: "done" });
      // The one that was under way in that very moment nobody can hold back.
      expect(cluster.wrong.length).toBeLessThanOrEqual(1);
      cluster.wrong.length = 0;
      holds(cluster);
      expect(prove(cluster.snapshot(), task).steps).toEqual([]);
    }
  });
});

test("what comes back as fast as it is deleted is asked about, not deleted in circles", async () => {
  const cluster = new PolicyCluster();
  const proof = prove(cluster.snapshot(), task);
  cluster.meanwhile.set(5, () => cluster.policy("blog", "web"));
  for (const at of [6, 7, 8]) cluster.meanwhile.set(at, () => cluster.policy("shop", "one"));
  const result = await once(cluster, proof);
  if (result === "killed") throw new Error("killed");
  expect(cluster.writes).toBeLessThanOrEqual(7);
  if (names(cluster).length > migrated.length) expect(result).toMatchObject({ reason: { outdated: true } });
});

test("any sequence of crashes, faults and other people's changes converges without a wrong delete", async () => {
  const faulty = fc.array(
    fc.record({ at: fc.integer({ min: 1, max: 6 }), fault: fc.constantFrom(...everyFault) }),
    { maxLength: 3 },
  );
  const acts = fc.array(fc.constantFrom(...Object.values(others)), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(faulty, acts), { maxLength: 4 }), async (processes) => {
      const cluster = new PolicyCluster();
      for (const [faults, changes] of processes) {
        const proof = prove(cluster.snapshot(), task);
        for (const act of changes) act(cluster);
        const at = new Map(faults.map((entry) => [cluster.writes + entry.at, entry.fault]));
        await once(cluster, proof, at);
        holds(cluster);
      }
      expect(await migrate(cluster)).toMatchObject({ kind: "done" });
      holds(cluster);
      expect(prove(cluster.snapshot(), task).steps).toEqual([]);
    }),
    { numRuns: 100 },
  );
}, 60_000);

test("a dry run of the client writes nothing, saves nothing and walks the same way", async () => {
  const cluster = new PolicyCluster();
  const proof = prove(cluster.snapshot(), task);
  const goal = { ...task, agreed: agreementOf(proof), place: policies };
  const result = await run(policyProcedure(goal, proof), cluster, {
    dryRun: "client",
    now: () => cluster.now,
    send: (write) => cluster.send(write),
    interrupt: { first: never, second: never },
    emit: () => {},
  });
  expect([result.kind, result.memory.done.length, cluster.log, cluster.saved]).toEqual(["done", 5, [], []]);
});

test("a default-deny is made in the group that the server has, and says podSelector", () => {
  const place = { ...policies, group: "extensions", version: "v1beta1" };
  const [made] = stepWrites(
    [{ kind: "create", namespace: "bank", name: "default-deny" }],
    place,
    new Map(),
    "run-1",
  );
  expect(made?.write).toMatchObject({
    verb: "create",
    body: {
      apiVersion: "extensions/v1beta1",
      kind: "NetworkPolicy",
      metadata: { annotations: { "calico-upgrade/created-by": "run-1" } },
      spec: { podSelector: {} },
    },
  });
});

test("a namespace that began to go is looked at again, and no refusal", async () => {
  const cluster = new PolicyCluster();
  const proof = prove(cluster.snapshot(), task);
  const terminating = apiError({
    status: 403,
    reason: "Forbidden",
    message: "forbidden: it is being terminated",
    details: { causes: [{ reason: "NamespaceTerminating" }] },
  });
  const goal = { ...task, agreed: agreementOf(proof), place: policies };
  const result = await run(policyProcedure(goal, proof), cluster, {
    dryRun: "none",
    now: () => cluster.now,
    send: async (write) => {
      if (write.verb !== "create") return await cluster.send(write);
      cluster.objects.delete(objectKey({ group: "", kind: "Pod", namespace: "bank", name: "pod" }));
      cluster.namespace({ name: "bank", annotation: defaultDeny, deletionTimestamp: "2026-11-30T06:00:00Z" });
      throw terminating;
    },
    interrupt: { first: never, second: never },
    emit: () => {},
  });
  expect(result).toMatchObject({ kind: "done" });
  expect(names(cluster)).toEqual(["bank/default-deny"]);
});
