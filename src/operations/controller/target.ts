import { ruleError, userError } from "../../errors.ts";
import { refuseOtherState } from "../../manifest/other-state.ts";
import { applierOf } from "../../merge/applier.ts";
import { applyObject } from "../../merge/apply-object.ts";
import type { FieldConflict } from "../../merge/conflicts.ts";
import { deploymentAfter } from "../../merge/deployment-after.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import {
  clientSideApplyManager,
  manager,
  restartAnnotation,
  restartedAtAnnotation,
} from "../../model/names.ts";
import { formatTime, parseTime } from "../../model/time.ts";
import { workloadFacts, type WorkloadFacts } from "../../model/workload.ts";
import type { Write } from "../../model/write.ts";
import type { TargetWorkload } from "../../plan/controller/goal.ts";
import { scaleCommand, twoControllers, workloadName } from "../../plan/controller/stops.ts";
import { othersWanting, targetOf, type LiveWorkload } from "../../plan/controller/world.ts";
import type { FileTemplate } from "../node/template.ts";
import { state, tryOut } from "../try-out.ts";
import type { Commands } from "../../plan/decision.ts";
import type { Session } from "../session.ts";
import type { OpenController } from "./open.ts";
import type { ControllerRequest } from "./request.ts";
import { wholeFile } from "./whole-file.ts";
import { sh } from "../../model/shell.ts";

/** What the run makes of the controller, and the facts of it for the checks. */
export interface DesiredController {
  readonly target: TargetWorkload;
  readonly stubs: readonly TargetWorkload[];
  readonly facts: WorkloadFacts;
  /** The file's objects for the target and the stubs; none for a restart. */
  readonly objects: readonly KubeObject[];
}

/** The file's controller against the live ones; what the server would refuse is refused before the first write. */
export async function wantedByFile(
  prepared: OpenController,
  session: Pick<Session, "connection" | "emit">,
  file: FileTemplate,
  options: Pick<ControllerRequest, "fixStrategy" | "ignored" | "asStep" | "tried">,
): Promise<DesiredController> {
  const { live } = prepared;
  const choices = {
    force: options.ignored.has("H14") || options.ignored.has("all"),
    // Of a whole file it was asked before the first step.
    anyState: options.asStep,
    tried: options.tried,
  };
  const found = wholeFile(prepared, session, file);
  const desired = options.fixStrategy ? fixed(found.controller) : found.controller;
  const target = await targetFor(prepared, session, desired, choices);
  const there = targetOf(live.snapshot(), { target });
  const after = deploymentAfter(there?.raw, desired);
  if (!options.fixStrategy) refuseTwo(after, desired.kind, file.name);
  if (after.paused && there !== undefined && isBehind(target, there)) refusePaused(target);
  const stubs = [];
  for (const stub of found.stubs) {
    // One dry run after the other.
    stubs.push(await targetFor(prepared, session, stub, choices));
  }
  const facts = workloadFacts(desired);
  if (facts === undefined) throw userError(`${file.name} has no controller`);
  return { target, stubs, facts, objects: [desired, ...found.stubs] };
}

