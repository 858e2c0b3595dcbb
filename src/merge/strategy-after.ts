import { daemonSetFacts, type Strategy } from "../model/daemonset.ts";
import type { KubeObject } from "../model/kube.ts";
import { applierOf } from "./applier.ts";
import { isHeld } from "./compare.ts";
import { extractOwned } from "./extract.ts";
import { lastApplied } from "./last-applied.ts";

type Parameters = Readonly<Record<string, number | string>>;

/** What the server fills in; with these a strategy need not name them. */
const defaults: Parameters = { maxUnavailable: 1, maxSurge: 0 };

/**
 * The update strategy that the live DaemonSet has once the file is applied as its owner applies it: what a
 * person changed and the file does not name stays, what the file no longer names becomes the server's
 * default, which may be RollingUpdate (hazard H12). Undefined: the file leaves the strategy as it is.
 * While we hold the DaemonSet, the strategy it goes back to counts as the live one.
 */
export function strategyAfter(live: KubeObject, desired: KubeObject): Strategy | undefined {
  const wanted = strategyOf(desired);
  const before = strategyOf(appliedBefore(live));
  if (wanted === undefined && before === undefined) return undefined;
  const current = liveStrategy(live);
  const standard = defaultStrategy(desired.apiVersion);
  const type = wanted?.type ?? (before?.type === undefined ? current.type : standard.type);
  if (type === "OnDelete") return { type };
  // Client-side, a strategy that is gone from the file goes whole; server-side, others keep their fields.
  const whole = wanted === undefined && applierOf(live).kind !== "server";
  const kept = Object.entries(current.rollingUpdate ?? {}).filter(
    ([name, value]) => !whole && before?.rollingUpdate?.[name] === undefined && defaults[name] !== value,
  );
  const rollingUpdate = { ...Object.fromEntries(kept), ...wanted?.rollingUpdate };
  return { type, ...(Object.keys(rollingUpdate).length === 0 ? {} : { rollingUpdate }) };
}

/** As the group versions of DaemonSet default it (k8s.io/api extensions/v1beta1 and apps/v1; calico-facts 1.2). */
function defaultStrategy(apiVersion: string): Strategy {
  return apiVersion === "extensions/v1beta1" ? { type: "OnDelete" } : { type: "RollingUpdate" };
}

interface RawStrategy {
  readonly type?: string;
  readonly rollingUpdate?: Parameters;
}

function strategyOf(object: KubeObject | undefined): RawStrategy | undefined {
  const spec = object?.["spec"] as { readonly updateStrategy?: RawStrategy | null } | undefined;
  return spec?.updateStrategy ?? undefined;
}

function appliedBefore(live: KubeObject): KubeObject | undefined {
  const applier = applierOf(live);
  if (applier.kind !== "server") return lastApplied(live);
  // While we hold it, the owner's OnDelete is ours (bringInLine): nothing is known of what it asked for.
  return isHeld(live) ? undefined : extractOwned(live, applier.fields);
}

function liveStrategy(live: KubeObject): Strategy {
  const { strategy, pinned } = daemonSetFacts(live);
  return pinned === undefined || pinned === "unreadable" || !isHeld(live) ? strategy : pinned;
}
