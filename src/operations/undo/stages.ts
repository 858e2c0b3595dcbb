import { contentOf } from "../../bundle/content.ts";
import type { OpenBundle } from "../../bundle/write.ts";
import { list } from "../../cluster/list.ts";
import { waitForObject } from "../../cluster/wait-object.ts";
import { userError } from "../../errors.ts";
import { dryRunSuffix } from "../../flags/dry-run.ts";
import { installOwner } from "../../merge/apply-object.ts";
import { dataOf } from "../../merge/config-map.ts";
import { changeValues, expandObject } from "../../merge/expand-object.ts";
import { immutableChange } from "../../merge/immutable.ts";
import { restoreObject } from "../../merge/restore-object.ts";
import { configChange } from "../../model/config-ledger.ts";
import { configMapFacts } from "../../model/configmap.ts";
import type { KubeObject } from "../../model/kube.ts";
import { manager } from "../../model/names.ts";
import type { Millis } from "../../model/time.ts";
import type { Write } from "../../model/write.ts";
import type { Part } from "../../plan/apply/parts.ts";
import { objectName } from "../../model/object-name.ts";
import type { UndoneEntry } from "../../render/undo/kind.ts";
import { undoLine } from "../../render/undo/print.ts";
import { removeOld } from "../apply/anew.ts";
import { put, type Put } from "../apply/put.ts";
import { withItsPods } from "../../plan/apply/recreate.ts";
import { waitRolledOut } from "../apply/rollout.ts";
import { putValues } from "../config-values.ts";
import { interruptible } from "../interruptible.ts";
import { ownerData, ownerOf } from "../../merge/former-owner.ts";
import type { UndoWorld } from "./inverse.ts";
import { nodeStage, patience, type HowToUndo } from "./node-stage.ts";
import type { Decision } from "./staged-entries.ts";
import { differing } from "./readers.ts";
import type { Done } from "./leg.ts";
import { asOwnedNow } from "./owned.ts";
import { entryOf } from "../../commands/undo/tell.ts";

/** An object that is to be written. */
export type Work = Decision & { readonly kind: "restore" | "delete" | "create" };

export interface Stages {
  /** Rights and guards of the nodes that go back; what stands against them is told. */
  nodesMayRestart(): Promise<boolean>;
  /** Saves everything, then takes back stage by stage. Throws at the first that fails. */
  perform(own: OpenBundle | undefined, done: Done): Promise<void>;
}

