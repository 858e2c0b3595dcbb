import type { StepWords } from "../../../src/plan/step-words.ts";
import type { RunEvent } from "../../../src/plan/run-event.ts";
import type { PhaseName } from "../../../src/plan/decision.ts";

/** Steps and words that a reporter can tell about, without anything of Calico in them. */
export interface Step {
  readonly kind: string;
  readonly phase?: PhaseName;
  readonly node?: string;
  readonly line?: string;
  readonly notice?: string;
}

/** Nodes that are done. */
export type Memory = readonly string[];

export const words: StepWords<Memory, Step> = {
  phase: ({ phase, node }) => phase && { phase, ...(node === undefined ? {} : { node }) },
  title: (phase) => `${phase} title`,
  lines: ({ line }) => (line === undefined ? [] : line.split("\n")),
  notice: ({ notice }) => notice,
  nodeLine: (node, memory) => (memory.includes(node) ? `node/${node} done: down 2s` : undefined),
};

type Event = RunEvent<Memory, Step>;

/** A step that is carried out at the first try. */
export function stepped(step: Step, memory: Memory = []): readonly Event[] {
  return [
    { kind: "begun", step, memory },
    { kind: "performed", step, memory },
  ];
}

export function waits(phase: PhaseName, node: string, what: string, stuck?: string): Event {
  const wait = {
    kind: "wait" as const,
    phase,
    node,
    for: what,
    until: 0,
    ...(stuck === undefined ? {} : { stuck }),
  };
  return { kind: "waiting", wait, memory: [], now: 0 };
}

export const hold: Step = { kind: "claim", phase: "hold" };
export const release: Step = { kind: "end", phase: "finish" };

export function cordon(node: string): Step {
  return { kind: "cordon", phase: "cordon", node, line: `node/${node} cordoned` };
}

export function restart(node: string, notice?: string): Step {
  const step = { kind: "delete", phase: "restart", node, line: `pod "p-${node}" deleted` } as const;
  return notice === undefined ? step : { ...step, notice };
}

export function uncordon(node: string): Step {
  return { kind: "uncordon", phase: "uncordon", node, line: `node/${node} uncordoned` };
}

/** All of one node. */
export function wholeNode(node: string, memory: Memory = [node]): readonly Event[] {
  return [
    ...stepped(cordon(node)),
    ...stepped(restart(node)),
    waits("ready", node, `pod n-${node} to become Ready`),
    waits("settle", node, `pod n-${node} to settle`),
    ...stepped(uncordon(node), memory),
  ];
}

export const done: Event = { kind: "done", memory: [] };

export function stops(message: string): readonly Event[] {
  return [
    { kind: "stopping", reason: { message }, memory: [] },
    ...stepped(release),
    { kind: "stopped", reason: { message }, memory: [] },
  ];
}

export function skips(node: string, why: string): Event {
  return { kind: "settled", what: { kind: "skip", node, why }, memory: [] };
}
