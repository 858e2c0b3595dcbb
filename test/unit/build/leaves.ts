/** Every place of a JSON value where a string stands, and the same value with some of them changed. */
import type { KubeObject } from "../../../src/model/kube.ts";

/** The places of all strings, those of a list as one: `spec.containers[].image`. */
export function leavesOf(value: unknown, path = ""): readonly string[] {
  const all = new Set<string>();
  walk(value, path, (text, at) => {
    all.add(at);
    return text;
  });
  return [...all];
}

/** `change` is told what stands there. */
export function changedAt<T>(value: T, change: (text: string, path: string) => unknown): T {
  return walk(value, "", change) as T;
}

/** Of an object: its kind and version say what it is. */
export function isItself(path: string): boolean {
  return ["apiVersion", "kind"].includes(path);
}

/** The places of a kind's objects. */
export function leavesByKind(
  objects: readonly KubeObject[],
): readonly { readonly kind: string; readonly path: string }[] {
  const all = new Set(
    objects.flatMap((object) =>
      leavesOf(object)
        .filter((path) => !isItself(path))
        .map((path) => JSON.stringify({ kind: object.kind, path })),
    ),
  );
  return [...all].map((text) => JSON.parse(text) as { kind: string; path: string });
}

function walk(value: unknown, path: string, change: (text: string, path: string) => unknown): unknown {
  if (typeof value === "string") {
    const inside = jsonIn(value);
    return inside === undefined ? change(value, path) : JSON.stringify(walk(inside, `${path}{}`, change));
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => walk(each, `${path}[]`, change));
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      walk(each, path === "" ? key : `${path}.${key}`, change),
    ]),
  );
}

/** What an annotation holds as JSON. */
function jsonIn(text: string): unknown {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
