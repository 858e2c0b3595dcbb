import { plural } from "../../model/words.ts";
import { boundary, semanticsOf } from "../../policy/enforcement.ts";
import { leftovers } from "../../policy/leftovers.ts";
import { keyOf } from "../../model/namespaced-name.ts";
import { judge } from "../../policy/proof.ts";
import { migrationSteps, type MigrationStep } from "../../policy/steps.ts";
import { whatIf, type WhatIf } from "../../policy/what-if.ts";
import type { Stop } from "../decision.ts";
import type { Agreement, PolicyTask } from "./goal.ts";
import { meaning, type PolicyFacts, type PolicyWorld } from "./world.ts";
import { sh } from "../../model/shell.ts";

/** What is left to write, and whether it may be written, on namespaces and policies as they are. */
export interface Proof extends PolicyFacts {
  readonly steps: readonly MigrationStep[];
  /** By `stepId`. */
  readonly ids: ReadonlyMap<MigrationStep, string>;
  /** Flows that change although the plan is carried out, because somebody wants it or the target enforces more. */
  readonly flows: readonly string[];
  /** Why nothing more may be written. */
  readonly refusal?: Stop;
}

/** Works out and proves what is left. Its time is that of the what-if: seconds for thousands of policies. */
export function prove(world: PolicyWorld, task: PolicyTask): Proof {
  const { finish, side, target, driver, decisions } = task;
  if (finish) {
    const { annotations } = leftovers(world.namespaces, world.policies, decisions.only);
    return proofOf(world, annotations, [], undefined);
  }
  const semantics = semanticsOf(target, driver);
  return proofOn(world, task, whatIf({ ...world, driver, semantics, decisions, side }));
}

/** The same of a what-if that was made already. */
export function proofOn(world: PolicyWorld, task: PolicyTask, result: WhatIf): Proof {
  const { target, driver, side } = task;
  const idle = side === "past" || semanticsOf(target, driver).kind === "legacy";
  if (idle) return proofOf(world, [], [], undefined);
  const steps = migrationSteps(result.plan, world.namespaces, task.decisions);
  const toAccept = judge(result).toAccept.map(
    (change) =>
      `with the upgrade, ${change.cause === "keep" ? "by --keep" : `because ${target} enforces more`}: ${task.flowText(result.universe, change)}`,
  );
  const undecided = result.plan.namespaces.some(({ left }) => left === "undecided");
  // An undecided namespace is no step, and not nothing either.
  const refusal = steps.length > 0 || undecided ? refusalOf(result, task, toAccept.length) : undefined;
  return proofOf(world, steps, toAccept, refusal);
}

function proofOf(
  { namespaces, policies }: PolicyWorld,
  steps: readonly MigrationStep[],
  flows: readonly string[],
  refusal: Stop | undefined,
): Proof {
  const known = new Map(policies.map((facts) => [keyOf(facts), facts]));
  const id = (step: MigrationStep): string => {
    const going = step.kind === "delete" ? known.get(keyOf(step)) : undefined;
    return [JSON.stringify(step), ...(going === undefined ? [] : [meaning(going)])].join(" ");
  };
  return {
    namespaces,
    policies,
    steps,
    ids: new Map(steps.map((step) => [step, id(step)])),
    flows,
    ...(refusal === undefined ? {} : { refusal }),
  };
}

/** What somebody agrees to who is shown this. */
export function agreementOf({ ids, flows }: Proof): Agreement {
  return { steps: new Set(ids.values()), flows: new Set(flows) };
}

/** What was not agreed on: steps that have come to it, flows that have. */
export function beyond({ ids, flows }: Proof, agreed: Agreement): readonly string[] {
  return [
    ...[...ids].flatMap(([step, id]) => (agreed.steps.has(id) ? [] : [stepText(step)])),
    ...flows.filter((flow) => !agreed.flows.has(flow)),
  ];
}

/** A step in a few words. */
export function stepText(step: MigrationStep): string {
  const name = "name" in step && step.name !== undefined ? `/${step.name}` : "";
  const verbs = { "treat-as": "record", keep: "record", create: "create", delete: "delete", clean: "clean" };
  return `${verbs[step.kind]} ${step.namespace}${name}`;
}

/** Flows that a refusal names. */
const mostFlows = 5;

/**
 * Why a migration must not be carried out: the meaning of policies now is not known, a namespace is not decided,
 * or the plan would change a flow.
 */
export function refusalOf(result: WhatIf, task: PolicyTask, toAccept: number): Stop | undefined {
  const { driver, side, target, calico, accept, commands } = task;
  if (side === "unknown") {
    return {
      message: `which semantics policies have now is not known: Calico is ${calico}, and it matters whether that is older than ${boundary(driver)}`,
      hint: commands.other("status"),
    };
  }
  const undecided = result.plan.namespaces.filter(({ left }) => left === "undecided");
  if (undecided.length > 0) {
    const lines = undecided.map(
      ({ namespace, why = "", drivers }) =>
        `${namespace} (${why}; ${driver === "etcd" ? "the etcd driver" : "the Kubernetes driver"} took it for ${drivers[driver]})`,
    );
    return {
      message: `it is unclear whether ${undecided.length === 1 ? "this namespace is" : "these namespaces are"} closed: ${lines.join(", ")}`,
      hint: "decide with --treat-as=NAMESPACE=isolated or --treat-as=NAMESPACE=open",
    };
  }
  const { refused, going } = judge(result);
  if (refused.length > 0) {
    const flows = refused.slice(0, mostFlows).map(({ change }) => task.flowText(result.universe, change));
    const more = refused.length > mostFlows ? ` and ${String(refused.length - mostFlows)} more` : "";
    return {
      message: `the plan would change what may talk to whom: ${flows.join("; ")}${more}`,
      hint: `see ${commands.other("migrate-policy", "--what-if", "-o", "wide")}`,
    };
  }
  if (going.length > 0) {
    const [first = ""] = going;
    return {
      message: `${going.length === 1 ? "namespace" : "namespaces"} ${going.join(", ")} ${going.length === 1 ? "is" : "are"} being deleted and still ${going.length === 1 ? "has" : "have"} running pods, whose flows would change: nothing can be created there any more`,
      hint: `wait until ${going.length === 1 ? "it is" : "they are"} gone: ${sh`kubectl get pods -n ${first}`}`,
    };
  }
  if (toAccept === 0 || accept) return undefined;
  return {
    message: `${plural(toAccept, "entry of flows changes", "entries of flows change")} with the upgrade to ${target}, by --keep or by what it newly enforces (--what-if -o wide shows all)`,
    hint: "--accept carries the plan out all the same",
  };
}
