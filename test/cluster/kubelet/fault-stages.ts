/** The Stages of each fault: a healthy pod's Stages step back behind these where they apply. */
import type { KubeObject } from "../kube-object.ts";
import {
  backingOffEntry,
  exitedAndRestartedEntry,
  pullingEntry,
  restartedEntry,
  unreadyEntry,
} from "./containers.ts";
import { podEvent } from "./events.ts";
import {
  alive,
  anyContainer,
  backsOff,
  endSteps,
  initRunning,
  initsDone,
  initWaiting,
  markReady,
  startInit,
  startMain,
  terminating,
  waitsToStart,
} from "./pod-stages.ts";
import {
  type Case,
  type ContainerRuntime,
  isBackingOff,
  isNextInit,
  isRunning,
  isWaiting,
  podAddress,
  podStatus,
} from "./pod-template.ts";
import { containerCondition, hit, podConditions, type Scope } from "./scope.ts";
import { stage, type StageSpec, type Step } from "./stage.ts";

export type FaultContext = {
  /** Unique; the Stages' names begin with it. */
  readonly name: string;
  readonly scope: Scope;
  readonly runtime: ContainerRuntime;
};

const nextInit = "([.status.initContainerStatuses[]? | select(.state.terminated == null)][0:1][])";

function faultStage({ name, scope }: FaultContext, spec: Omit<StageSpec, "kind" | "weight">): KubeObject {
  return stage({
    ...spec,
    name: `${name}-${spec.name}`,
    kind: "Pod",
    when: [...spec.when, ...podConditions(scope)],
    weight: 100,
    labels: { fault: name },
  });
}

/** Containers that start take this long to pull their image. */
export function slowPull(context: FaultContext, delayMs: number): KubeObject[] {
  const { scope, runtime } = context;
  const hits = containerCondition(scope);
  return [
    faultStage(context, {
      name: "init",
      when: [alive, initWaiting, `any(${nextInit}; ${hits})`],
      delayMs,
      steps: [startInit(runtime)],
    }),
    faultStage(context, {
      name: "main",
      when: [alive, initsDone, anyContainer(`${waitsToStart} and ${hits}`)],
      delayMs,
      steps: [{ status: `${podStatus({ main: [startMain(runtime), markReady] })}\n${podAddress}` }],
    }),
  ];
}

export type PullFailure = "ErrImagePull" | "ImagePullBackOff";

/** The image cannot be had: said once as an error, then as the wait before the next try. */
export function pullFails(context: FaultContext, last: PullFailure): KubeObject[] {
  const { scope } = context;
  const hits = containerCondition(scope);
  const now = (reasons: string) => `.state.waiting != null and (${reasons}) and ${hits}`;
  const fresh = '(.state.waiting.reason | IN("ErrImagePull", "ImagePullBackOff", "CrashLoopBackOff")) | not';
  const erred = '.state.waiting.reason == "ErrImagePull"';
  const turn = (reasons: string) =>
    `(any(${nextInit}; ${now(reasons)})) or ((${initsDone}) and (${anyContainer(now(reasons))}))`;
  const refused = podEvent({ type: "Warning", reason: "Failed", message: "Error: ErrImagePull" });
  const stages = [
    faultStage(context, {
      name: "err",
      when: [alive, turn(fresh)],
      delayMs: 100,
      steps: [failingPull(context, "ErrImagePull", notFound), refused],
    }),
  ];
  const held = faultStage(context, {
    name: "hold",
    when: [alive, turn(`.state.waiting.reason == "${last}"`)],
    // Else the container would start: a healthy pod's Stages apply where no other does.
    delayMs: 24 * 3_600_000,
    steps: [],
  });
  if (last === "ErrImagePull") return [...stages, held];
  const backOff = podEvent({ type: "Warning", reason: "Failed", message: "Error: ImagePullBackOff" });
  return [
    ...stages,
    held,
    faultStage(context, {
      name: "backoff",
      when: [alive, turn(erred)],
      delayMs: 300,
      steps: [failingPull(context, "ImagePullBackOff", 'Back-off pulling image "%s"'), backOff],
    }),
  ];
}

const notFound =
  'rpc error: code = NotFound desc = failed to pull and unpack image "%[1]s": failed to resolve reference "%[1]s": %[1]s: not found';

