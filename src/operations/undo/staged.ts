import type { Bundle } from "../../bundle/read.ts";
import { readObject } from "../../cluster/read-object.ts";
import { reasonOf, isAnswer } from "../../errors.ts";
import { installOwner } from "../../merge/apply-object.ts";
import type { KubeObject } from "../../model/kube.ts";
import { fingerprint } from "../../model/fingerprint.ts";
import { parseTime } from "../../model/time.ts";
import { partOf } from "../../plan/apply/parts.ts";
import type { Stop } from "../../plan/decision.ts";
import { lookAtNodes, type Remaining } from "../node/remaining.ts";
import { warn, type Session } from "../session.ts";
import { boundaryOf, downgradeOf } from "./boundaries.ts";
import { forceName, type Inverse, type UndoWorld } from "./inverse.ts";
import type { UndoStep } from "./undo-step.ts";
import { nodesAreBehind, nodesBack } from "./nodes.ts";
import { isOwn, whyNamed } from "./own.ts";
import type { PlacedBundle } from "./placed.ts";
import { goesAlone, refusals } from "./prepare.ts";
import { readersBack } from "./readers.ts";
import { followingOf, refusedBack, refusedPods, writesOf } from "./refused.ts";
import type { UndoRequest } from "./request.ts";
import { stagedParts } from "./staged-parts.ts";
import { decide, isSecret, targetsOf, type UndoDecision } from "./staged-entries.ts";
import type { Work } from "./take.ts";

/** Runs whose objects stand on each other: they go back in stages, nodes by the procedure of `node`. */
export function isStaged({ index, entries }: Bundle): boolean {
  // Of a namespace `migrate-policy` writes annotations, `apply` whatever its file says.
  const whole = (kind: string): boolean => index.command === "apply" && kind === "Namespace";
  return !entries.every((entry) => goesAlone(entry) && !whole(entry.kind));
}

/**
 * An upgrade on its way back, in the order that keeps every pod working (hazard H01 the other way round): what the
 * old pods need is added, nodes go back one after the other, then values, controller and Typha; what only the
 * new ones used goes last. `settled`: rules and guards that hold only until what goes back before is back.
 */
export async function stagedStep(
  session: Session,
  bundle: PlacedBundle,
  world: UndoWorld,
  request: UndoRequest,
  settled: readonly string[],
  idOf: (stage: string) => string,
): Promise<UndoStep> {
  const found = new Map<number, KubeObject | undefined>();
  await Promise.all(
    bundle.entries.map(async (entry) => {
      // A Secret's values are not saved, so nothing of it can go back: it is not read.
      if (!isSecret(entry)) found.set(entry.id, await readObject(session.connection, entry.ref));
    }),
  );
  const targets = targetsOf(bundle.entries, ({ id }) => found.get(id));
  const lives = targets.map(({ live }) => live);
  const namespace = lives.find((live) => live !== undefined && partOf(live) === "node")?.metadata.namespace;
  const decisions = await Promise.all(
    targets.map(async (target): Promise<UndoDecision> => {
      const isForeign = !isOwn(target.entry, target.live, namespace);
      const decision = named(decide(target, world.forced, bundle.index.started), isForeign, world.forced);
      if (target.part !== "node" || decision.kind !== "nothing" || target.live === undefined) return decision;
      if (target.before === undefined) return decision;
      // The template is as it was; an undo that was interrupted may not have come to every node (H01).
      return (await nodesAreBehind(session, target, request)) ? { kind: "restore", target } : decision;
    }),
  );
  const inverses = decisions.map(inverseOf);
  const boundary = boundaryOf(targets);
  const step: UndoStep = {
    bundle,
    inverses: () => inverses,
    gone: decisions.flatMap(({ kind, target }) => (kind === "nothing" ? [] : [target])),
    ...(boundary === undefined ? {} : { boundary }),
  };
  if (boundary !== undefined || refusals(inverses) !== undefined) return step;
  const work = decisions.filter((each): each is Work => each.kind !== "nothing" && each.kind !== "refused");
  const since = parseTime(bundle.index.started);
  const readers = await readersBack(session, targets, request, since);
  if (work.length === 0 && readers?.behind !== true) return step;
  const node = work.find(({ kind, target }) => target.part === "node" && kind !== "delete");
  const nodes = node?.kind === "restore" ? nodesBack(node.target, request, settled) : undefined;
  const left = nodes === undefined ? undefined : await lookAhead(session, nodes);
  const { command, started } = bundle.index;
  return {
    ...step,
    work: {
      what:
        work.length === 0
          ? `restart what runs with the values of ${command} from ${started}`
          : `undo ${work.length} ${work.length === 1 ? "object" : "objects"} of ${command} from ${started}`,
      restarts: {
        nodes: [...new Set([...(left?.nodes ?? []), ...(readers?.restarts.nodes ?? [])])],
        workloads: [...new Set([...rolledOut(work), ...(readers?.restarts.workloads ?? [])])],
      },
      async check(checked) {
        const downgrade = downgradeOf(targets);
        if (downgrade !== undefined) warn(checked, downgrade);
        const stops = [...(left?.refusals ?? []), ...((await readers?.refusals(checked)) ?? [])];
        const { version } = world.discovery;
        const install = installOwner(lives.filter((live) => live !== undefined));
        const writes = work.flatMap((each) => writesOf(each, install));
        const refused = [
          ...stops.map(textOf),
          ...(await refusedBack(checked, version, writes, followingOf(work))),
        ];
        if (refused.length > 0) return refused;
        return await refusedPods(checked, version, work, left?.nodes[0]);
      },
      parts: (own, done) =>
        stagedParts({ work, world, node, nodes, readers, since, request, own, done, idOf }),
    },
  };
}

/** Typha and the controller, where their pods become other ones. */
function rolledOut(work: readonly Work[]): readonly string[] {
  const templateOf = (object: KubeObject | undefined): string =>
    fingerprint((object?.["spec"] as { readonly template?: unknown } | undefined)?.template ?? null);
  return work
    .filter(({ kind, target: { part } }) => kind === "restore" && (part === "typha" || part === "controller"))
    .filter(({ target: { before, live } }) => templateOf(before) !== templateOf(live))
    .map(({ target }) => forceName(target.entry));
}

/** Rights and guards of the nodes, and which of them restart. */
async function lookAhead(
  session: Session,
  nodes: Remaining,
): Promise<{ readonly refusals: readonly Stop[]; readonly nodes: readonly string[] }> {
  try {
    const seen = await lookAtNodes(session, nodes);
    return { refusals: seen.refusals, nodes: [...seen.nodes, ...seen.stale] };
  } catch (error) {
    if (!isAnswer(error)) throw error;
    return { refusals: [{ message: reasonOf(error) }], nodes: [] };
  }
}

function textOf({ id, message, hint }: Stop): string {
  return `${id === undefined ? "" : `${id}: `}${message}${hint === undefined ? "" : `; ${hint}`}`;
}

/** What is not Calico's goes back only where it is confirmed by its name. */
function named(decision: UndoDecision, isForeign: boolean, forced: ReadonlySet<string>): UndoDecision {
  const { kind, target } = decision;
  if (!isForeign || kind === "nothing" || forced.has(forceName(target.entry))) return decision;
  return { kind: "refused", target, because: whyNamed(kind === "refused" ? decision.because : undefined) };
}

/** In the terms of the result; the write itself is decided when its stage comes. */
function inverseOf(decision: UndoDecision): Inverse {
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
