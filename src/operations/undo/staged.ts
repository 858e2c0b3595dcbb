import type { Bundle } from "../../bundle/read.ts";
import type { OpenBundle } from "../../bundle/write.ts";
import { readObject } from "../../cluster/read-object.ts";
import { reasonOf, isAnswer } from "../../errors.ts";
import { installOwner } from "../../merge/apply-object.ts";
import type { KubeObject } from "../../model/kube.ts";
import { objectKey } from "../../model/object-name.ts";
import { parseTime, type Millis } from "../../model/time.ts";
import type { Part as ObjectPart } from "../../plan/apply/parts.ts";
import type { Ended, Stop } from "../../plan/decision.ts";
import type { PartResult } from "../../plan/sequence/procedure.ts";
import { settleNotes } from "../config/settle.ts";
import { lookAtNodes, upgradeRemaining, type Remaining } from "../node/remaining.ts";
import { writeObjects } from "../objects.ts";
import { nodesEnded, objectsEnded } from "../part-results.ts";
import { waitPodsGone } from "../pods-gone.ts";
import { warn, type Session } from "../session.ts";
import { boundaryOf, downgradeOf } from "./boundaries.ts";
import { forceName, type Inverse, type UndoWorld } from "./inverse.ts";
import type { Done, Leg, UndoPart } from "./leg.ts";
import { nodesAreBehind, nodesBack } from "./nodes.ts";
import { goesAlone, refusals } from "./prepare.ts";
import { readersBack, type ReadersBack } from "./readers.ts";
import { patience, type UndoRequest } from "./request.ts";
import { restartsOf } from "./restarted.ts";
import { decide, targetsOf, type Decision } from "./staged-entries.ts";
import { expandStage, goesDown, isRemade, takeStages, valueStages, type Stages, type Work } from "./take.ts";

/** Runs whose objects stand on each other: they go back in stages, nodes by the procedure of `node`. */
export function isStaged({ entries }: Bundle): boolean {
  return !entries.every(goesAlone);
}

/**
 * An upgrade on its way back, in the order that keeps every pod working (hazard H01 the other way round): what the
 * old pods need is added, nodes go back one after the other, then values, controller and Typha; what only the
 * new ones used goes last. `settled`: rules and guards that hold only until what goes back before is back.
 */
export async function stagedLeg(
  session: Session,
  bundle: Bundle,
  world: UndoWorld,
  request: UndoRequest,
  settled: readonly string[],
  idOf: (stage: string) => string,
): Promise<Leg> {
  const found = new Map<number, KubeObject | undefined>();
  await Promise.all(
    bundle.entries.map(
      async (entry) => void found.set(entry.id, await readObject(session.connection, entry.ref)),
    ),
  );
  const targets = targetsOf(bundle.entries, ({ id }) => found.get(id));
  const decisions = await Promise.all(
    targets.map(async (target): Promise<Decision> => {
      const decision = decide(target, world.forced, bundle.index.started);
      if (target.part !== "node" || decision.kind !== "nothing" || target.live === undefined) return decision;
      if (target.before === undefined) return decision;
      // The template is as it was; an undo that was interrupted may not have come to every node (H01).
      return (await nodesAreBehind(session, target, request)) ? { kind: "restore", target } : decision;
    }),
  );
  const inverses = decisions.map(inverseOf);
  const boundary = boundaryOf(targets);
  const leg: Leg = {
    bundle,
    inverses: () => inverses,
    gone: decisions.flatMap(({ kind, target }) => (kind === "nothing" ? [] : [target])),
    ...(boundary === undefined ? {} : { boundary }),
  };
  if (boundary !== undefined || refusals(inverses) !== undefined) return leg;
  const work = decisions.filter((each): each is Work => each.kind !== "nothing" && each.kind !== "refused");
  const since = parseTime(bundle.index.started);
  const readers = await readersBack(session, targets, request, since);
  if (work.length === 0 && readers?.behind !== true) return leg;
  const node = work.find(({ target }) => target.part === "node");
  const nodes = node?.kind === "restore" ? nodesBack(node.target, request, settled) : undefined;
  const left = nodes === undefined ? undefined : await lookAhead(session, nodes);
  const { command, started } = bundle.index;
  return {
    ...leg,
    work: {
      what:
        work.length === 0
          ? `restart what runs with the values of ${command} from ${started}`
          : `undo ${work.length} ${work.length === 1 ? "object" : "objects"} of ${command} from ${started}`,
      nodes: Math.max(left?.nodes ?? 0, readers?.nodes ?? 0),
      async check(checked) {
        const downgrade = downgradeOf(targets);
        if (downgrade !== undefined) warn(checked, downgrade);
        const stops = [...(left?.refusals ?? []), ...((await readers?.refusals(checked)) ?? [])];
        return stops.map(textOf);
      },
      parts: (own, done) => partsOf({ work, world, node, nodes, readers, since, request, own, done, idOf }),
    },
  };
}