function failingPull({ scope, runtime }: FaultContext, reason: PullFailure, message: string): Step {
  const entry = pullingEntry(reason, message);
  const main: Case[] = [
    { when: hit(scope, `(not $next) ${isWaiting} (not ${isBackingOff})`), entry, as: "not started" },
    { ...startMain(runtime), when: `and (not $next) ${isWaiting} (not ${isBackingOff})` },
    markReady,
  ];
  const init: Case[] = [{ when: hit(scope, `${isNextInit} ${isWaiting}`), entry, as: "not started" }];
  return { status: podStatus({ init, main }) };
}

export type CrashOptions = { readonly exitCode: number; readonly backOffMs: number; readonly logs: string };

/** Runs, exits, and is started again after a while, over and over; it never gets ready. */
export function crashes(context: FaultContext, { exitCode, backOffMs, logs }: CrashOptions): KubeObject[] {
  const { scope, runtime } = context;
  const hits = containerCondition(scope);
  const unready = scope.running === true ? "true" : ".ready != true";
  const first = hit(scope, `${isRunning} (eq (print .restartCount) "0")`);
  const exit = (also: string): Case[] => [
    { when: `${first} ${also}`, entry: exitedAndRestartedEntry(runtime, exitCode), as: "unready" },
    { when: `${hit(scope, isRunning)} ${also}`, entry: backingOffEntry(exitCode), as: "unready" },
  ];
  const again = (also: string): Case => ({
    when: hit(scope, `${isBackingOff} ${also}`),
    entry: restartedEntry(runtime),
    as: "unready",
  });
  const told = podEvent({
    type: "Warning",
    reason: "BackOff",
    message: "Back-off restarting failed container",
  });
  return [
    faultStage(context, {
      name: "exit",
      when: [alive, initsDone, anyContainer(`.state.running != null and ${unready} and ${hits}`)],
      delayMs: 200,
      steps: [{ status: podStatus({ main: [...exit(""), markReady] }) }, { create: logs }, told],
    }),
    faultStage(context, {
      name: "restart",
      when: [alive, initsDone, anyContainer(`${backsOff} and ${hits}`)],
      delayMs: backOffMs,
      steps: [{ status: podStatus({ main: [again(""), markReady] }) }],
    }),
    ...(scope.image === undefined && scope.container === undefined
      ? []
      : [
          faultStage(context, {
            name: "init-exit",
            when: [alive, initRunning, `any(${nextInit}; ${hits})`],
            delayMs: 200,
            steps: [{ status: podStatus({ init: exit(isNextInit) }) }, { create: logs }, told],
          }),
          faultStage(context, {
            name: "init-restart",
            when: [alive, initWaiting, `any(${nextInit}; ${backsOff} and ${hits})`],
            delayMs: backOffMs,
            steps: [{ status: podStatus({ init: [again(isNextInit)] }) }],
          }),
        ]),
  ];
}

/** Runs, but its readiness probe fails. */
export function neverReady(context: FaultContext): KubeObject[] {
  const { scope } = context;
  const hits = containerCondition(scope);
  const ready = scope.running === true ? "true" : ".ready != true";
  return [
    faultStage(context, {
      name: "unready",
      when: [alive, initsDone, anyContainer(`.state.running != null and ${ready} and ${hits}`)],
      delayMs: 200,
      steps: [
        {
          status: podStatus({
            main: [{ when: hit(scope, isRunning), entry: unreadyEntry(), as: "unready" }, markReady],
          }),
        },
        podEvent({
          type: "Warning",
          reason: "Unhealthy",
          message: "Readiness probe failed: calico/node is not ready",
        }),
      ],
    }),
  ];
}

export const holdingFinalizer = "calico-upgrade.test/slow-termination";

/** Stays Terminating for this long; the finalizer holds it where the grace period is 0. */
export function terminatesSlowly(context: FaultContext, delayMs: number): KubeObject[] {
  const hits = anyContainer(containerCondition(context.scope));
  const held = `any(.metadata.finalizers[]?; . == "${holdingFinalizer}")`;
  return [
    faultStage(context, {
      name: "hold",
      when: [alive, hits, `${held} | not`],
      steps: [{ addFinalizer: holdingFinalizer }],
    }),
    faultStage(context, {
      name: "end",
      when: [terminating, hits],
      delayMs,
      steps: [...endSteps.slice(0, -1), { removeFinalizers: true }, { delete: true }],
    }),
  ];
}
