import { contentOf } from "../../bundle/content.ts";
import type { OpenBundle } from "../../bundle/write.ts";
import { list } from "../../cluster/list.ts";
import { interrupted, userError } from "../../errors.ts";
import { dryRunSuffix, type DryRun } from "../../flags/dry-run.ts";
import { installOwner } from "../../merge/apply-object.ts";
import { changeValues, expandObject } from "../../merge/expand-object.ts";
import { restoreObject, type FormerOwner } from "../../merge/restore-object.ts";
import { daemonSetFacts } from "../../model/daemonset.ts";
import type { JsonObject, KubeObject } from "../../model/kube.ts";
import { manager } from "../../model/names.ts";
import type { Write } from "../../model/write.ts";
import type { Part } from "../../plan/apply/parts.ts";
import { undoLine } from "../../render/undo/print.ts";
import type { UndoneEntry } from "../../render/undo/kind.ts";
import { doNodes, lookAtNodes, type MakeTemplate } from "../apply/nodes.ts";
import { put } from "../apply/put.ts";
import { readObject } from "../apply/scene.ts";
import { idsOf } from "../arguments.ts";
import { waitRolledOut } from "../apply/rollout.ts";
import { waitForObject } from "../../cluster/wait-object.ts";
import type { NodeOptions } from "../node/options.ts";
import type { UndoWorld } from "./inverse.ts";
import type { UndoOptions } from "./options.ts";
import type { Decision } from "./staged-entries.ts";
import { entryOf, type Results } from "./tell.ts";

/** An object that is to be written. */
export type Work = Decision & { readonly kind: "restore" | "delete" | "create" };

const patience = 300_000;

export interface Stages {
  /** Rights and guards of the nodes that go back; what stands against them is told. */
  nodesMayRestart(): Promise<boolean>;
  /** Saves everything, then takes back stage by stage. Throws at the first that fails. */
  perform(own: OpenBundle | undefined, results: Results): Promise<void>;
}

