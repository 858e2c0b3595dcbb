import type { OpenBundle } from "../../bundle/write.ts";
import { installOwner } from "../../merge/apply-object.ts";
import { objectKey } from "../../model/object-name.ts";
import type { Millis } from "../../model/time.ts";
import type { InstallPart as ObjectPart } from "../../plan/apply/parts.ts";
import type { Ended, Stop } from "../../plan/decision.ts";
import type { PartResult } from "../../plan/sequence/procedure.ts";
import { settleNotes } from "../config/settle.ts";
import { upgradeRemaining, type Remaining } from "../node/remaining.ts";
import { writeObjects } from "../objects.ts";
import { nodesEnded, objectsEnded } from "../part-results.ts";
import { waitPodsGone } from "../pods-gone.ts";
import type { Session } from "../session.ts";
import type { UndoWorld } from "./inverse.ts";
import type { UndoProgress, UndoPart } from "./undo-step.ts";
import type { ReadersBack } from "./readers.ts";
import { patience, type UndoRequest } from "./request.ts";
import { restartsOf } from "./restarted.ts";
import {
  expandStage,
  goesDown,
  isRemade,
  managersGoal,
  takeStages,
  valueStages,
  type Stages,
  type Work,
} from "./take.ts";

interface PartsOf {
  readonly work: readonly Work[];
  readonly world: UndoWorld;
  readonly node: Work | undefined;
  readonly nodes: Remaining | undefined;
  readonly readers: ReadersBack | undefined;
  readonly since: Millis | undefined;
  readonly request: UndoRequest;
  readonly own: OpenBundle | undefined;
  readonly done: UndoProgress;
  readonly idOf: (stage: string) => string;
}

/** The parts of an upgrade on its way back, in their order; what one of them has to do is decided when it comes. */
export function stagedParts({
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
  // A binding that is recreated reaches one role or the other: what goes back needs the old one.
  const first = of("other").filter((each) => each.kind === "create" || isRemade(each));
  // What the run added for other nodes goes before the former template may select them again (hazard H20).
  const added = of("node").filter(({ kind }) => kind === "delete");
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

  /** The DaemonSet is pinned, and its strategy put back, after its template is as it was. */
  const ofNodes = (session: Session): Stages =>
    nodes === undefined || node === undefined || session.dryRun !== "none"
      ? []
      : [[managersGoal(node.target.entry.ref, node.target.managers)]];

  const parts: (UndoPart | undefined)[] = [
    work.length === 0
      ? undefined
      : {
          id: idOf("expand"),
          async run(session) {
            const stages = [
              ...of("other").flatMap((each) => (each.kind === "restore" ? expandStage(each, install) : [])),
              ...[...added, ...first].flatMap((each) => takeStages(each, take(session))),
            ];
            return await write(session, stages, "what the former pods need is there", [...added, ...first]);
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
              ...(ended.left.silent.length === 0 ? {} : { id: "H16" }),
              message:
                ended.left.silent.length === 0
                  ? `${result.because}; what these nodes use stays`
                  : `silent nodes still run what the run brought: ${ended.left.silent.join(", ")}; what they use stays`,
              hint: `${ended.left.silent.length === 0 ? "to continue" : "when they answer"}: ${session.commands.again()}`,
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
    rest.length === 0 && nodes === undefined
      ? undefined
      : {
          id: idOf("contract"),
          async run(session) {
            // The DaemonSet that carries the lease is another one since the nodes went back: it is read again.
            const { leaseCarrier: _before, ...fresh } = session;
            const stages = rest.flatMap((each) => takeStages(each, take(session)));
            return await write(fresh, [...stages, ...ofNodes(session)], "everything is as it was", rest);
          },
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
