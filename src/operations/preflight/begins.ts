import { isApiError, isUserError, reasonOf, userError, type ApiError, type UserError } from "../../errors.ts";
import { findConfigMap } from "../../manifest/find-config-map.ts";
import type { NamespacedName } from "../../model/kube.ts";
import type { Stop } from "../../plan/decision.ts";
import { willRestart } from "../../plan/node/will-restart.ts";
import type { Finding } from "../../preflight/finding.ts";
import { blocks } from "../../preflight/rule.ts";
import type { Version } from "../../releases/version.ts";
import { lookAtStart } from "../apply/look.ts";
import { refuseMissingRights } from "../configmap/operation.ts";
import { planConfigMap } from "../configmap/plan.ts";
import { openController } from "../controller/open.ts";
import { checkController, heldController, podOfTarget } from "../controller/operation.ts";
import type { OperationEvent } from "../events.ts";
import type { FileTemplate } from "../node/template.ts";
import { missingNodes, openNodes } from "../node/open.ts";
import { checkNodes } from "../node/operation.ts";
import { refusedPod } from "../node/refused-pod.ts";
import { nodesLeft } from "../node/remaining.ts";
import { targetOf, type PlanFile } from "../plan/file.ts";
import type { Session } from "../session.ts";
import type { Beginner } from "./beginners.ts";
import { tryPod } from "../try-pod.ts";

export interface BeginRequest {
  readonly command: Beginner;
  /** Undefined: `node` and `controller` restart what is there. */
  readonly file: PlanFile | undefined;
  /** --to */
  readonly stated: Version | undefined;
  /** Of `node`; empty: every node that is left to do. */
  readonly nodes: readonly string[];
  readonly daemonSet: NamespacedName | undefined;
  /** --ignore-preflight-errors */
  readonly ignored: ReadonlySet<string>;
}

/** Whether a command would begin, from its own mouth. */
export interface Beginning {
  /** Why it would not, beside the findings that block. */
  readonly refusals: readonly Stop[];
  /** Of the rules that it asked itself; undefined: `apply` asks those of preflight. */
  readonly findings?: readonly Finding[];
  /** Rules that stand in the way only until the command itself has settled them; all: there is nothing to do. */
  readonly settled: ReadonlySet<string> | "all";
}

/**
 * Asks a command for everything that it asks before its first write (hazard H35): its own checks and no copies of them.
 * Nothing is written. A question to the user counts as answered with yes.
 */
export async function wouldBegin(session: Session, request: BeginRequest): Promise<Beginning> {
  const findings = new Map<string, Finding>();
  const emit = (event: OperationEvent): void => {
    // A migration that `apply` looks at has rules of its own.
    if (event.kind !== "step findings" || request.command === "apply") return;
    for (const finding of event.findings) findings.set(finding.id, finding);
  };
  const listening: Session = { ...session, emit, ask: () => Promise.resolve(true) };
  const abort = new AbortController();
  try {
    const answer = await answerOf(listening, request, abort.signal);
    return {
      ...answer,
      ...(request.command === "apply" ? {} : { findings: [...findings.values()] }),
    };
  } catch (error) {
    // What the server answers to a write that is only tried ends the command, too.
    if (!isUserError(error) && !isRefused(error)) throw error;
    const asked = [...findings.values()];
    const stops = asked.some((finding) => blocks(finding, request.ignored));
    // The command's own words for findings that block are these findings.
    return stops
      ? { refusals: [], findings: asked, settled: nothing }
      : { refusals: [stopOf(error)], settled: nothing };
  } finally {
    abort.abort();
  }
}

function isRefused(error: unknown): error is ApiError {
  return isApiError(error) && error.status >= 400 && error.status < 500 && error.status !== 401;
}

type BeginResult = Omit<Beginning, "findings">;

const nothing: ReadonlySet<string> = new Set();

async function answerOf(session: Session, request: BeginRequest, signal: AbortSignal): Promise<BeginResult> {
  switch (request.command) {
    case "apply":
      return await apply(session, request, signal);
    case "node":
      return await node(session, request, signal);
    case "controller":
      return await controller(session, request, signal);
    case "configmap":
      return await configMap(session, request);
  }
}

