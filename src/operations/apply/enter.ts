import type { Watched } from "../../cluster/observe.ts";
import type { KubeObject } from "../../model/kube.ts";
import { objectKey } from "../../model/object-name.ts";
import { intended } from "../../plan/apply/intended.ts";
import { stepTitles, type ApplyStepId, type InstallPart } from "../../plan/apply/parts.ts";
import { recreatedController, stagesOf } from "../../plan/apply/stages.ts";
import { asJustWritten, notesOn } from "../../plan/config/stale.ts";
import { known as reading } from "../../model/reading.ts";
import type { Ended } from "../../plan/decision.ts";
import type { PartResult } from "../../plan/sequence/procedure.ts";
import { openNotes } from "../config/readers.ts";
import { restartWorkloads } from "../config/restart.ts";
import { settleNotes } from "../config/settle.ts";
import { openController, type OpenController } from "../controller/open.ts";
import { controllerOperation } from "../controller/operation.ts";
import type { ControllerRequest } from "../controller/request.ts";
import { nodesToDo, prepullRemaining, upgradeRemaining, type NodesLeft } from "../node/remaining.ts";
import { controllerEnded, nodesEnded, prepullEnded } from "../part-results.ts";
import type { Session } from "../session.ts";
import { changedSince } from "./changed-since.ts";
import { notesNow, notesToCome, type ApplyState } from "./state.ts";
import { goalOf, writeStages } from "./write.ts";

/** Does one part of a run on the cluster as it is then, or sees that it is done. */
export async function enterPart(
  id: ApplyStepId,
  session: Session,
  state: ApplyState,
): Promise<Ended<PartResult>> {
  switch (id) {
    case "prepull":
      return await pullImages(session, state);
    case "migrate":
      return await migrate(session, state);
    case "controller":
      return await controller(session, state);
    case "configmap":
      return await configMaps(session, state);
    case "nodes":
      return await nodes(session, state);
    case "contract":
      return await contract(session, state);
    case "expand":
    case "typha":
      return (await writeStages(id, stagesOf(id, goalOf(state, session)), session, state)).ended;
  }
}

/**
 * Before anything is changed: a new Typha leaves no time for it (hazard H06). The account of the new template may only
 * come with the file.
 */
async function pullImages(session: Session, state: ApplyState): Promise<Ended<PartResult>> {
  const { planned, request } = state;
  if (request.skipNodes) return unchanged("prepull");
  const { nodes, make, open, upgrade } = planned;
  const notes = notesToCome(upgrade.targets);
  const done = await prepullRemaining(session, { request: nodes, make, notes, open });
  if (done.result !== undefined) state.prepull = done.result;
  return prepullEnded(done);
}

/** Policies and data, each saved in a bundle of its own that names this run. */
async function migrate(session: Session, state: ApplyState): Promise<Ended<PartResult>> {
  const { planned, bundle, objects, migrationBundles } = state;
  const said: string[] = [];
  for (const migration of planned.migrations) {
    const done = await migration.perform(session, bundle?.run);
    objects.push(...done.objects);
    if (done.bundle !== undefined) migrationBundles.unshift(done.bundle);
    const { ended } = done;
    if (ended.kind === "stopped" || ended.interrupted) return ended;
    said.push(ended.memory.because);
  }
  return said.length === 0 ? unchanged("migrate") : did({ state: "done", because: said.join("; ") });
}

async function controller(session: Session, state: ApplyState): Promise<Ended<PartResult>> {
  const { planned, request, bundle, controllers } = state;
  if (planned.recreated.some(({ part }) => part === "controller"))
    return (await writeStages("controller", recreatedController(goalOf(state, session)), session, state))
      .ended;
  if (!planned.upgrade.targets.some(({ part }) => part === "controller")) return unchanged("controller");
  const { path, objects } = request.file;
  const abort = new AbortController();
  try {
    const raw = objects.map(({ object }) => object);
    // Later parts look at the same workloads.
    const open = await openOn(state, session, raw, state.signal);
    state.workloads = open.live.workloads;
    const outcome = await controllerOperation(
      open,
      session,
      { ...controllerRequest(session, request), tried: planned.triedWrites },
      { name: path, objects },
      abort.signal,
      bundle ?? "none",
    );
    if (outcome.kind === "ran") controllers.push(outcome.result);
    return controllerEnded(outcome, "the controller is as in the file");
  } finally {
    abort.abort();
  }
}

