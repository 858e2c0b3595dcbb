import type { OpenBundle } from "../../bundle/write.ts";
import { readObject } from "../../cluster/read-object.ts";
import type { AppContext } from "../../context.ts";
import { explain, isBug, userError } from "../../errors.ts";
import { dryRunSuffix, type DryRun } from "../../flags/dry-run.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { manager, restartedAtAnnotation } from "../../model/names.ts";
import { formatTime, type Millis } from "../../model/time.ts";
import type { WorkloadFacts } from "../../model/workload.ts";
import type { Write } from "../../model/write.ts";
import { put } from "../apply/put.ts";
import { rolloutLeft, waitRolledOut } from "../apply/rollout.ts";
import { savedOwner } from "../former-owner.ts";
import { served } from "../node/prepare.ts";
import { checkRights } from "../node/rights.ts";
import type { Prepared } from "./prepare.ts";

/** Why Typha is not restarted here; undefined: its rollout brings new pods before the last old one goes. */
export function whyNotTypha({ kind, namespace, name, strategy }: WorkloadFacts): string | undefined {
  if (kind === "Deployment" && strategy !== "Recreate") return undefined;
  const how = kind === "Deployment" ? "has strategy Recreate" : `is a ${kind}`;
  return `${kind} ${name} reads a changed key and ${how}, so a restart would leave no Typha for a while; restart it yourself: kubectl rollout restart -n ${namespace} ${kind.toLowerCase()}/${name}`;
}

/** Throws UserError when this user may not restart it. */
export async function mayRestartTypha(prepared: Prepared, { name }: WorkloadFacts): Promise<void> {
  const { group, namespace } = placeOf(prepared, name);
  const right = { group, resource: "deployments", ...(namespace === undefined ? {} : { namespace }) };
  await checkRights(prepared.connection, [
    { ...right, verb: "patch", names: [name] },
    { ...right, verb: "watch" },
  ]);
}

/** As `kubectl rollout restart` and `kubectl rollout status`; the exit code. `bundle`: of a run that this is a step of. */
export async function restartTypha(
  prepared: TyphaPlace & Pick<Prepared, "connection" | "clock">,
  { name }: WorkloadFacts,
  { dryRun, timeout, lines }: { readonly dryRun: DryRun; readonly timeout: Millis; readonly lines: boolean },
  context: Pick<AppContext, "stdout" | "stderr" | "interrupts">,
  bundle?: OpenBundle,
): Promise<number> {
  const { connection, discovery, clock } = prepared;
  const ref = placeOf(prepared, name);
  const listening = context.interrupts.listen();
  try {
    const before = bundle === undefined ? undefined : await readObject(connection, ref);
    const [id] =
      bundle === undefined || before === undefined
        ? []
        : await bundle.save([{ action: "changed", ref, before, data: savedOwner(before) }]);
    const { object } = await put(connection, ref, (live) => restart(live, ref, clock.now()), {
      dryRun,
      serverVersion: discovery.version,
    });
    if (id !== undefined) bundle?.done(id, object);
    const line = `deployment.${ref.group}/${name}`;
    if (lines) context.stdout.write(`${line} restarted${dryRunSuffix(dryRun)}\n`);
    if (dryRun !== "none" || rolloutLeft(object) === undefined) return 0;
    await waitRolledOut(
      connection,
      ref,
      { timeout, signal: listening.first },
      (text) => void context.stderr.write(`${text}\n`),
    );
    return 0;
  } catch (error) {
    if (isBug(error)) throw error;
    if (listening.first.aborted) return listening.exitCode;
    context.stderr.write(`${explain(error)}\n`);
    return 1;
  } finally {
    listening.stop();
  }
}

function restart(live: KubeObject | undefined, ref: Ref, now: Millis): Write {
  if (live === undefined)
    throw userError(`Deployment ${ref.namespace ?? ""}/${ref.name} was deleted meanwhile`);
  const { resourceVersion } = live.metadata;
  const template = { metadata: { annotations: { [restartedAtAnnotation]: formatTime(now) } } };
  const body = { metadata: { resourceVersion }, spec: { template } };
  return { verb: "patch", ref, patch: "merge", fieldManager: manager, body };
}

interface TyphaPlace extends Pick<Prepared, "discovery"> {
  readonly ref: Pick<Ref, "namespace">;
}

function placeOf({ discovery, ref }: TyphaPlace, name: string): Ref {
  const place = served(discovery, "deployments", ["apps", "extensions"]);
  return { ...place, ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }), name };
}