async function apply(
  session: Session,
  { file, stated, daemonSet, ignored }: BeginRequest,
  signal: AbortSignal,
): Promise<BeginResult> {
  if (file === undefined) throw userError("apply needs a file");
  const look = await lookAtStart(
    session,
    {
      file,
      stated,
      to: targetOf(stated, file),
      until: "contract",
      skipNodes: false,
      choices: { forceConflicts: false, withSecrets: false },
      recreate: false,
      fixStrategy: false,
      nodes: { templateOnly: false, noCordon: false, takeOver: false, timeout: 0, ignored, ...of(daemonSet) },
    },
    signal,
  );
  switch (look.kind) {
    case "refused":
      return { refusals: look.refusals, settled: nothing };
    case "nothing":
      return { refusals: [], settled: "all" };
    case "plan":
      return { refusals: [], settled: new Set(look.settled) };
    // Nobody says no here, and the rules were left out.
    case "declined":
    case "not ready":
      return { refusals: [], settled: nothing };
  }
}

async function node(
  session: Session,
  { file, nodes: named, daemonSet, ignored }: BeginRequest,
  signal: AbortSignal,
): Promise<BeginResult> {
  const open = await openNodes(session, of(daemonSet), signal);
  const missing = missingNodes(open.live.snapshot(), named);
  if (missing.length > 0) return { refusals: missing.map(({ message }) => ({ message })), settled: nothing };
  const request = {
    nodes: named,
    restart: false,
    templateOnly: false,
    noCordon: false,
    takeOver: false,
    timeout: 0,
    ignored,
    ...of(daemonSet),
  };
  const checked = await checkNodes(open, session, request, nameOf(file), (template) =>
    named.length > 0 ? named : nodesLeft(open.live.snapshot(), template).nodes,
  );
  if (checked.kind !== "goal")
    return { refusals: checked.kind === "refused" ? checked.refusals : [], settled: nothing };
  // The run tries the new pod before it touches the node: that of the first one.
  const { goal } = checked;
  const world = open.live.snapshot();
  const refusals = await refusedPod(session, open.discovery.version, {
    live: world.daemonSet?.raw,
    inFile: goal.template?.inFile,
    node: goal.nodes.find((each) => willRestart(world, goal, each, session.clock.now())),
  });
  return { refusals, settled: nothing };
}

async function controller(
  session: Session,
  { file, daemonSet, ignored }: BeginRequest,
  signal: AbortSignal,
): Promise<BeginResult> {
  const objects = (file?.objects ?? []).map(({ object }) => object);
  const open = await openController(session, objects, daemonSet, signal);
  const request = {
    fixStrategy: false,
    takeOver: false,
    timeout: 0,
    ignored,
    settled: nothing,
    asStep: false,
    ...of(daemonSet),
  };
  const checked = await checkController(open, session, request, nameOf(file));
  if (checked.kind === "refused") return { refusals: checked.refusals, settled: nothing };
  if (!checked.changes) return { refusals: [], settled: nothing };
  const held = heldController(open, session, request);
  if (held !== undefined) return { refusals: [held], settled: nothing };
  const { pod } = podOfTarget(checked.start, checked.wanted);
  const verdict =
    pod === undefined ? undefined : await tryPod(session.connection, open.discovery.version, pod);
  const messages = verdict?.kind === "refused" ? verdict.messages : [];
  return {
    refusals: messages.map((message) => ({
      message: `the server would refuse the new controller pod: ${message}`,
    })),
    settled: nothing,
  };
}

async function configMap(session: Session, { file, daemonSet, ignored }: BeginRequest): Promise<BeginResult> {
  if (file === undefined) throw userError("configmap needs a file");
  const request = { noRestart: false, takeOver: false, timeout: 0, ignored, ...of(daemonSet) };
  const { namespace } = session.connection;
  const plan = await planConfigMap(session, request, {
    kind: "object",
    find: ({ ref }) => findConfigMap(file.objects, file.path, ref, namespace),
  });
  const works = plan.change.applied.write !== undefined || plan.question !== undefined;
  if (plan.refusals.length === 0 && works) await refuseMissingRights(session, plan);
  return { refusals: plan.refusals, settled: nothing };
}

function of(daemonSet: NamespacedName | undefined): { readonly daemonSet?: NamespacedName } {
  return daemonSet === undefined ? {} : { daemonSet };
}

function nameOf(file: PlanFile | undefined): FileTemplate | undefined {
  return file === undefined ? undefined : { name: file.path, objects: file.objects };
}

function stopOf(error: UserError | ApiError): Stop {
  const rule = isUserError(error) ? error.rule : undefined;
  return rule === undefined ? { message: reasonOf(error) } : { id: rule.id, message: rule.because };
}
