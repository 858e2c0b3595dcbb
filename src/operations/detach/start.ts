import { readObject } from "../../cluster/read-object.ts";
import { formatYaml } from "../../manifest/yaml.ts";
import type { KubeObject } from "../../model/kube.ts";
import { createdByAnnotation } from "../../model/names.ts";
import { objectKey } from "../../model/object-name.ts";
import type { Millis } from "../../model/time.ts";
import type { Write } from "../../model/write.ts";
import type { Ended, Stop } from "../../plan/decision.ts";
import { atWork, creation, createOf, inTheWay, jobChange, removal } from "../../plan/detach/goals.ts";
import {
  detachedKinds,
  detachedObjects,
  detachedPod,
  detachedRef,
  isOfDetached,
  ownedBy,
  type DetachedObject,
  type DetachedRun,
} from "../../plan/detach/objects.ts";
import { execRights } from "../../plan/node/permissions.ts";
import type { NodeRunResult } from "../../plan/node/result.ts";
import type { ObjectGoal } from "../../plan/objects/goal.ts";
import type { CheckedGoal } from "../node/goal.ts";
import type { OpenNodes } from "../node/open.ts";
import { agreedOn } from "../node/operation.ts";
import { refusedPod } from "../node/refused-pod.ts";
import type { NodesRequest } from "../node/request.ts";
import { checkRights } from "../node/rights.ts";
import type { FileTemplate } from "../node/template.ts";
import { upgradeNodes } from "../node/upgrade.ts";
import { writeObjects } from "../objects.ts";
import { rightsOfCommand } from "../role/command-rights.ts";
import { openRunBundle, type Session } from "../session.ts";
import { refusedWrites, rightsOfWrites } from "../try-writes.ts";
import { lastly } from "./lastly.ts";

export interface DetachRequest {
  readonly image: string;
  /** The words of the same command in the pod, but for the file. `until`: the time that --until has come to. */
  readonly args: (of: { readonly daemonSet: string; readonly until?: Millis }) => readonly string[];
}

export type Detached =
  | { readonly kind: "refused"; readonly refusals: readonly Stop[] }
  | { readonly kind: "declined" }
  /** All nodes are done. */
  | { readonly kind: "nothing" }
  | {
      readonly kind: "detached";
      /** As they are in the cluster; of a dry run, as they would be created. */
      readonly objects: readonly KubeObject[];
      readonly nodes: number;
      readonly bundle?: string;
    }
  | { readonly kind: "stopped"; readonly stop: Stop; readonly template?: NodeRunResult };

/**
 * Everything that `node` does before it touches the first node, then a Job that goes on: the checks, the question, the
 * bundle, the template. Nothing is written before the server has accepted all of it as a dry run. Throws UserError for
 * what forbids the first write.
 */
export async function detach(
  nodes: OpenNodes,
  session: Session,
  request: NodesRequest,
  file: FileTemplate | undefined,
  { image, args }: DetachRequest,
): Promise<Detached> {
  const { chosen, live, discovery } = nodes;
  const { namespace, name } = chosen;
  const other = await otherRun(nodes, session);
  if (other !== undefined) return { kind: "refused", refusals: [other] };
  const checked = await agreedOn(nodes, session, request, file);
  if (checked.kind !== "goal") return checked;
  const { goal, fleet } = checked;
  const count = goal.nodes.length + fleet.rest.length;
  if (count === 0) return { kind: "nothing" };
  const { pace, drain, bgpCheck } = request;
  const asksBird = bgpCheck === "exec" || goal.bgpCheck !== undefined;
  const run: DetachedRun = {
    namespace,
    image,
    args: args({
      daemonSet: `${namespace}/${name}`,
      ...(pace?.until === undefined ? {} : { until: pace.until }),
    }),
    command: session.command,
    rights: [
      ...rightsOfCommand("node", { namespace, daemonSet: name }, [], {
        drains: drain !== undefined,
        disableEviction: drain?.disableEviction === true,
      }),
      ...(asksBird ? execRights(namespace) : []),
    ],
    ...(goal.template?.inFile === undefined ? {} : { daemonSet: formatYaml(goal.template.inFile) }),
    podTemplate: (live.snapshot().daemonSet?.raw["spec"] as { readonly template?: unknown } | undefined)
      ?.template,
    by: session.holder,
  };
  const objects = detachedObjects(run);
  const refusals = await refusedObjects(nodes, session, run, objects, checked);
  if (refusals.length > 0) return { kind: "refused", refusals };
  const template = await writeTemplate(nodes, session, checked);
  if (template?.stop !== undefined || template?.interrupted === true)
    return { kind: "stopped", stop: template.stop ?? { message: "interrupted" }, template };
  const made = await create(session, discovery.version, objects);
  if (made.kind === "stopped") return { kind: "stopped", stop: made.stop };
  return {
    kind: "detached",
    objects: made.objects,
    nodes: count,
    ...(template?.bundle === undefined ? {} : { bundle: template.bundle }),
  };
}

/** Why no other run can begin: one is there, or what it left. */
async function otherRun(
  { chosen: { namespace } }: OpenNodes,
  { connection, commands }: Session,
): Promise<Stop | undefined> {
  const refs = detachedKinds.map((kind) => detachedRef(kind, namespace));
  const found = await Promise.all(refs.map(async (ref) => await readObject(connection, ref)));
  const there = found.filter((object) => object !== undefined);
  const foreign = refs.find((_, index) => {
    const object = found[index];
    return object !== undefined && !isOfDetached(object);
  });
  if (foreign !== undefined) return inTheWay(foreign);
  const job = there.find(({ kind }) => kind === "Job");
  return there.length === 0 ? undefined : atWork(namespace, job, commands);
}

