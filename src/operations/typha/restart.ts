import type { OpenBundle } from "../../bundle/write.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import type { Ref } from "../../model/kube.ts";
import type { Millis } from "../../model/time.ts";
import type { WorkloadFacts } from "../../model/workload.ts";
import type { Ended } from "../../plan/decision.ts";
import type { ObjectsSeen } from "../../plan/objects/procedure.ts";
import { typhaRestart } from "../../plan/typha/restart.ts";
import { served } from "../node/open.ts";
import { checkRights } from "../node/rights.ts";
import { writeObjects } from "../objects.ts";
import type { Session } from "../session.ts";
import { sh } from "../../model/shell.ts";

type Typha = Pick<WorkloadFacts, "kind" | "namespace" | "name" | "strategy">;

/** Why Typha is not restarted here; undefined: its rollout brings new pods before the last old one goes. */
export function whyNotTypha({ kind, namespace, name, strategy }: Typha): string | undefined {
  if (kind === "Deployment" && strategy !== "Recreate") return undefined;
  const how = kind === "Deployment" ? "has strategy Recreate" : `is a ${kind}`;
  return `${kind} ${name} reads a changed key and ${how}, so a restart would leave no Typha for a while; restart it yourself: ${sh`kubectl rollout restart -n ${namespace} ${kind.toLowerCase()}/${name}`}`;
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
  return await writeObjects(
    session,
    { stages: [[typhaRestart(ref)]], timeout, commands: session.commands },
    {
      serverVersion: discovery.version,
      ...(bundle === undefined ? {} : { bundle }),
    },
  );
}

function placeOf(discovery: Discovery, namespace: string, name: string): Ref {
  return { ...served(discovery, "deployments", ["apps", "extensions"]), namespace, name };
}
