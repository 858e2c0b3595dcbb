import { isApiError } from "../errors.ts";
import type { KubeObject } from "../model/kube.ts";
import { isRecord, recordOf } from "../model/record.ts";
import { isNamed, noObject } from "./an-object.ts";
import { apiVersionOf, collectionPath } from "./paths.ts";
import type { Connection } from "./port.ts";
import type { ApiResource } from "../model/api-resource.ts";
import { readable } from "./readable.ts";

/** Which objects of a kind. */
export interface ListSelection {
  /** Without one: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface Listed<T> {
  readonly items: readonly T[];
  /** Where a watch goes on from here. */
  readonly resourceVersion: string;
}

/** v1 from Kubernetes 1.15 on; an older server answers with whole objects. */
const partialMetadata = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/** kubectl's page. */
const pageSize = 500;

/**
 * All objects of a kind, page by page. `pick` is applied to each object as its page arrives, so that
 * what it does not keep is gone before the next page is there. Throws ApiError and ConnectionError.
 */
export async function list<T = KubeObject>(
  connection: Connection,
  served: ApiResource,
  options: ListSelection & {
    readonly pick?: (object: KubeObject) => T;
    readonly signal?: AbortSignal;
    /** Only metadata is wanted: a server that can leaves out the rest. */
    readonly metadataOnly?: boolean;
  } = {},
): Promise<Listed<T>> {
  const pick = options.pick ?? ((object: KubeObject) => object as T);
  const filled = { apiVersion: apiVersionOf(served), kind: served.kind };
  const query = {
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
  };
  const pickFrom = (item: object): T =>
    // A partial item says of itself that it is PartialObjectMetadata.
    readable({ ...filled, ...item, ...(options.metadataOnly === true ? filled : {}) } as KubeObject, pick);
  const path = collectionPath(served, options.namespace);
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  let items: T[] = [];
  let next: string | undefined;
  let limit: string | undefined = String(pageSize);
  const pages = new Set<string>();
  for (;;) {
    let page: ListPage;
    try {
      // Each page names the next one.
      const answer = await connection.request({
        method: "GET",
        path,
        query: { ...query, limit, continue: next },
        ...(options.metadataOnly === true ? { accept: partialMetadata } : {}),
        ...signal,
      });
      page = pageOf(answer.body, served.resource);
    } catch (error) {
      // The snapshot that the pages come from is compacted away after a few minutes: all at once then.
      if (next === undefined || limit === undefined || !isApiError(error) || error.status !== 410)
        throw error;
      items = [];
      next = undefined;
      limit = undefined;
      pages.clear();
      continue;
    }
    for (const item of page.items) items.push(pickFrom(item));
    next = page.next;
    if (next === "") return { items, resourceVersion: page.resourceVersion };
    // Each page of a list names another one; one that was there before would never end.
    if (pages.has(next)) throw noObject(served.resource);
    pages.add(next);
  }
}

interface ListPage {
  readonly items: readonly object[];
  /** "": it is the last one. */
  readonly next: string;
  readonly resourceVersion: string;
}

/** Items of most lists come without apiVersion and kind; an empty list may come as null. */
function pageOf(body: unknown, resource: string): ListPage {
  if (!isRecord(body)) throw noObject(resource);
  const items = body["items"] ?? [];
  if (!Array.isArray(items) || !items.every(isNamed)) throw noObject(resource);
  const metadata = recordOf(body["metadata"]);
  return {
    items,
    next: textOf(metadata?.["continue"]),
    resourceVersion: textOf(metadata?.["resourceVersion"]),
  };
}

function textOf(raw: unknown): string {
  return typeof raw === "string" ? raw : "";
}
