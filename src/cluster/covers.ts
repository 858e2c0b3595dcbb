import { apiError } from "../errors.ts";
import type { KubeObject } from "../model/kube.ts";
import { selects, type LabelSelector, type Requirement } from "../model/label-selector.ts";
import { resourcePath } from "./paths.ts";
import type { KubeRequest } from "./port.ts";

/** What a GET asks for: one object, or those of a kind that the selectors choose. */
export interface Question {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  /** One object of this name; undefined: a list. */
  readonly name: string | undefined;
  readonly labels: LabelSelector;
  /** From metadata.name=NAME, the only field that is selected by here. */
  readonly named: string | undefined;
  readonly metadataOnly: boolean;
}

/** Undefined: not a plain question about objects (a watch, a later page, discovery, a selector that is not understood). */
export function questionOf({ method, path, query = {}, accept }: KubeRequest): Question | undefined {
  const asked = method === "GET" ? resourcePath(path) : undefined;
  if (asked === undefined || asked.subresource !== undefined) return undefined;
  const { labelSelector, fieldSelector, limit: _any, ...others } = query;
  if (Object.values(others).some((value) => value !== undefined)) return undefined;
  const labels = requirementsOf(labelSelector);
  const [, named] = /^metadata\.name=([^,=]+)$/.exec(String(fieldSelector ?? "")) ?? [];
  if (labels === undefined || (fieldSelector !== undefined && named === undefined)) return undefined;
  if (accept !== undefined && !accept.includes("as=PartialObjectMetadataList")) return undefined;
  return { ...asked, labels, named, metadataOnly: accept !== undefined };
}

/** Whether the whole answer to one question holds the whole answer to another. */
export function covers(wide: Question, narrow: Question): boolean {
  return (
    wide.name === undefined &&
    wide.group === narrow.group &&
    wide.version === narrow.version &&
    wide.resource === narrow.resource &&
    (wide.namespace === undefined || wide.namespace === narrow.namespace) &&
    (wide.named === undefined || wide.named === narrow.named) &&
    (!wide.metadataOnly || (narrow.metadataOnly && narrow.name === undefined)) &&
    wide.labels.every((needed) => narrow.labels.some((given) => implies(given, needed)))
  );
}

/**
 * The answer to a narrow question out of the one to a question that covers it; undefined: that one has more pages.
 * Throws ApiError 404 for an object that is not there.
 */
export function narrowed(answer: unknown, narrow: Question): unknown {
  const { items, metadata, kind, apiVersion, ...rest } = answer as List;
  if ((metadata?.continue ?? "") !== "") return undefined;
  const own = (items ?? []).filter(
    ({ metadata: { name, namespace, labels } }) =>
      (narrow.namespace === undefined || namespace === narrow.namespace) &&
      (narrow.named === undefined || name === narrow.named) &&
      (narrow.name === undefined || name === narrow.name) &&
      selects(narrow.labels, labels ?? {}),
  );
  if (narrow.name === undefined) return { ...rest, kind, apiVersion, metadata, items: own };
  const [object] = own;
  if (object !== undefined) return { apiVersion, kind: kind?.replace(/List$/, ""), ...object };
  const { group, resource, name } = narrow;
  const qualified = group === "" ? resource : `${resource}.${group}`;
  throw apiError({ status: 404, reason: "NotFound", message: `${qualified} "${name}" not found` });
}

interface List {
  readonly apiVersion?: string;
  /** `PodList` */
  readonly kind?: string;
  readonly metadata?: { readonly continue?: string };
  /** apiVersion and kind are left out of the items of most lists. */
  readonly items?: readonly Pick<KubeObject, "metadata">[] | null;
}

/** What has one of these values has one of those. */
function implies(given: Requirement, needed: Requirement): boolean {
  return (
    given.key === needed.key &&
    given.operator === "In" &&
    needed.operator === "In" &&
    given.values.every((value) => needed.values.includes(value))
  );
}

/** `key=value`, `key in (a,b)` and `key notin (a,b)`, as they are written here; undefined: anything else. */
function requirementsOf(selector: unknown): LabelSelector | undefined {
  if (selector === undefined || selector === "") return [];
  const parts = typeof selector === "string" ? selector.match(/[^,(]+(?:\([^)]*\)?)?/g) : null;
  const found = (parts ?? []).flatMap((part): readonly Requirement[] => {
    const [, key, value] = /^([\w./-]+)=([\w.-]*)$/.exec(part) ?? [];
    if (key !== undefined) return [{ key, operator: "In", values: [value ?? ""] }];
    const [, of, operator, values] = /^([\w./-]+) (in|notin) \(([\w.,-]+)\)$/.exec(part) ?? [];
    if (of === undefined || values === undefined) return [];
    return [{ key: of, operator: operator === "in" ? "In" : "NotIn", values: values.split(",") }];
  });
  return parts !== null && found.length === parts.length ? found : undefined;
}