/** Rights and guards of the nodes, and how many of them restart. */
async function lookAhead(
  session: Session,
  nodes: Remaining,
): Promise<{ readonly refusals: readonly Stop[]; readonly nodes: number }> {
  try {
    const seen = await lookAtNodes(session, nodes);
    return { refusals: seen.refusals, nodes: seen.nodes.length + seen.stale.length };
  } catch (error) {
    if (!isAnswer(error)) throw error;
    return { refusals: [{ message: reasonOf(error) }], nodes: 0 };
  }
}

function textOf({ id, message, hint }: Stop): string {
  return `${id === undefined ? "" : `${id}: `}${message}${hint === undefined ? "" : `; ${hint}`}`;
}

interface PartsOf {
  readonly work: readonly Work[];
  readonly world: UndoWorld;
  readonly node: Work | undefined;
  readonly nodes: Remaining | undefined;
  readonly readers: ReadersBack | undefined;
  readonly since: Millis | undefined;
  readonly request: UndoRequest;
  readonly own: OpenBundle | undefined;
  readonly done: Done;
  readonly idOf: (stage: string) => string;
}

function partsOf({
  work,
  world,
  node,
  nodes,
  readers,
  since,
  request,
  own,
  done,
  idOf,
}: PartsOf): readonly UndoPart[] {
  const install = installOwner(work.flatMap(({ target }) => target.live ?? []));
  const of = (...parts: readonly ObjectPart[]): readonly Work[] =>
    work.filter(({ target }) => parts.includes(target.part));
  /** ConfigMaps that have their values again, and not everything else of them. */
  const given = new Set<Work>();
  const take = (session: Session): Parameters<typeof takeStages>[1] => ({
    real: session.dryRun === "none",
    given,
    ...(nodes === undefined ? { note: { since } } : {}),
  });
  // A binding that is made anew reaches one role or the other: what goes back needs the old one.
  const first = of("other").filter((each) => each.kind === "create" || isRemade(each));
  // Never two controllers: what the run made goes before what it turned off comes back.
  const workloads = [...of("controller").toSorted((a, b) => rank(a) - rank(b)), ...of("typha")];
  // What only the new pods used goes last, the newest first.
  const rest = of("other", "configmap", "typha-around", "secret")
    .filter((each) => each.kind !== "create" && !(each.target.part === "other" && isRemade(each)))
    .toReversed();

  const write = async (
    session: Session,
    stages: Stages,
    result: string,
    takes: readonly Work[],
    onWrite: (work: Work) => void = () => {},
  ): Promise<Ended<PartResult>> => {
    const byKey = new Map(work.map((each) => [objectKey(each.target.entry.ref), each] as const));
    const ended = await writeObjects(
      session,
      { stages, timeout: patience, commands: session.commands },
      {
        serverVersion: world.discovery.version,
        about: { namespaced: true },
        ...(own === undefined ? {} : { bundle: own }),
        onPut({ ref, bookkeeping, outcome }) {
          const each = byKey.get(objectKey(ref));
          if (each === undefined) return;
          onWrite(each);
          if (bookkeeping === true) return;
          const verbs = { restore: "configured", delete: "deleted", create: "created" } as const;
          done.results.set(
            each.target.entry.id,
            isRemade(each) || outcome === "created" ? "created" : verbs[each.kind],
          );
        },
      },
    );
    if (ended.kind === "done")
      for (const { target } of takes)
        if (!done.results.has(target.entry.id)) done.results.set(target.entry.id, "nothing");
    return objectsEnded(ended, result);
  };

  const parts: (UndoPart | undefined)[] = [
    work.length === 0
      ? undefined
      : {
          id: idOf("expand"),
          async run(session) {
            const stages = [
              ...of("other").flatMap((each) => (each.kind === "restore" ? expandStage(each, install) : [])),
              ...first.flatMap((each) => takeStages(each, take(session))),
            ];
            return await write(session, stages, "what the former pods need is there", first);
          },
        },
    of("configmap").some(({ kind }) => kind === "restore")
      ? {
          id: idOf("configmap"),
          async run(session) {
            const values = of("configmap").filter(({ kind }) => kind === "restore");
            const stages = values.flatMap((each) => valueStages(each, since));
            return await write(
              session,
              stages,
              "the former values are there",
              [],
              (each) => void given.add(each),
            );
          },
        }
      : undefined,
    nodes === undefined || node === undefined
      ? undefined
      : {
          id: idOf("nodes"),
          async run(session) {
            const ended = await upgradeRemaining(session, nodes, own === undefined ? {} : { bundle: own });
            done.restarted.push(...restartsOf({ nodes: ended.results }));
            const end = nodesEnded(ended, "every node runs the former revision");
            const result = end.memory;
            if (end.kind === "done" && result.state !== "left")
              done.results.set(node.target.entry.id, "configured");
            // What the pods run with is written down before a write that only tidies up (hazard H25).
            if (end.kind === "done" && readers !== undefined && !end.interrupted)
              await settleNotes(session, readers.settle);
            if (end.kind !== "done" || result.state !== "left") return end;
            // What the silent ones use stays (hazards H01, H16).
            const stop: Stop = {
              id: "H16",
              message: `silent nodes still run what the run brought: ${ended.left.silent.join(", ")}; what they use stays`,
              hint: `when they answer: ${session.commands.again()}`,
            };
            return { ...end, memory: { ...result, stop } };
          },
        },
    ...workloads.map((each, index): UndoPart => ({
      id: idOf(`${each.target.part}${index === 0 ? "" : `-${String(index + 1)}`}`),
      async run(session) {
        const ended = await write(session, takeStages(each, take(session)), "it is as it was", [each]);
        const { live } = each.target;
        if (ended.kind === "stopped" || ended.interrupted || session.dryRun !== "none") return ended;
        if (!goesDown(each) || live === undefined) return ended;
        const gone = await waitPodsGone(session, live, patience);
        if (gone?.kind !== "stopped") return ended;
        const stop = gone.reason;
        return {
          kind: "stopped",
          reason: stop,
          interrupted: gone.interrupted,
          memory: { state: "failed", because: stop.message, stop },
        };
      },
    })),
    rest.length === 0
      ? undefined
      : {
          id: idOf("contract"),
          run: async (session) =>
            await write(
              session,
              rest.flatMap((each) => takeStages(each, take(session))),
              "everything is as it was",
              rest,
            ),
        },
    readers === undefined
      ? undefined
      : { id: idOf("readers"), run: async (session) => await readers.restart(session, done.restarted) },
    readers === undefined || request.noRestart
      ? undefined
      : { id: idOf("note"), run: async (session) => await settleNotes(session, readers.settle) },
  ];
  return parts.filter((part) => part !== undefined);
}

function rank(each: Work): number {
  if (goesDown(each)) return 0;
  return each.target.entry.kind === "ReplicaSet" ? 2 : 1;
}

/** In the terms of the result; the write itself is decided when its stage comes. */
function inverseOf(decision: Decision): Inverse {
  const { entry, live } = decision.target;
  switch (decision.kind) {
    case "nothing":
      return { kind: "nothing", entry, because: decision.because };
    case "refused":
      return { kind: "refused", entry, because: decision.because, force: [forceName(entry)] };
    case "restore":
    case "delete":
    case "create": {
      const verb = ({ restore: "configured", delete: "deleted", create: "created" } as const)[decision.kind];
      const before = live === undefined ? {} : { before: live };
      return {
        kind: "write",
        entry,
        verb,
        saved: {
          write: { verb: "delete", ref: entry.ref, uid: "" },
          draft: { action: "changed", ref: entry.ref, ...before },
        },
      };
    }
  }
}
