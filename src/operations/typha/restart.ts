import type { OpenBundle } from "../../bundle/write.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import { savedOwner } from "../../merge/former-owner.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { manager, restartedAtAnnotation } from "../../model/names.ts";
import { formatTime, type Millis } from "../../model/time.ts";
import type { WorkloadFacts } from "../../model/workload.ts";
import type { Write } from "../../model/write.ts";
import type { Ended } from "../../plan/decision.ts";
import type { ObjectGoal } from "../../plan/objects/goal.ts";
import type { ObjectsSeen } from "../../plan/objects/procedure.ts";
import { rolledOut } from "../../plan/objects/rollout.ts";
import { served } from "../node/open.ts";
import { checkRights } from "../node/rights.ts";
import { writeObjects } from "../objects.ts";
import type { Session } from "../session.ts";

type Typha = Pick<WorkloadFacts, "kind" | "namespace" | "name" | "strategy">;

/** Why Typha is not restarted here; undefined: its rollout brings new pods before the last old one goes. */
export function whyNotTypha({ kind, namespace, name, strategy }: Typha): string | undefined {
  if (kind === "Deployment" && strategy !== "Recreate") return undefined;
  const how = kind === "Deployment" ? "has strategy Recreate" : `is a ${kind}`;
  return `${kind} ${name} reads a changed key and ${how}, so a restart would leave no Typha for a while; restart it yourself: kubectl rollout restart -n ${namespace} ${kind.toLowerCase()}/${name}`;
}

/** Throws UserError when this user may not restart it. */
export async function mayRestartTypha(
  connection: Connection,
  discovery: Discovery,
  { namespace, name }: Typha,
): Promise<void> {
  const right = { group: placeOf(discovery, namespace, name).group, resource: "deployments", namespace };
  await checkRights(connection, [
    { ...right, verb: "patch", names: [name] },
    { ...right, verb: "watch" },
  ]);
}

/** As `kubectl rollout restart` and `kubectl rollout status`. `bundle`: of a run that this is a part of. */
export async function restartTypha(
  session: Session,
  discovery: Discovery,
  { namespace, name }: Typha,
  timeout: Millis,
  bundle?: OpenBundle,
): Promise<Ended<ObjectsSeen>> {
  const ref = placeOf(discovery, namespace, name);
  const object: ObjectGoal = {
    ref,
    intended(live, now) {
      if (live === undefined) return { message: `Deployment ${namespace}/${name} was deleted` };
      return restart(live, ref, now);
    },
    draft: (before) =>
      before === undefined ? undefined : { action: "changed", ref, before, data: savedOwner(before) },
    verb: "restarted",
    waits: rolledOut(ref),
  };
  return await writeObjects(
    session,
    { stages: [[object]], timeout, commands: session.commands },
    {
      serverVersion: discovery.version,
      ...(bundle === undefined ? {} : { bundle }),
    },
  );
}

function restart(live: KubeObject, ref: Ref, now: Millis): Write {
  const { resourceVersion } = live.metadata;
  const template = { metadata: { annotations: { [restartedAtAnnotation]: formatTime(now) } } };
  const body = { metadata: { resourceVersion }, spec: { template } };
  return { verb: "patch", ref, patch: "merge", body, fieldManager: manager };
}

function placeOf(discovery: Discovery, namespace: string, name: string): Ref {
  return { ...served(discovery, "deployments", ["apps", "extensions"]), namespace, name };
}
