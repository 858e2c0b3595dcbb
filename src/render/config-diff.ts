import { formatYaml } from "../manifest/yaml.ts";
import type { KubeObject } from "../model/kube.ts";
import { maskChange } from "../model/mask.ts";
import { unifiedDiff } from "./unified-diff.ts";

/**
 * The change as `kubectl diff` shows it, managed fields left out; "" when there is none. Values that look like a secret
 * are masked, as kubectl masks those of Secrets.
 */
export function configDiff(live: KubeObject, merged: KubeObject): string {
  const { before, after } = maskChange(live, merged);
  const body = unifiedDiff(configText(before), configText(after));
  if (body === "") return "";
  const file = diffName(live);
  return `diff -u -N LIVE/${file} MERGED/${file}\n--- LIVE/${file}\n+++ MERGED/${file}\n${body}`;
}

/** The name of the file that kubectl compares. */
export function diffName({ metadata }: KubeObject): string {
  return `v1.ConfigMap.${metadata.namespace ?? ""}.${metadata.name}`;
}

/** What is compared of a ConfigMap. */
export function configText(object: KubeObject): string {
  const { managedFields: _left, ...metadata } = object.metadata;
  return formatYaml(sorted({ ...object, metadata }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}