async function targetFor(
  { discovery, namespace, live, install }: OpenController,
  session: Pick<Session, "connection" | "emit">,
  desired: KubeObject,
  {
    force,
    anyState,
    tried,
  }: {
    readonly force: boolean;
    readonly anyState: boolean;
    readonly tried: ControllerRequest["tried"];
  },
): Promise<TargetWorkload> {
  const place = discovery.forKind(desired.apiVersion, desired.kind);
  const { name } = desired.metadata;
  const { kind } = desired;
  if (place === undefined) {
    throw userError(
      `this server (${discovery.version}) does not serve ${desired.apiVersion} ${kind}s; use the manifest that this Calico release has for its Kubernetes version`,
    );
  }
  const ref: Ref = { ...place, namespace, name };
  const stopFirst = kind === "ReplicaSet";
  const base = { kind, namespace, name, stopFirst };
  const there = targetOf(live.snapshot(), { target: { ...base, reconcile: () => [] } });
  if (!anyState) refuseOtherState([{ ref, object: desired, before: there?.raw }]);
  const first = applyObject(there?.raw, desired, ref, install, force);
  if (first.immutable !== undefined) {
    const { field, live: is, wanted } = first.immutable;
    throw userError(
      `the file's ${kind} ${namespace}/${name} has another ${field} than the live one (${JSON.stringify(wanted)} instead of ${JSON.stringify(is)}), which cannot be changed: the object has to be made anew, which this command does not do`,
    );
  }
  if (first.conflicts.length > 0 && !force)
    throw ruleError("H14", conflictText(kind, namespace, name, first.conflicts));
  const writesFor = (now: KubeObject | undefined): readonly Write[] => {
    const { write } = applyObject(now, desired, ref, install, force);
    return write === undefined ? [] : [stopFirst ? unmarked(write) : write];
  };
  const known = await tryOut(session, discovery.version, there?.raw, writesFor(there?.raw), tried);
  return {
    ...base,
    reconcile: (now) => (now !== undefined && known.get(state(now)) === false ? [] : writesFor(now)),
  };
}

/** Who set what the file would change (hazard H14); kubectl's client-side apply would take it over silently. */
function conflictText(
  kind: string,
  namespace: string,
  name: string,
  conflicts: readonly FieldConflict[],
): readonly string[] {
  const lines = conflicts.map(
    ({ field, manager: who, time }) =>
      `  ${field}: set by ${who ?? "somebody"}${time === undefined ? "" : ` at ${time}`}`,
  );
  return [
    `the file changes what somebody else has set on ${kind} ${namespace}/${name}:`,
    ...lines,
    "write it into the file, or take it over with --ignore-preflight-errors=H14",
  ];
}

/** Our mark of a stopped ReplicaSet goes with the write that starts it again. */
function unmarked(write: Write): Write {
  if (write.verb !== "patch" || write.patch !== "strategic") return write;
  const body = write.body as { readonly metadata?: { readonly annotations?: object } };
  const annotations = { ...body.metadata?.annotations, [restartAnnotation]: null };
  return { ...write, body: { ...body, metadata: { ...body.metadata, annotations } } };
}

function fixed(object: KubeObject): KubeObject {
  const spec = { ...(object["spec"] as object), replicas: 1 };
  return {
    ...object,
    spec: object.kind === "Deployment" ? { ...spec, strategy: { type: "Recreate" } } : spec,
  };
}

function refuseTwo(
  { strategy, replicas }: { readonly strategy: string; readonly replicas: number },
  kind: string,
  where: string,
): void {
  const wrong = [
    ...(kind === "Deployment" && strategy !== "Recreate" ? [`strategy.type ${strategy}`] : []),
    ...(replicas > 1 ? [`${String(replicas)} replicas`] : []),
  ];
  if (wrong.length === 0) return;
  throw userError(
    `the controller in ${where} has ${wrong.join(" and ")}: two would run at once, and only one may ever be active; --fix-strategy sets strategy.type Recreate and 1 replica`,
  );
}

/** A change that a paused Deployment would not carry out. */
function isBehind({ reconcile }: TargetWorkload, { facts, raw }: LiveWorkload): boolean {
  return facts.kind === "Deployment" && (facts.updated !== 1 || reconcile(raw).length > 0);
}

/** A paused Deployment takes a new template and makes no pod of it. */
function refusePaused(workload: Pick<TargetWorkload, "kind" | "namespace" | "name">): never {
  const { kind, namespace, name } = workload;
  throw userError(
    `${workloadName(workload)} is paused, so no new pod would come; resume it first: ${sh`kubectl rollout resume -n ${namespace} ${kind.toLowerCase()}/${name}`}`,
  );
}

