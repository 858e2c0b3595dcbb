/** What happens to a pod on a healthy node: init containers one by one, then the rest, then Ready. */
import type { KubeObject } from "../kube-object.ts";
import { completedEntry, readyEntry, restartedEntry, startedEntry } from "./containers.ts";
import {
  type Case,
  type ContainerRuntime,
  isBackingOff,
  isNextInit,
  isRunning,
  isWaiting,
  newPodStatus,
  podAddress,
  podStatus,
} from "./pod-template.ts";
import { stage, type Step } from "./stage.ts";

/** jq: what the pod is like. */
export const alive = ".metadata.deletionTimestamp == null";
export const terminating = ".metadata.deletionTimestamp != null";
const isNew = ".status.containerStatuses == null";
const seen = ".status.containerStatuses != null";
const nextInit = "([.status.initContainerStatuses[]? | select(.state.terminated == null)] | .[0])";
export const initWaiting = `${nextInit}.state.waiting != null`;
export const initRunning = `${nextInit}.state.running != null`;
export const initsDone = `${seen} and (${nextInit} == null)`;

/** jq: one of the main containers is so. */
export function anyContainer(condition: string): string {
  return `any(.status.containerStatuses[]?; ${condition})`;
}

export const waitsToStart = '.state.waiting != null and .state.waiting.reason != "CrashLoopBackOff"';
export const backsOff = '.state.waiting != null and .state.waiting.reason == "CrashLoopBackOff"';
const runsUnready = ".state.running != null and .ready != true";
const notReady = 'any(.status.conditions[]?; .type == "Ready" and .status == "True") | not';
const ofJob = 'any(.metadata.ownerReferences[]?; .kind == "Job")';
/** A run of the product, which the test performs: it says when the pod ends. */
const isDetached = '.metadata.labels["calico-upgrade/purpose"] == "detached"';

export const markReady: Case = { when: isRunning, entry: readyEntry(), as: "ready" };

export function startMain(runtime: ContainerRuntime): Case {
  return {
    when: `and ${isWaiting} (not ${isBackingOff})`,
    entry: startedEntry(runtime),
    as: "unready",
  };
}

export function startInit(runtime: ContainerRuntime): Step {
  const again = {
    when: `and ${isNextInit} ${isBackingOff}`,
    entry: restartedEntry(runtime),
    as: "unready",
  } as const;
  const first = {
    when: `and ${isNextInit} ${isWaiting}`,
    entry: startedEntry(runtime),
    as: "unready",
  } as const;
  return { status: `${podStatus({ init: [again, first] })}\n${podAddress}` };
}

/** Containers end first and the pod goes afterwards, as on a node: who watches sees `finishedAt`. */
export const endSteps: readonly Step[] = [
  {
    status: podStatus({
      main: [{ when: isRunning, entry: completedEntry(false), as: "unready" }],
    }),
  },
  { delete: true },
];

export function podStages(runtime: ContainerRuntime): KubeObject[] {
  const pod = "Pod" as const;
  return [
    stage({ name: "pod-create", kind: pod, when: [alive, isNew], steps: [{ status: newPodStatus }] }),
    stage({
      name: "pod-init-start",
      kind: pod,
      when: [alive, initWaiting],
      delayMs: 20,
      steps: [startInit(runtime)],
    }),
    stage({
      name: "pod-init-complete",
      kind: pod,
      when: [alive, initRunning],
      delayMs: 50,
      steps: [
        {
          status: podStatus({
            init: [{ when: `and ${isNextInit} ${isRunning}`, entry: completedEntry(true), as: "ready" }],
          }),
        },
      ],
    }),
    stage({
      name: "pod-start",
      kind: pod,
      when: [alive, initsDone, anyContainer(waitsToStart)],
      delayMs: 20,
      steps: [{ status: `${podStatus({ main: [startMain(runtime)] })}\n${podAddress}` }],
    }),
    stage({
      name: "pod-restart",
      kind: pod,
      when: [alive, initsDone, anyContainer(backsOff)],
      delayMs: 1000,
      steps: [
        {
          status: podStatus({
            main: [{ when: isBackingOff, entry: restartedEntry(runtime), as: "unready" }],
          }),
        },
      ],
    }),
    stage({
      name: "pod-ready",
      kind: pod,
      // Also when only the condition says otherwise: that is what a node's silence leaves behind.
      when: [
        alive,
        initsDone,
        `(${anyContainer(runsUnready)}) or ((${notReady}) and (all(.status.containerStatuses[]; .ready)))`,
      ],
      delayMs: 100,
      steps: [{ status: podStatus({ main: [markReady] }) }],
    }),
    stage({
      name: "pod-complete",
      kind: pod,
      when: [
        alive,
        ofJob,
        `${isDetached} | not`,
        'any(.status.conditions[]?; .type == "Ready" and .status == "True")',
      ],
      delayMs: 300,
      weight: 1,
      steps: [
        {
          status: podStatus({
            main: [{ when: isRunning, entry: completedEntry(false), as: "unready" }],
            phase: "Succeeded",
          }),
        },
      ],
    }),
    stage({ name: "pod-delete", kind: pod, when: [terminating], delayMs: 50, steps: endSteps }),
  ];
}