/** What the server would refuse of all that is created, before anything is written (hazards H07, H27, H30). */
async function refusedObjects(
  nodes: OpenNodes,
  session: Session,
  run: DetachedRun,
  objects: readonly DetachedObject[],
  { goal }: Extract<CheckedGoal, { kind: "goal" }>,
): Promise<readonly Stop[]> {
  const { connection, dryRun, commands } = session;
  const { discovery, live } = nodes;
  const { namespace } = run;
  const writes = objects.map(({ ref, object }) => createOf(ref, object));
  const job = detachedRef("job", namespace);
  const later: readonly Write[] = [
    { verb: "patch", ref: job, patch: "merge", body: {}, fieldManager: "" },
    { verb: "delete", ref: detachedRef("clusterRole", namespace), uid: "" },
  ];
  await checkRights(connection, rightsOfWrites([...writes, ...later]));
  // A client-side dry run asks the server nothing of the kind.
  if (dryRun === "client") return [];
  const pod = detachedPod(run);
  const place = { group: "", version: "v1", resource: "pods", kind: "Pod", namespace };
  const refused = await refusedWrites(session, discovery.version, [
    ...writes,
    createOf({ ...place, name: pod.metadata.name }, pod),
  ]);
  const own = await refusedPod(session, discovery.version, {
    live: live.snapshot().daemonSet?.raw,
    inFile: goal.template?.inFile,
    node: goal.nodes[0],
  });
  return [
    ...refused.map((message) => ({
      message: `the server would refuse ${message}`,
      hint: `nothing was changed; without --detach this run works from here: ${commands.other("node", "-h")}`,
    })),
    ...own,
  ];
}

/** The template step of `node`, from here: what is there before is saved here as well. No node is touched. */
async function writeTemplate(
  nodes: OpenNodes,
  session: Session,
  { goal }: Extract<CheckedGoal, { kind: "goal" }>,
): Promise<NodeRunResult | undefined> {
  const raw = nodes.live.snapshot().daemonSet?.raw;
  const change = raw === undefined ? undefined : goal.template?.reconcile(raw, true);
  if (change === undefined || (change.writes.length === 0 && !change.template)) return undefined;
  const saves = session.dryRun === "none" && change.template;
  const bundle = saves
    ? await openRunBundle(session, { command: "node", kubernetes: nodes.discovery.version })
    : undefined;
  try {
    const { prepull: _later, ...onlyTemplate } = { ...goal, nodes: [] };
    return await upgradeNodes(nodes, session, onlyTemplate, bundle === undefined ? {} : { bundle });
  } finally {
    await bundle?.close();
  }
}

type Created =
  | { readonly kind: "created"; readonly objects: readonly KubeObject[] }
  | { readonly kind: "stopped"; readonly stop: Stop };

/** One owner after the other; where one cannot be created, the first one goes again, and with it what it owns. */
async function create(
  session: Session,
  serverVersion: string,
  objects: readonly DetachedObject[],
): Promise<Created> {
  const { commands, dryRun } = session;
  const { namespace = "" } = objects.find(({ kind }) => kind === "job")?.ref ?? {};
  const keep = new Map<string, KubeObject | undefined>();
  const made = (kind: DetachedObject["owner"]): KubeObject | undefined => {
    const owner = objects.find((each) => each.kind === kind);
    return owner === undefined ? undefined : keep.get(objectKey(owner.ref));
  };
  const write = async (stages: readonly (readonly ObjectGoal[])[], by = session): Promise<Ended<unknown>> =>
    await writeObjects(
      by,
      { stages, timeout: 0, commands },
      {
        serverVersion,
        known: new Map(keep),
        keep,
        // The server has accepted each of them as a dry run.
        untried: () => true,
        about: { namespaced: true },
      },
    );
  for (const owner of [undefined, "clusterRole", "job"] as const) {
    const own = objects.filter((each) => each.owner === owner);
    const ended = await write([
      own.map(({ ref, object }) => {
        const owned = dryRun === "none" ? ownedBy(object, made(owner)) : object;
        return creation({ ref, object: owned }, namespace, commands);
      }),
    ]);
    if (ended.kind === "stopped") return await undone(ended.reason);
  }
  if (dryRun !== "none") return { kind: "created", objects: objects.map(({ object }) => started(object)) };
  const ended = await write([[jobChange(namespace, "parallelism", 1)]]);
  if (ended.kind === "stopped") return await undone(ended.reason);
  return { kind: "created", objects: objects.flatMap(({ ref }) => keep.get(objectKey(ref)) ?? []) };

  async function undone(stop: Stop): Promise<Created> {
    const own = made("clusterRole");
    if (own?.metadata.annotations?.[createdByAnnotation] !== session.holder) return { kind: "stopped", stop };
    const gone = await write([[removal("clusterRole", namespace)]], lastly(session));
    const hint = `remove what was created with: ${commands.other("node", "--stop")}`;
    return { kind: "stopped", stop: gone.kind === "stopped" ? { ...stop, hint } : stop };
  }
}

/** A dry run shows the Job as it works. */
function started(object: KubeObject): KubeObject {
  if (object.kind !== "Job") return object;
  return { ...object, spec: { ...(object["spec"] as object), parallelism: 1 } };
}
