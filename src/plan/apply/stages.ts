import { applyObject, type InstallOwner } from "../../merge/apply-object.ts";
import { changedKeys } from "../../merge/config-map.ts";
import type { Draft } from "../../model/draft.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { objectName } from "../../model/object-name.ts";
import { notedStages } from "../config/values.ts";
import type { Stop } from "../decision.ts";
import type { ObjectGoal } from "../objects/goal.ts";
import { established, gone, rolledOut } from "../objects/rollout.ts";
import { intended, setSince } from "./intended.ts";
import type { ApplyStepId, WritingStep } from "./parts.ts";
import { deletion, recreatedIn } from "./recreate.ts";
import { isCrd, isLeftAlone, type Choices, type ApplyTarget } from "./target.ts";

/** What a run brings the objects of the file to. Everything in it is fixed before the first write. */
export interface ApplyGoal {
  readonly targets: readonly ApplyTarget[];
  /** Those that the server never changes into what the file says. */
  readonly recreated: readonly ApplyTarget[];
  /** As whom new objects are applied (hazard H14). */
  readonly install: InstallOwner;
  readonly choices: Choices;
  /** It waits for nothing, and leaves out what is deleted and created again. */
  readonly dryRun: boolean;
  /** Keys whose older values something still runs with: an earlier run was killed before it restarted that. */
  readonly openKeys: (ref: Ref) => readonly string[];
}

type Stage = readonly ObjectGoal[];

/**
 * The objects that a step writes, stage by stage (hazard H01): namespaces, CRDs once they are served, accounts and
 * rights, what reaches them, the rest. What is up to date is not written.
 */
export function stagesOf(step: WritingStep, goal: ApplyGoal): readonly Stage[] {
  const own = goal.targets.filter(
    (target) => !goal.recreated.includes(target) && !isLeftAlone(target, goal.choices),
  );
  const changed = (targets: readonly ApplyTarget[]): Stage =>
    targets.map((target) => changeOf(step, target, goal));
  const recreated = recreations(step, goal);
  switch (step) {
    case "expand":
      return filled([
        changed(own.filter(({ ref }) => ref.kind === "Namespace")),
        changed(own.filter(({ object }) => isCrd(object))),
        changed(own.filter(({ ref }) => accounts.has(ref.kind))),
        ...recreated.filter(({ ref }) => bindings.has(ref.kind)).flatMap(({ stages }) => stages),
        changed(own.filter(({ ref }) => bindings.has(ref.kind))),
        changed(own.filter(({ ref }) => !isFirst(ref))),
        ...recreated.filter(({ ref }) => !bindings.has(ref.kind)).flatMap(({ stages }) => stages),
      ]);
    case "typha":
      return filled([...recreated.flatMap(({ stages }) => stages), changed(own)]);
    case "configmap":
      return valuesOf(own, goal);
    case "contract":
      // A dry run told of what is new in the first step; it is not there to be compared.
      return filled([changed(own.filter(({ before }) => !goal.dryRun || before !== undefined))]);
  }
}

/** The controller, where it is deleted and created again: never two at once. */
export function recreatedController(goal: ApplyGoal): readonly Stage[] {
  return filled(recreations("controller", goal).flatMap(({ stages }) => stages));
}

const accounts: ReadonlySet<string> = new Set(["ServiceAccount", "ClusterRole", "Role"]);
const bindings: ReadonlySet<string> = new Set(["ClusterRoleBinding", "RoleBinding"]);

function isFirst({ kind }: Ref): boolean {
  return (
    kind === "Namespace" || kind === "CustomResourceDefinition" || accounts.has(kind) || bindings.has(kind)
  );
}

