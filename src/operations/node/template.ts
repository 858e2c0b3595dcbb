import { userError } from "../../errors.ts";
import { findDaemonSet } from "../../manifest/find-daemonset.ts";
import type { ManifestObject } from "../../manifest/parse.ts";
import { reconcile } from "../../merge/reconcile.ts";
import { restoreStrategy } from "../../merge/restore-strategy.ts";
import { sameJson } from "../../merge/same-json.ts";
import { strategyAfter } from "../../merge/strategy-after.ts";
import { threeWayPatch } from "../../merge/three-way.ts";
import { daemonSetFacts, type Strategy } from "../../model/daemonset.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import type { TemplateFacts } from "../../model/template.ts";
import type { Write } from "../../model/write.ts";
import type { TemplateGoal } from "../../plan/node/goal.ts";
import { state, tryOut } from "../try-out.ts";
import type { Session } from "../session.ts";
import type { OpenNodes } from "./open.ts";

/** A manifest as read from -f. */
export interface FileTemplate {
  /** As the user named it; "-" is standard input. */
  readonly name: string;
  readonly objects: readonly ManifestObject[];
}

/** The file's DaemonSet, with the namespace that it has or gets. */
export function fileDaemonSet(
  { chosen }: Pick<OpenNodes, "chosen">,
  { connection }: Pick<Session, "connection">,
  file: FileTemplate,
): KubeObject {
  return findDaemonSet(file.objects, chosen, connection.namespace);
}

/** What a file makes of the DaemonSet. */
export interface FileGoal extends TemplateGoal {
  readonly facts: TemplateFacts;
}

/** The file against the live DaemonSet; whatever the server would refuse is refused before the first write. */
export async function templateGoal(
  { discovery, live, chosen }: OpenNodes,
  session: Pick<Session, "connection" | "emit">,
  desired: KubeObject,
  /** What dry runs of this file have shown, by the state of the object. */
  tried: Map<string, ReadonlyMap<string, boolean>> = new Map(),
  /** Fingerprint of the live template that was agreed on; undefined: of the one that is there now. */
  agreed?: string,
): Promise<FileGoal> {
  const place = discovery.forKind(desired.apiVersion, "DaemonSet");
  if (place === undefined) {
    throw userError(
      `this server (${discovery.version}) does not serve ${desired.apiVersion} DaemonSets; use the manifest that this Calico release has for its Kubernetes version`,
    );
  }
  const ref: Ref = { ...place, namespace: chosen.namespace, name: chosen.name };
  const facts = daemonSetFacts(desired);
  const spec = (desired["spec"] ?? {}) as {
    readonly selector?: { readonly matchLabels?: unknown };
    readonly updateStrategy?: unknown;
  };
  const selector = spec.selector?.matchLabels ?? facts.template.labels;
  if (!sameJson(selector, chosen.selector)) {
    throw userError(
      `the file's DaemonSet selects other pods than the live one (${JSON.stringify(selector)} instead of ${JSON.stringify(chosen.selector)}); a selector cannot be changed: the DaemonSet has to be made anew, which this command does not do`,
    );
  }
  const raw = live.snapshot().daemonSet?.raw;
  const strategy = raw === undefined ? undefined : strategyAfter(raw, desired);
  const known =
    raw === undefined
      ? new Map<string, boolean>()
      : (tried.get(state(raw)) ??
        (await tryOut(session, discovery.version, raw, reconcile(raw, desired, ref, true).writes)));
  if (raw !== undefined) tried.set(state(raw), known);
  const plannedOn = agreed ?? (raw === undefined ? undefined : daemonSetFacts(raw).template.fingerprint);
  return {
    facts: facts.template,
    inFile: desired,
    reconcile: (now, pinned) => {
      const found = reconcile(now, desired, ref, pinned);
      const template = known.get(state(now)) ?? found.template;
      const inLine = pinned || hasStrategy(now, spec.updateStrategy);
      return !template && known.get(state(now)) === false && inLine
        ? { writes: [], template }
        : { ...found, template };
    },
    ...(strategy === undefined ? {} : { strategy }),
    ...(plannedOn === undefined ? {} : { plannedOn }),
  };
}

/** What the file says of the strategy; what it leaves to the server's defaults does not count. */
function hasStrategy(live: KubeObject, wanted: unknown): boolean {
  const { updateStrategy } = (live["spec"] ?? {}) as { readonly updateStrategy?: unknown };
  const patch = threeWayPatch(undefined, { updateStrategy: wanted ?? {} }, { updateStrategy }, live.kind);
  return Object.keys(patch).length === 0;
}

/** Puts the strategy back as the DaemonSet's owner (hazards H12, H14). */
export function restoreOf(
  { places, chosen }: Pick<OpenNodes, "places" | "chosen">,
  inFile?: KubeObject,
): (live: KubeObject, strategy: Strategy) => readonly Write[] {
  const ref: Ref = { ...places.daemonSets, namespace: chosen.namespace, name: chosen.name };
  return (live, strategy) => restoreStrategy(live, strategy, ref, inFile);
}
