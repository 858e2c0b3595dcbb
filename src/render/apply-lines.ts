import type { KubeObject } from "../model/kube.ts";
import { maskChange } from "../model/mask.ts";

/** `-name: old` and `+name: new` of what a write would change; texts are cut, and what looks like a secret is masked. */
export function changedFields(live: KubeObject, wanted: KubeObject): readonly string[] {
  const { before, after } = maskChange(live, wanted);
  return differences(before, after, "").slice(0, maxLines);
}

const maxLines = 40;

function differences(left: unknown, right: unknown, path: string): readonly string[] {
  if (JSON.stringify(left) === JSON.stringify(right)) return [];
  if (isMap(left) && isMap(right)) {
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].flatMap((key) => differences(left[key], right[key], `${path}.${key}`));
  }
  if (Array.isArray(left) && Array.isArray(right) && left.length === right.length) {
    return left.flatMap((each, index) => differences(each, right[index], `${path}[${index}]`));
  }
  return [
    ...(left === undefined ? [] : [`- ${path}: ${text(left)}`]),
    ...(right === undefined ? [] : [`+ ${path}: ${text(right)}`]),
  ];
}

function text(value: unknown): string {
  const whole = JSON.stringify(value);
  return whole.length > 160 ? `${whole.slice(0, 157)}...` : whole;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
