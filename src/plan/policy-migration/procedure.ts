import { createdByAnnotation, keepAnnotation, treatAsAnnotation } from "../../model/names.ts";
import { keyOf } from "../../model/namespaced-name.ts";
import { afterSteps, type MigrationStep } from "../../policy/steps.ts";
import type { Decision, Stop } from "../decision.ts";
import { interruptedStop } from "../interrupted.ts";
import type { Procedure } from "../procedure.ts";
import type { PolicyGoal } from "./goal.ts";
import { beyond, prove, stepText, type Proof } from "./proof.ts";
import { sameFacts, type PolicyWorld } from "./world.ts";
import { stepWrites, type StepWrite } from "./writes.ts";

/** Writes of one kind, whose order does not matter. */
export interface PolicyStep {
  readonly kind: "migrate";
  readonly puts: readonly StepWrite[];
}

/** What this process has seen. */
export interface PolicySeen {
  /** The last proof, with its namespaces and policies as they have to be after what was written since. */
  readonly proof?: Proof;
  /** In the order in which they were done. */
  readonly done: readonly MigrationStep[];
  /** Sent, and nobody knows what became of it. */
  readonly unanswered: readonly MigrationStep[];
  readonly interrupted?: true;
  readonly stop?: Stop;
}

/** So many writes go out before the cluster is looked at again. */
const most = 200;

/**
 * Carries out what was agreed on: decisions are recorded first, then what closes is created, then what goes is
 * deleted. It is proven again wherever namespaces or policies are not as the last proof and the writes since have
 * left them; what was not agreed on then ends it as outdated (hazard H32). `proof`: made on what was agreed on.
 */
export function policyProcedure(
  goal: PolicyGoal,
  proof?: Proof,
): Procedure<PolicyWorld, PolicySeen, PolicyStep> {
  return {
    start: { done: [], unanswered: [], ...(proof === undefined ? {} : { proof }) },
    look(seen, world) {
      if (seen.stop !== undefined) return seen;
      if (seen.proof !== undefined && sameFacts(seen.proof, world)) {
        // The same objects, so that the next comparison is quick.
        const { namespaces, policies } = world;
        return { ...seen, proof: { ...seen.proof, namespaces, policies } };
      }
      return { ...seen, proof: prove(world, goal) };
    },
    next: (world, seen) => next(world, seen, goal),
    acted: (seen, { puts }) => acted(seen, puts),
    settled: (seen) => seen,
    stopping: (seen, stop) => (seen.stop === undefined ? { ...seen, stop } : seen),
    interrupted: (seen) => ({ ...seen, interrupted: true }),
    writes: ({ puts }) => puts.flatMap(({ write }) => write ?? []),
    assume: (world, { puts }) => ({ ...world, ...after(world, puts) }),
    saves: ({ puts }) => puts.flatMap(({ write, draft }) => (write === undefined ? [] : [draft])),
    // What needs no write has no place among the writes.
    only: ({ kind, puts }, writes) => {
      const sent = puts.filter(({ write }) => write !== undefined);
      return {
        kind,
        puts: [...puts.filter(({ write }) => write === undefined), ...writes.flatMap((at) => sent[at] ?? [])],
      };
    },
    restsOn: ({ puts }) => puts.flatMap(({ write, basis }) => (write === undefined ? [] : [basis])),
    unanswered: (seen, { puts }) => ({
      ...seen,
      unanswered: [...seen.unanswered, ...puts.map(({ step }) => step)],
    }),
  };
}

function next(world: PolicyWorld, seen: PolicySeen, goal: PolicyGoal): Decision<PolicyStep> {
  const { proof, stop } = seen;
  if (stop !== undefined) return { kind: "stop", reason: stop };
  if (proof === undefined) throw new Error("looked at before it is decided");
  const gone = seen.unanswered.filter((step) => hasGoneThrough(step, world, goal));
  if (gone.length > 0)
    return { kind: "step", step: { kind: "migrate", puts: gone.map((step) => ({ step })) } };
  const [first] = proof.steps;
  if (first === undefined) return { kind: "done" };
  if (seen.interrupted === true) return { kind: "stop", reason: interruptedStop(goal.commands) };
  if (world.lost !== undefined) return { kind: "stop", reason: { message: world.lost } };
  if (proof.refusal !== undefined) return { kind: "stop", reason: proof.refusal };
  const done = new Set(seen.done.map((step) => JSON.stringify(step)));
  const again = proof.steps.filter((step) => done.has(JSON.stringify(step))).map(stepText);
  const news = [...again.map((step) => `${step} once more`), ...beyond(proof, goal.agreed)];
  if (news.length > 0) {
    const more = news.length > 3 ? ` and ${String(news.length - 3)} more` : "";
    const message = `namespaces or policies changed after this was agreed on: ${news.slice(0, 3).join("; ")}${more}`;
    return { kind: "stop", reason: { message, hint: goal.commands.again(), outdated: true } };
  }
  const stage = stageOf(first);
  const batch = proof.steps.filter((step) => stageOf(step) === stage).slice(0, most);
  return {
    kind: "step",
    step: { kind: "migrate", puts: stepWrites(batch, goal.place, world.raw, goal.run) },
  };
}

function acted(seen: PolicySeen, puts: readonly StepWrite[]): PolicySeen {
  const steps = puts.map(({ step }) => step);
  const names = new Set(steps.map((step) => JSON.stringify(step)));
  const { proof } = seen;
  return {
    ...seen,
    done: [...seen.done, ...steps],
    unanswered: seen.unanswered.filter((step) => !names.has(JSON.stringify(step))),
    ...(proof === undefined
      ? {}
      : {
          proof: {
            ...proof,
            ...after(proof, puts),
            steps: proof.steps.filter((step) => !names.has(JSON.stringify(step))),
            ids: new Map([...proof.ids].filter(([step]) => !names.has(JSON.stringify(step)))),
          },
        }),
  };
}

/** A delete is carried out later where a finalizer holds the policy. */
function after(facts: Parameters<typeof afterSteps>[0], puts: readonly StepWrite[]) {
  const held = puts
    .filter(
      ({ step, draft }) => step.kind === "delete" && (draft?.before?.metadata.finalizers ?? []).length > 0,
    )
    .map(({ step }) => ("name" in step ? `${step.namespace}/${step.name ?? ""}` : ""));
  return afterSteps(
    facts,
    puts.filter(({ write }) => write !== undefined).map(({ step }) => step),
    new Set(held),
  );
}

/** Whether a write that nobody answered shows in the cluster. */
function hasGoneThrough(step: MigrationStep, world: PolicyWorld, { run }: PolicyGoal): boolean {
  const ofPolicy = "name" in step && step.name !== undefined ? { name: step.name } : undefined;
  const key = ofPolicy === undefined ? { name: step.namespace } : { namespace: step.namespace, ...ofPolicy };
  const { annotations = {}, deletionTimestamp } = world.raw.get(keyOf(key))?.metadata ?? {};
  switch (step.kind) {
    case "delete":
      return !world.raw.has(keyOf(key)) || deletionTimestamp !== undefined;
    case "create":
      return run !== undefined && annotations[createdByAnnotation] === run;
    case "treat-as":
      return annotations[treatAsAnnotation] === step.as;
    case "keep":
      return annotations[keepAnnotation] === "true";
    case "clean":
      return step.annotations.every((name) => !(name in annotations));
  }
}

function stageOf({ kind }: MigrationStep): number {
  return ["treat-as", "keep", "clean", "create", "delete"].indexOf(kind);
}