/** The stages of taking an upgrade back, over the objects that are to be written. */
export function stagesOf(
  work: readonly Work[],
  world: UndoWorld,
  how: HowToUndo,
  /** When the run began: what started before has not read its values. */
  since: Millis | undefined,
): Stages {
  const { now } = world.context;
  const { options, dryRun, lines } = how;
  const { connection, discovery } = world;
  const { context } = options;
  const real = dryRun === "none";
  const install = installOwner(work.flatMap(({ target }) => target.live ?? []));
  const of = (...parts: readonly Part[]): readonly Work[] =>
    work.filter(({ target }) => parts.includes(target.part));
  const [node] = of("node");
  const nodes = node?.kind === "restore" ? nodeStage(node.target, world, how) : undefined;
  /** ConfigMaps that have their values again, and not everything else of them. */
  const given = new Set<Work>();
  return { nodesMayRestart: async () => (await nodes?.mayRestart()) ?? true, perform };

  async function perform(own: OpenBundle | undefined, { results, restarted }: Done): Promise<void> {
    const ids = await own?.save(
      work.map(({ kind, target: { entry, live, before } }) => ({
        action: kind === "delete" ? "deleted" : kind === "create" ? "created" : "changed",
        ref: entry.ref,
        ...(live === undefined ? {} : { before: live }),
        ...(before === undefined ? {} : { after: before }),
        data: ownerData(entry.data),
      })),
    );
    const done = ({ target }: Work, object: KubeObject | undefined, result: UndoneEntry["result"]): void => {
      const { entry } = target;
      if (!results.has(entry.id) && lines)
        context.stdout.write(
          `${undoLine(entryOf({ kind: "nothing", entry, because: "" }, result), dryRunSuffix(dryRun))}\n`,
        );
      results.set(entry.id, result);
      const id = ids?.[work.findIndex((each) => each.target === target)];
      if (id !== undefined) own?.done(id, object);
    };

    // A signal that came with the last write of the stage.
    const early = await interruptible(context, async (stop) => {
      // What the old pods need comes first: rights and keys of both (hazard H01).
      for (const each of of("other")) {
        if (each.kind !== "restore") continue;
        const { entry, before } = each.target;
        if (before === undefined || entry.kind === "CustomResourceDefinition") continue;
        await write(each, stop, (live) =>
          live === undefined ? undefined : expandObject(live, before, entry.ref, install),
        );
      }
      // A binding that is made anew reaches one role or the other: what goes back needs the old one.
      const first = of("other").filter((each) => each.kind === "create" || isAnew(each));
      for (const each of first) await take(each, stop, done);
      // The old pods start with the old values; keys that only the new ones know go last.
      for (const each of of("configmap")) {
        const { entry, before } = each.target;
        if (each.kind !== "restore" || before === undefined) continue;
        const { outcome } = await putNoted(
          each,
          stop,
          (live) => differing(live, before),
          (live) => changeValues(live, before, entry.ref),
        );
        if (outcome !== "unchanged") given.add(each);
      }
    });
    if (early !== undefined) throw early;
    if (nodes !== undefined && node !== undefined) done(node, await nodes.goBack(restarted), "configured");
    await interruptible(context, async (stop) => {
      // Never two controllers: what the run made goes before what it turned off comes back.
      const controllers = of("controller").toSorted((a, b) => rank(a) - rank(b));
      for (const each of [...controllers, ...of("typha")]) {
        await take(each, stop, done);
        if (real) await settled(each, stop);
      }
      // What only the new pods used goes last, the newest first.
      const rest = of("other", "configmap", "typha-around", "secret").filter(
        (each) => each.kind !== "create" && !(each.target.part === "other" && isAnew(each)),
      );
      for (const each of rest.toReversed()) await take(each, stop, done);
    });
  }

  /** Values with the note of which pods have read others (hazard H25). */
  async function putNoted(
    each: Work,
    stop: AbortSignal,
    keysOf: (live: KubeObject) => readonly string[],
    decide: (live: KubeObject) => Write | undefined,
  ): Promise<Put> {
    stop.throwIfAborted();
    const values = { decide, keysOf, now, ...(since === undefined ? {} : { since }) };
    return await putValues(connection, each.target.entry.ref, values, {
      dryRun,
      serverVersion: discovery.version,
    });
  }

  /** The object exactly as it was, or gone where the run made it. */
  async function take(
    each: Work,
    stop: AbortSignal,
    done: (each: Work, object: KubeObject | undefined, result: UndoneEntry["result"]) => void,
  ): Promise<void> {
    const { entry, before, part } = each.target;
    if (isAnew(each)) {
      const old = { ref: entry.ref, before: each.target.live };
      await removeOld(old, world, { dryRun, timeout: patience }, stop);
    }
    // Without nodes that went back nobody has been restarted for these values yet.
    const noted = part === "configmap" && each.kind === "restore" && nodes === undefined;
    const keysOf = (live: KubeObject): readonly string[] => {
      const gone =
        before === undefined ? [] : Object.keys(dataOf(live)).filter((key) => !(key in dataOf(before)));
      const first = given.has(each) ? configChange(configMapFacts(live)) : undefined;
      return gone.length === 0 ? [] : [...gone, ...(first?.keys ?? [])];
    };
    const decide = (live: KubeObject | undefined): Write | undefined => {
      const former = asOwnedNow(before, live);
      if (each.kind === "delete") {
        const { uid = "", resourceVersion } = live?.metadata ?? {};
        return live === undefined || uid !== each.target.live?.metadata.uid
          ? undefined
          : {
              verb: "delete",
              ref: entry.ref,
              uid,
              // What it owns goes before it does: also a ReplicaSet that it has adopted, which is made again then.
              ...withItsPods(entry),
              ...(resourceVersion === undefined ? {} : { resourceVersion }),
            };
      }
      if (former === undefined) return undefined;
      if (live === undefined) return { verb: "create", ref: entry.ref, body: former, fieldManager: manager };
      return restoreObject(live, contentOf(live), former, entry.ref, ownerOf(entry.data))?.write;
    };
    if (isAnew(each) && !real) {
      done(each, undefined, "created");
      return;
    }
    const { outcome, object } = noted
      ? await putNoted(each, stop, keysOf, decide)
      : await write(each, stop, decide);
    const verbs = { restore: "configured", delete: "deleted", create: "created" } as const;
    done(
      each,
      outcome === "deleted" ? undefined : object,
      outcome === "unchanged" && !given.has(each) ? "nothing" : isAnew(each) ? "created" : verbs[each.kind],
    );
  }

  async function write(
    each: Work,
    stop: AbortSignal,
    decide: (live: KubeObject | undefined) => Write | undefined,
  ) {
    stop.throwIfAborted();
    return await put(connection, each.target.entry.ref, decide, {
      dryRun,
      serverVersion: discovery.version,
    });
  }

  function say(line: string): void {
    context.stderr.write(`${line}\n`);
  }

  /** A workload that came back is rolled out; of one that went, or is at 0 again, no pod is left. */
  async function settled(each: Work, signal: AbortSignal): Promise<void> {
    const { entry, live } = each.target;
    const limits = { timeout: patience, signal };
    if (!goesDown(each)) {
      if (entry.kind === "Deployment") await waitRolledOut(connection, entry.ref, limits, say);
      return;
    }
    say(`waiting until ${objectName(entry.ref)} has no pod any more`);
    const isGone = (object: KubeObject | undefined) => (object === undefined ? true : undefined);
    if (each.kind === "delete" && (await waitForObject(connection, entry.ref, isGone, limits)) !== true)
      throw userError(
        `${entry.kind} ${entry.name} does not go: something that it owns is held, or its node is silent`,
      );
    const selector = (
      live?.["spec"] as { readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } }
    )?.selector?.matchLabels;
    if (selector === undefined) return;
    const labelSelector = Object.entries(selector)
      .map(([key, value]) => `${key}=${value}`)
      .join(",");
    const pods = { group: "", version: "v1", resource: "pods", kind: "Pod" };
    for (;;) {
      const { items } = await list(connection, pods, { namespace: entry.namespace ?? "", labelSelector });
      const [first] = items.filter(({ metadata }) =>
        metadata.ownerReferences?.some(({ name }) => name.startsWith(entry.name)),
      );
      if (first === undefined) return;
      const { name, namespace = "" } = first.metadata;
      const gone = await waitForObject(
        connection,
        { ...pods, name, namespace },
        (object) => (object?.metadata.uid === first.metadata.uid ? undefined : true),
        limits,
      );
      if (gone !== true) throw userError(`pod ${namespace}/${name} of the controller that goes does not end`);
    }
  }
}

/** What the run made anew: the server never changes it into what it was. */
function isAnew({ kind, target: { live, before } }: Work): boolean {
  return (
    kind === "restore" &&
    live !== undefined &&
    before !== undefined &&
    immutableChange(live, before) !== undefined
  );
}

/** What has no pod when it is back. */
function goesDown({ kind, target: { before } }: Work): boolean {
  const { replicas } = (before?.["spec"] ?? {}) as { readonly replicas?: number };
  return kind === "delete" || replicas === 0;
}

function rank(each: Work): number {
  if (goesDown(each)) return 0;
  return each.target.entry.kind === "ReplicaSet" ? 2 : 1;
}
