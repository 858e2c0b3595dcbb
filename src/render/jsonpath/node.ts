/** What a JSONPath template is made of: a list of text and of actions, which are lists in turn. */
export type PathNode =
  | { readonly type: "list"; readonly nodes: readonly PathNode[] }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "field"; readonly name: string }
  /** `range`, `end`, or a word that means nothing. */
  | { readonly type: "identifier"; readonly name: string }
  | {
      readonly type: "slice";
      readonly start: number | undefined;
      readonly end: number | undefined;
      readonly step: number | undefined;
      /** `[2]`, not `[2:3]`: the end follows from the start. */
      readonly single: boolean;
    }
  | {
      readonly type: "filter";
      readonly left: readonly PathNode[];
      /** `exists` for a filter that is a path alone. */
      readonly operator: string;
      readonly right: readonly PathNode[];
    }
  | { readonly type: "int"; readonly value: number }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "wildcard" }
  | { readonly type: "recursive" }
  | { readonly type: "union"; readonly parts: readonly (readonly PathNode[])[] };

/** What is wrong with a template, or with the values that it meets; the message is kubectl's. */
export interface PathError extends Error {
  readonly kind: "path";
  /** Whether there were values all the same: a filter that asks if a path exists takes that for a yes. */
  readonly exists: boolean;
}

export function pathError(message: string, exists = true): PathError {
  return Object.assign(new Error(message), { kind: "path" as const, exists });
}

export function isPathError(error: unknown): error is PathError {
  return error instanceof Error && "kind" in error && error.kind === "path";
}

/** The answer of `work`, or the message of the PathError that it threw. */
export function attempt<T>(
  work: () => T,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string } {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    if (isPathError(error)) return { ok: false, message: error.message };
    throw error;
  }
}
