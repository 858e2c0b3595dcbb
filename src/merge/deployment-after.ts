import type { KubeObject } from "../model/kube.ts";
import { applierOf } from "./applier.ts";
import { extractOwned } from "./extract.ts";
import { lastApplied } from "./last-applied.ts";

interface RawSpec {
  readonly replicas?: number;
  readonly strategy?: { readonly type?: string };
  readonly paused?: boolean;
}

/**
 * Strategy, replicas and pause of a Deployment once the file is applied as its owner applies it: what a person
 * changed and the file does not name stays, what the file no longer names becomes the server's default.
 * Source of the defaults: k8s.io/api apps/v1 and extensions/v1beta1 (RollingUpdate, 1).
 */
export function deploymentAfter(
  live: KubeObject | undefined,
  desired: KubeObject,
): { readonly strategy: string; readonly replicas: number; readonly paused: boolean } {
  const wanted = specOf(desired);
  const before = specOf(live === undefined ? undefined : appliedBefore(live));
  const now = specOf(live);
  const strategy = before.strategy?.type === undefined ? now.strategy?.type : undefined;
  const replicas = before.replicas === undefined ? now.replicas : undefined;
  const paused = before.paused === undefined ? now.paused : undefined;
  return {
    strategy: wanted.strategy?.type ?? strategy ?? "RollingUpdate",
    replicas: wanted.replicas ?? replicas ?? 1,
    paused: wanted.paused ?? paused ?? false,
  };
}

function appliedBefore(live: KubeObject): KubeObject | undefined {
  const applier = applierOf(live);
  return applier.kind === "server" ? extractOwned(live, applier.fields) : lastApplied(live);
}

function specOf(object: KubeObject | undefined): RawSpec {
  return (object?.["spec"] as RawSpec | undefined) ?? {};
}