/** On what the run follows since its first look; everything else is read now. */
async function openOn(
  state: ApplyState,
  session: Session,
  objects: readonly KubeObject[],
  signal: AbortSignal,
): Promise<OpenController> {
  const { planned, request } = state;
  const { calicoPods, chosen, daemonSets, environment } = planned.open;
  const { revisions: _notLooked, ...followed } = watched(state);
  return await openController(
    session,
    objects,
    request.nodes.daemonSet,
    signal,
    {
      ...followed,
      // Where Calico keeps its data is the same for as long as it lives.
      ...(environment.known ? { configMaps: environment } : {}),
    },
    {
      namespace: chosen.namespace,
      name: chosen.name,
      daemonSets,
      ...(calicoPods === undefined ? {} : { pods: calicoPods }),
    },
  );
}

function controllerRequest(
  { dryRun }: Session,
  { nodes, fixStrategy }: ApplyState["request"],
): ControllerRequest {
  return {
    fixStrategy,
    takeOver: nodes.takeOver,
    timeout: nodes.timeout,
    ignored: nodes.ignored,
    // A dry run has not added what the controller needs.
    settled: new Set(dryRun === "none" ? [] : ["H05"]),
    asStep: true,
    ...(nodes.daemonSet === undefined ? {} : { daemonSet: nodes.daemonSet }),
    ...(nodes.settle === undefined ? {} : { settle: nodes.settle }),
  };
}

/** The values, then what reads them and runs with older ones (hazards H01, H25). */
async function configMaps(session: Session, state: ApplyState): Promise<Ended<PartResult>> {
  const { planned, request, bundle, controllers } = state;
  const { daemonSet, upgrade } = planned;
  const real = session.dryRun === "none";
  const chosen =
    daemonSet?.namespace === undefined ? undefined : { namespace: daemonSet.namespace, name: daemonSet.name };
  // Another run may have been killed before it restarted what reads its values.
  const open =
    real && chosen !== undefined ? await openNotes(session, chosen, notesNow(state), watched(state)) : [];
  const goal = goalOf(state, session, (ref) =>
    open.filter((note) => note.ref === ref).flatMap(({ change }) => change.keys),
  );
  const { ended, refs } = await writeStages("configmap", stagesOf("configmap", goal), session, state);
  // A dry run has written no value that a restart would read.
  if (ended.kind === "stopped" || ended.interrupted || !real || chosen === undefined) return ended;
  const restarted = await restartWorkloads(session, {
    daemonSet: chosen,
    discovery: upgrade.discovery,
    notes: asJustWritten(notesNow(state), refs),
    controller: { ...controllerRequest(session, request), fixStrategy: false },
    bundle: bundle ?? "none",
    watched: watched(state),
  });
  if (restarted.controller !== undefined) controllers.push(restarted.controller);
  if (restarted.ended.kind === "stopped") return restarted.ended;
  return { ...ended, interrupted: ended.interrupted || restarted.ended.interrupted };
}

async function nodes(session: Session, state: ApplyState): Promise<Ended<PartResult>> {
  const { planned, request, bundle } = state;
  if (request.skipNodes)
    return did({ state: "left", because: "--skip-nodes: go on with node, then with apply" });
  const notes = session.dryRun === "none" ? notesNow(state) : notesToCome(planned.upgrade.targets);
  const done = await upgradeRemaining(
    session,
    { request: planned.nodes, make: planned.make, notes, open: planned.open },
    bundle === undefined ? {} : { bundle },
  );
  state.nodes.push(...done.results);
  state.nodesLeft = done.left;
  return nodesEnded(done, "every node runs the newest revision");
}

