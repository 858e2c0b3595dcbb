import { readObject } from "../../cluster/read-object.ts";
import { dataOf } from "../../merge/config-map.ts";
import { configMapFacts } from "../../model/configmap.ts";
import { fingerprint } from "../../model/fingerprint.ts";
import { configChangedAnnotation } from "../../model/names.ts";
import { objectKey } from "../../model/object-name.ts";
import { agree } from "../../perform/agree.ts";
import type { ConfigMapRunResult } from "../../plan/config/result.ts";
import type { ControllerRunResult } from "../../plan/controller/result.ts";
import type { Ended, Stop } from "../../plan/decision.ts";
import type { NodeRunResult } from "../../plan/node/result.ts";
import type { PartResult } from "../../plan/sequence/procedure.ts";
import { markPod } from "../config/mark-pod.ts";
import { restartController } from "../config/restart.ts";
import { settleNotes } from "../config/settle.ts";
import { upgradeRemaining } from "../node/remaining.ts";
import { checkRights } from "../node/rights.ts";
import { writeObjects } from "../objects.ts";
import { controllerEnded, nodesEnded, objectsEnded } from "../part-results.ts";
import { runSequence } from "../sequence.ts";
import { openRunBundle, warn, type Session } from "../session.ts";
import { restartTypha, whyNotTypha } from "../typha/restart.ts";
import { readingOfKeys } from "./check.ts";
import type { OpenConfigMap } from "./open.ts";
import { planConfigMap, type ConfigMapPlan } from "./plan.ts";
import type { ConfigMapRequest, NewValues } from "./request.ts";
import { controllerRequest, remaining } from "./restarts.ts";
import { notedChange } from "./values.ts";

/** What came of it: nothing was begun, or a result. */
export type ConfigMapOutcome =
  | { readonly kind: "declined" }
  /** `restarts`: it is what would come after the write that is refused. */
  | { readonly kind: "refused"; readonly refusals: readonly Stop[]; readonly restarts: boolean }
  | { readonly kind: "ran"; readonly plan: ConfigMapPlan; readonly result: ConfigMapRunResult };

export interface ConfigMapListener {
  /** What is going to happen, before the question. `again`: it is another than was asked about. */
  readonly show: (plan: ConfigMapPlan, again: boolean) => void;
  /** It was agreed on. */
  readonly begins: (plan: ConfigMapPlan) => void;
}

/**
 * The whole of `configmap`: writes the values, then restarts exactly what reads the changed keys, under one lease.
 * Throws UserError for what forbids the change.
 */
export async function configMapOperation(
  first: OpenConfigMap,
  session: Session,
  request: ConfigMapRequest,
  values: NewValues,
  { show, begins }: ConfigMapListener,
): Promise<ConfigMapOutcome> {
  let given: OpenConfigMap | undefined = first;
  const plan = await agree(
    async () => {
      const open = given;
      given = undefined;
      return await planConfigMap(session, request, values, open);
    },
    {
      ask: async (question) => session.dryRun !== "none" || (await session.ask(question)),
      show,
      waited: () => session.asks && session.dryRun === "none",
    },
  );
  if (plan === undefined) return { kind: "declined" };
  if (plan.held !== undefined) return { kind: "refused", refusals: [plan.held], restarts: false };
  if (plan.refusals.length > 0) return { kind: "refused", refusals: plan.refusals, restarts: true };
  begins(plan);
  return { kind: "ran", plan, result: await perform(plan, session, request, values) };
}

type PartId = "values" | "typha" | "controller" | "nodes" | "note";

