import type { Bundle } from "../../bundle/read.ts";
import { readObject } from "../../cluster/read-object.ts";
import { reasonOf, isAnswer } from "../../errors.ts";
import type { KubeObject } from "../../model/kube.ts";
import { parseTime } from "../../model/time.ts";
import type { Stop } from "../../plan/decision.ts";
import { lookAtNodes, type Remaining } from "../node/remaining.ts";
import { warn, type Session } from "../session.ts";
import { boundaryOf, downgradeOf } from "./boundaries.ts";
import { forceName, type Inverse, type UndoWorld } from "./inverse.ts";
import type { Leg } from "./leg.ts";
import { nodesAreBehind, nodesBack } from "./nodes.ts";
import { goesAlone, refusals } from "./prepare.ts";
import { readersBack } from "./readers.ts";
import type { UndoRequest } from "./request.ts";
import { stagedParts } from "./staged-parts.ts";
import { decide, targetsOf, type Decision } from "./staged-entries.ts";
import type { Work } from "./take.ts";

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
      parts: (own, done) =>
        stagedParts({ work, world, node, nodes, readers, since, request, own, done, idOf }),
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