/** Brings everything to exactly the file, once no pod of an older revision is left (hazard H01). */
async function contract(session: Session, state: ApplyState): Promise<Ended<PartResult>> {
  const { planned, known } = state;
  if (session.dryRun === "none") {
    const { nodes: request, make, open, upgrade } = planned;
    const waits = oldPodsLeft(state.nodesLeft ?? (await nodesToDo(session, { request, make, open })));
    if (waits !== undefined) return did({ state: "left", because: waits });
    const justRead = new Map<string, KubeObject | undefined>();
    const settled = await settle(session, state, justRead);
    for (const [key, now] of justRead) known.set(key, now);
    if (settled !== undefined && (settled.kind === "stopped" || settled.interrupted)) return settled;
    // Nodes take their time: what somebody else has changed since is seen.
    if (state.nodes.length > 0) {
      const ownSteps: readonly InstallPart[] = ["node", "controller", "typha"];
      const refs = upgrade.targets.flatMap(({ ref, part }) =>
        ownSteps.includes(part) || justRead.has(objectKey(ref)) ? [] : [ref],
      );
      for (const [key, now] of await changedSince(session.connection, refs, known)) known.set(key, now);
    }
  }
  const stages = stagesOf("contract", goalOf(state, session));
  return (await writeStages("contract", stages, session, state)).ended;
}

/** Which values each pod runs with is known for certain before a write that changes none of them (hazard H25). */
async function settle(
  session: Session,
  state: ApplyState,
  keep: Map<string, KubeObject | undefined>,
): Promise<Ended<PartResult> | undefined> {
  const { planned, known, request } = state;
  const { upgrade, daemonSet } = planned;
  if (daemonSet?.namespace === undefined) return undefined;
  const { namespace, name } = daemonSet;
  const maps = upgrade.targets.filter((target) => {
    const live = known.get(objectKey(target.ref));
    if (target.part !== "configmap" || live === undefined || target.ref.namespace !== namespace) return false;
    const noted = notesOn([{ ref: target.ref, live }]).length > 0;
    return noted || intended("contract", target, live, upgrade.install, request.choices) !== undefined;
  });
  if (maps.length === 0) return undefined;
  return await settleNotes(session, {
    daemonSet: { namespace, name },
    serverVersion: upgrade.discovery.version,
    configMaps: maps.map(({ ref }) => ref),
    watched: watched(state),
    keep,
  });
}

/** What the run follows since its first look: no part lists it once more. */
function watched({ planned: { open }, workloads }: ApplyState): Watched & Required<Pick<Watched, "nodes">> {
  const beside = workloads?.();
  const { daemonSet, nodes: all, revisions } = open.live.snapshot();
  return {
    ...(open.calicoPods === undefined ? {} : { pods: reading([...open.calicoPods.objects.values()]) }),
    nodes: reading([...all.values()]),
    // The run's own, which it removes itself.
    ownPods: [],
    daemonSets: reading(daemonSet === undefined ? [] : [daemonSet.facts]),
    revisions: reading(revisions),
    ...(beside === undefined ? {} : { workloads: reading(beside) }),
  };
}

/** Why nothing goes away yet; undefined: no pod of an older revision is left. */
function oldPodsLeft({ nodes: behind, silent, excluded, template }: NodesLeft): string | undefined {
  const old = [...behind, ...silent, ...excluded];
  if (old.length === 0 && !template) return undefined;
  const who =
    old.length === 0
      ? "the DaemonSet is not as in the file"
      : `on ${old.slice(0, 5).join(", ")}${old.length > 5 ? " and more" : ""} an older revision runs`;
  return `H01: ${who}: what it uses stays`;
}

function unchanged(id: ApplyStepId): Ended<PartResult> {
  return did({ state: "unchanged", because: `nothing to do: ${stepTitles[id]}` });
}

function did(memory: PartResult): Ended<PartResult> {
  return { kind: "done", memory, interrupted: false };
}