/** The controller that runs, restarted. */
export function wantedRestart(
  { live, places }: OpenController,
  { clock, commands }: Pick<Session, "clock" | "commands">,
  options: Pick<ControllerRequest, "fixStrategy">,
): DesiredController {
  const chosen = running(live.snapshot().workloads, commands);
  const { facts } = chosen;
  if ((chosen.raw["spec"] as { readonly paused?: boolean }).paused === true) refusePaused(facts);
  if (!options.fixStrategy)
    refuseTwo(
      { strategy: facts.strategy ?? "RollingUpdate", replicas: facts.desired },
      facts.kind,
      "this cluster",
    );
  // It has whole seconds: another restart within one would change nothing.
  const stamp = formatTime(Math.max(clock.now(), (parseTime(restartedAt(chosen.raw)) ?? 0) + 1000));
  const { kind, namespace, name } = facts;
  const stopFirst = kind === "ReplicaSet";
  const ref: Ref = { ...(stopFirst ? places.replicaSets : places.deployments), namespace, name };
  const patch = (body: object, fieldManager: string): readonly Write[] => [
    { verb: "patch", ref, patch: "merge", fieldManager, body },
  ];
  const target: TargetWorkload = {
    kind,
    namespace,
    name,
    stopFirst,
    reconcile(now) {
      if (now === undefined) return [];
      const { resourceVersion } = now.metadata;
      if (stopFirst) {
        const metadata = { resourceVersion, annotations: { [restartAnnotation]: null } };
        return patch({ metadata, spec: { replicas: 1 } }, manager);
      }
      if (restartedAt(now) === stamp) return [];
      const template = { metadata: { annotations: { [restartedAtAnnotation]: stamp } } };
      if (!options.fixStrategy) return patch({ metadata: { resourceVersion }, spec: { template } }, manager);
      const applier = applierOf(now);
      const strategy = { type: "Recreate", rollingUpdate: null };
      return patch(
        { metadata: { resourceVersion }, spec: { replicas: 1, strategy, template } },
        applier.kind === "client" ? clientSideApplyManager : applier.manager,
      );
    },
  };
  return { target, stubs: [], facts, objects: [] };
}

function restartedAt(object: KubeObject): string | undefined {
  const spec = object["spec"] as {
    readonly template?: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
  };
  return spec.template?.metadata?.annotations?.[restartedAtAnnotation];
}

/** The one that wants a pod, or a ReplicaSet that a killed restart of ours has stopped. */
function running(workloads: readonly LiveWorkload[], commands: Commands): LiveWorkload {
  const wanting = workloads.filter(({ facts }) => facts.desired > 0);
  const stopped = workloads.filter(({ facts }) => restartAnnotation in facts.annotations);
  const [first, second] = wanting.length > 0 ? wanting : stopped;
  if (second !== undefined) {
    const { message, hint = "" } = twoControllers({ commands }, wanting);
    throw userError(`${message}; ${hint}`);
  }
  if (first !== undefined) return first;
  const [off] = workloads;
  throw userError(
    off === undefined
      ? "there is no controller here to restart; with the Kubernetes datastore Calico has one from v3.6 on"
      : `no controller runs: ${workloadName(off.facts)} has no replicas; start it with: ${scaleCommand(off.facts, 1)}`,
  );
}

/** Refuses what would be two controllers before, or pods that no run can bring to an end. */
export function refuseSecond(
  { live }: Pick<OpenController, "live">,
  { target }: DesiredController,
  commands: Commands,
): void {
  const world = live.snapshot();
  const others = othersWanting(world, { target });
  const own = targetOf(world, { target });
  const wanting = own !== undefined && own.facts.desired > 0 ? [...others, own] : others;
  if (wanting.length > 1) {
    const { message, hint = "" } = twoControllers({ commands }, wanting);
    throw userError(`${message}; ${hint}`);
  }
  const bare = world.pods.find(({ owner, phase }) => owner === undefined && phase === "Running");
  if (bare !== undefined) {
    throw userError(
      `pod ${bare.namespace}/${bare.name} runs a controller and belongs to no Deployment or ReplicaSet, so nothing here can stop it; only one controller may ever be active: delete it, then run the same command again`,
    );
  }
}