function changeOf(step: WritingStep, target: ApplyTarget, goal: ApplyGoal): ObjectGoal {
  const { ref, object, part } = target;
  const { install, choices, dryRun } = goal;
  const rolls = step === "typha" && part === "typha" && ref.kind === "Deployment";
  const waits = rolls ? rolledOut(ref) : step === "expand" && isCrd(object) ? established(ref) : undefined;
  return {
    ref,
    intended: (live) => {
      const write = intended(step, target, live, install, choices);
      return write === undefined ? undefined : (setSince(target, live, install, choices) ?? write);
    },
    draft: (live) => draftOf(target, live, goal),
    refusal: (error) => refusalOf(ref, error),
    // A rollout that an earlier run did not see through is waited for, too.
    ...(waits === undefined || dryRun ? {} : { waits }),
  };
}

/** The values of the ConfigMaps with the note of what changed when, those of one place side by side (hazard H25). */
function valuesOf(own: readonly ApplyTarget[], goal: ApplyGoal): readonly Stage[] {
  const { install, choices, openKeys } = goal;
  const each = own
    .filter(({ part, ref }) => part === "configmap" && ref.kind === "ConfigMap")
    .map((target) =>
      notedStages({
        ref: target.ref,
        decide: (live) => {
          const write = intended("configmap", target, live, install, choices);
          return write === undefined ? undefined : (setSince(target, live, install, choices) ?? write);
        },
        keysOf: (live) => [...changedKeys(live, target.object), ...openKeys(target.ref)],
        draft: (live) => draftOf(target, live, goal),
        refusal: (error) => refusalOf(target.ref, error),
      }),
    );
  if (each.length === 0) return [];
  // The note before, the values, the note after: a dry run has no use for notes.
  const places = goal.dryRun ? [1] : [0, 1, 2];
  return places.map((at) => each.flatMap((stages) => stages[at] ?? []));
}

/** One object after the other: gone, with its pods, before it is created again. */
function recreations(
  step: ApplyStepId,
  goal: ApplyGoal,
): readonly { readonly ref: Ref; readonly stages: readonly Stage[] }[] {
  const { install, choices, dryRun } = goal;
  if (dryRun) return [];
  return goal.recreated
    .filter(({ part }) => recreatedIn(part) === step)
    .map((target) => {
      const { ref, object, before } = target;
      const uid = before?.metadata.uid;
      const draft = (): Draft => draftOf(target, before, goal);
      const refusal: ObjectGoal["refusal"] = (error) => refusalOf(ref, error);
      const remove: ObjectGoal = {
        ref,
        // An earlier run may have got as far as that: only what was looked at goes.
        intended: (live) => (live?.metadata.uid === uid ? deletion(target) : undefined),
        draft,
        refusal,
        waits: gone(ref, uid),
      };
      const create: ObjectGoal = {
        ref,
        intended: (live) => applyObject(live, object, ref, install, choices.forceConflicts).write,
        draft,
        refusal,
        ...(ref.kind === "Deployment" ? { waits: rolledOut(ref) } : {}),
      };
      return { ref, stages: [[remove], [create]] };
    });
}

/** As it was when the run began, whatever this run has made of it since: that is what undo brings back. */
function draftOf(target: ApplyTarget, live: KubeObject | undefined, { recreated }: ApplyGoal): Draft {
  const { ref, object, before } = target;
  const was = live ?? before;
  return {
    action: before === undefined ? "created" : "changed",
    ref,
    after: object,
    ...(before === undefined || was === undefined ? {} : { before: was }),
    ...(recreated.includes(target) ? { data: { recreated: true } } : {}),
  };
}

/** Which object it was, in front of what the server says. */
function refusalOf(ref: Ref, error: { readonly message: string; readonly status?: number }): Stop {
  // As the server words a field that another manager owns; any other conflict was asked about again.
  const others = /^Apply failed with \d+ conflict/.test(error.message)
    ? "; these fields have other managers: --force-conflicts takes them over"
    : "";
  return { message: `${objectName(ref)}: ${error.message}${others}` };
}

/** A stage with nothing in it would only be looked at. */
function filled(stages: readonly Stage[]): readonly Stage[] {
  return stages.filter((stage) => stage.length > 0);
}