/** The stages of taking an upgrade back, over the objects that are to be written. */
export function stagesOf(
  work: readonly Work[],
  world: UndoWorld,
  {
    options,
    dryRun,
    lines,
  }: { readonly options: UndoOptions; readonly dryRun: DryRun; readonly lines: boolean },
): Stages {
  const { connection, discovery } = world;
  const { context } = options;
  const real = dryRun === "none";
  const install = installOwner(work.flatMap(({ target }) => target.live ?? []));
  const of = (...parts: readonly Part[]): readonly Work[] =>
    work.filter(({ target }) => parts.includes(target.part));
  const [node] = of("node");
  const nodeOptions: Omit<NodeOptions, "nodes"> = {
    templateOnly: true,
    restart: false,
    noCordon: false,
    timeout: patience,
    takeOver: true,
    ignored: idsOf(options.ignored),
    ...(options.settle === undefined ? {} : { settle: options.settle }),
    dryRun,
    yes: options.yes,
    output: { format: "table" },
    color: options.connection.color,
    again: [],
    everywhere: [],
    ...(node === undefined
      ? {}
      : { daemonSet: { namespace: node.target.entry.namespace ?? "", name: node.target.entry.name } }),
  };
  return { nodesMayRestart, perform };

  async function nodesMayRestart(): Promise<boolean> {
    const make = templateBack();
    if (make === undefined) return true;
    const warn = (text: string): void => void context.stderr.write(`Warning: ${text}\n`);
    return (await lookAtNodes(connection, context, nodeOptions, make, warn)).allowed;
  }

  async function perform(own: OpenBundle | undefined, results: Results): Promise<void> {
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

    await interruptible(async (stop) => {
      // What the old pods need comes first: rights and keys of both (hazard H01).
      for (const each of of("other", "configmap")) {
        if (each.kind !== "restore") continue;
        const { entry, before } = each.target;
        if (before === undefined || entry.kind === "CustomResourceDefinition") continue;
        await write(each, stop, (live) =>
          live === undefined ? undefined : expandObject(live, before, entry.ref, install),
        );
      }
      for (const each of of("other").filter(({ kind }) => kind === "create")) await take(each, stop, done);
    });
    await nodesBack(done);
    await interruptible(async (stop) => {
      for (const each of of("configmap")) {
        const { entry, before } = each.target;
        if (each.kind !== "restore" || before === undefined) continue;
        await write(each, stop, (live) =>
          live === undefined ? undefined : changeValues(live, before, entry.ref),
        );
      }
      // Never two controllers: what the run made goes before what it turned off comes back.
      const controllers = of("controller").toSorted((a, b) => rank(a) - rank(b));
      for (const each of [...controllers, ...of("typha")]) {
        await take(each, stop, done);
        if (real) await settled(each, stop);
      }
      // What only the new pods used goes last, the newest first.
      const rest = of("other", "configmap", "typha-around", "secret").filter(({ kind }) => kind !== "create");
      for (const each of rest.toReversed()) await take(each, stop, done);
    });
  }

  /** A signal lets the write under way end, and no other begin. The nodes' stage listens for itself. */
  async function interruptible(stage: (stop: AbortSignal) => Promise<void>): Promise<void> {
    const listening = context.interrupts.listen();
    try {
      await stage(listening.first);
    } catch (error) {
      if (listening.first.aborted)
        throw interrupted(listening.exitCode, "interrupted; the same command goes on");
      throw error;
    } finally {
      listening.stop();
    }
  }

  /** The object exactly as it was, or gone where the run made it. */
  async function take(
    each: Work,
    stop: AbortSignal,
    done: (each: Work, object: KubeObject | undefined, result: UndoneEntry["result"]) => void,
  ): Promise<void> {
    const { entry, before } = each.target;
    const { outcome, object } = await write(each, stop, (live) => {
      if (each.kind === "delete") {
        const { uid = "", resourceVersion } = live?.metadata ?? {};
        return live === undefined || uid !== each.target.live?.metadata.uid
          ? undefined
          : {
              verb: "delete",
              ref: entry.ref,
              uid,
              ...(resourceVersion === undefined ? {} : { resourceVersion }),
            };
      }
      if (before === undefined) return undefined;
      if (live === undefined) return { verb: "create", ref: entry.ref, body: before, fieldManager: manager };
      return restoreObject(live, contentOf(live), before, entry.ref, ownerOf(entry.data))?.write;
    });
    const verbs = { restore: "configured", delete: "deleted", create: "created" } as const;
    done(
      each,
      outcome === "deleted" ? undefined : object,
      outcome === "unchanged" ? "nothing" : verbs[each.kind],
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

  /** A workload that came back is rolled out; of one that went, no pod is left. */
  async function settled(
    { kind, target: { entry, before, live } }: Work,
    signal: AbortSignal,
  ): Promise<void> {
    const limits = { timeout: patience, signal };
    if (kind !== "delete") {
      if (entry.kind === "Deployment" && before !== undefined)
        await waitRolledOut(connection, entry.ref, limits);
      return;
    }
    await waitForObject(connection, entry.ref, (object) => (object === undefined ? true : undefined), limits);
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

  async function nodesBack(
    done: (each: Work, object: KubeObject | undefined, result: UndoneEntry["result"]) => void,
  ): Promise<void> {
    const make = templateBack();
    if (make === undefined || node === undefined) return;
    const { code, left } = await doNodes(connection, context, nodeOptions, make, !lines);
    if (code !== 0)
      throw userError("calico-node could not be taken back on every node; the same command goes on");
    if (left.silent.length > 0)
      throw userError(
        `silent nodes still run what the run brought: ${left.silent.join(", ")}; what it uses stays (H01, H16); the same command goes on when they answer`,
      );
    // By the version that the run used: what is compared later is read there.
    done(node, await readObject(connection, node.target.entry.ref), "configured");
  }

  /** The DaemonSet's former template and strategy as the goal of a node run. */
  function templateBack(): MakeTemplate | undefined {
    const before = node?.kind === "restore" ? node.target.before : undefined;
    if (node === undefined || before === undefined) return undefined;
    const { ref, data } = node.target.entry;
    const facts = daemonSetFacts(before);
    return () =>
      Promise.resolve({
        facts: facts.template,
        strategy: facts.strategy,
        bringInLine: (live) => {
          const found = restoreObject(live, contentOf(live), before, ref, ownerOf(data));
          return found === undefined
            ? { writes: [], template: false }
            : { writes: [found.write], template: found.template };
        },
      });
  }
}

function rank({ kind, target: { entry } }: Work): number {
  if (kind === "delete") return 0;
  return entry.action === "scaled" ? 2 : 1;
}

function ownerOf(data: JsonObject | undefined): FormerOwner | undefined {
  const { manager: name, fields } = data ?? {};
  return typeof name === "string" && typeof fields === "object" && fields !== null
    ? { manager: name, fields: fields as JsonObject }
    : undefined;
}

function ownerData(data: JsonObject | undefined): JsonObject {
  const owner = ownerOf(data);
  return owner === undefined ? {} : { manager: owner.manager, fields: owner.fields };
}