async function perform(
  plan: ConfigMapPlan,
  session: Session,
  request: ConfigMapRequest,
  values: NewValues,
): Promise<ConfigMapRunResult> {
  const { open, change, notes, stale, nodes } = plan;
  const { discovery, daemonSet, daemonSetRef, ref } = open;
  const { clock, dryRun, connection } = session;
  const serverVersion = discovery.version;
  const changing = change.applied.write !== undefined;
  const noted =
    notes.length > 0 || configMapFacts(open.live).annotations[configChangedAnnotation] !== undefined;
  const restartsTypha = stale.typha !== undefined && whyNotTypha(stale.typha) === undefined;
  const wanted: Readonly<Record<PartId, boolean>> = {
    values: changing,
    typha: restartsTypha,
    controller: stale.controller,
    nodes: nodes.length > 0,
    note: noted && !request.noRestart,
  };
  const parts = (Object.keys(wanted) as PartId[]).filter((id) => wanted[id]).map((id) => ({ id }));
  if (parts.length > 0 && dryRun === "none") await refuseMissingRights(session, plan);
  const bundle =
    changing && dryRun === "none"
      ? await openRunBundle(session, { command: "configmap", kubernetes: serverVersion })
      : undefined;
  let typha: ConfigMapRunResult["typha"];
  let controller: ControllerRunResult | undefined;
  let restarted: readonly NodeRunResult[] = [];

  async function enter(id: PartId, part: Session): Promise<Ended<PartResult>> {
    switch (id) {
      case "values": {
        const goal = notedChange(plan, session.commands, values, request);
        const ended = await writeObjects(
          part,
          { stages: goal, timeout: 0, commands: session.commands },
          {
            serverVersion,
            known: new Map([[objectKey(ref), open.live]]),
            ...(bundle === undefined ? {} : { bundle }),
          },
        );
        return objectsEnded(ended, `${change.keys.join(", ")} of ConfigMap ${ref.name}`);
      }
      case "typha": {
        if (stale.typha === undefined) return nothing("Typha");
        const ended = await restartTypha(part, discovery, stale.typha, request.timeout);
        typha = { name: stale.typha.name, rolledOut: ended.kind === "done" };
        return objectsEnded(ended, "Typha is restarted");
      }
      case "controller": {
        const outcome = await restartController(part, controllerRequest(request, open), "none");
        if (outcome.kind === "ran") controller = outcome.result;
        return controllerEnded(outcome, "the controller is restarted");
      }
      case "nodes":
        return await restartNodes(part);
      case "note":
        return await settleNotes(part, { daemonSet, serverVersion, configMaps: [ref] });
    }
  }

  async function restartNodes(part: Session): Promise<Ended<PartResult>> {
    const own = await readObject(connection, ref);
    const others = open.seen.configMaps.known ? open.seen.configMaps.value : [];
    const configMaps = [
      ...others.filter(({ name }) => name !== ref.name),
      ...(own === undefined ? [] : [configMapFacts(own)]),
    ];
    const marks: Promise<boolean>[] = [];
    const done = await upgradeRemaining(part, remaining(request, open, notes), {
      ...(bundle === undefined ? {} : { records: bundle }),
      onPod: (pod) =>
        void marks.push(markPod(session, pod, { template: daemonSet.template, configMaps }, serverVersion)),
    });
    await Promise.all(marks);
    restarted = done.results;
    const now = dryRun === "none" ? await readObject(connection, ref) : own;
    if (now !== undefined && own !== undefined && !sameData(now, own))
      warn(
        session,
        `ConfigMap ${ref.namespace ?? ""}/${ref.name} was changed again after the write; check with: ${session.commands.other("status")}`,
      );
    return nodesEnded(done, "what reads the changed keys is restarted on every node");
  }

  try {
    const ended =
      parts.length === 0 && !hasRun(open)
        ? undefined
        : await runSequence(session, {
            parts,
            daemonSet: daemonSetRef,
            takeOver: request.takeOver,
            serverVersion,
            enter: async (part, own) => await enter(part.id, own),
          });
    const stop = ended?.kind === "stopped" ? ended.reason : undefined;
    const left = Object.values(ended?.memory.ended ?? {}).find(({ state }) => state === "left");
    return {
      configMap: { namespace: ref.namespace ?? "", name: ref.name },
      changed: changing,
      dryRun,
      keys: change.keys,
      readers: readingOfKeys(
        open,
        notes.flatMap((note) => note.change.keys),
      ).map(({ kind, name, component }) => ({ kind, name, component })),
      noRestart: request.noRestart,
      interrupted: ended?.interrupted ?? false,
      ended: clock.now(),
      ...(stop === undefined ? {} : { stop }),
      ...(left === undefined ? {} : { left: left.because }),
      ...(bundle === undefined || bundle.isEmpty() ? {} : { bundle: bundle.directory }),
      ...(typha === undefined ? {} : { typha }),
      ...(controller === undefined ? {} : { controller }),
      nodes: restarted,
    };
  } finally {
    await bundle?.close();
  }
}

function nothing(what: string): Ended<PartResult> {
  const memory: PartResult = { state: "unchanged", because: `${what} runs with the values that stand` };
  return { kind: "done", memory, interrupted: false };
}

function sameData(a: Parameters<typeof dataOf>[0], b: Parameters<typeof dataOf>[0]): boolean {
  return fingerprint(dataOf(a)) === fingerprint(dataOf(b));
}

/** A killed run may have left its lease after its last write. */
function hasRun({ daemonSet: { run } }: OpenConfigMap): boolean {
  return run !== undefined;
}

/** Throws UserError where a right is missing for what was planned. */
export async function refuseMissingRights(
  { connection }: Pick<Session, "connection">,
  { open, change }: Pick<ConfigMapPlan, "open" | "change">,
): Promise<void> {
  await checkRights(connection, rightsFor(open, change.applied.write !== undefined));
}

function rightsFor(
  { daemonSetRef, ref }: OpenConfigMap,
  changing: boolean,
): Parameters<typeof checkRights>[1] {
  const right = ({ group, resource, namespace = "", name }: typeof ref) => ({
    group,
    resource,
    namespace,
    verb: "patch",
    names: [name],
  });
  return [right(daemonSetRef), ...(changing ? [right(ref)] : [])];
}
