import { apiError, userError } from "../errors.ts";
import type { KubeObject } from "../model/kube.ts";
import type { Millis } from "../model/time.ts";
import type { Write } from "../model/write.ts";
import { collectionPath, objectPath } from "./paths.ts";
import type { Connection, KubeRequest } from "./port.ts";
import { hasServerDryRun } from "./server-dry-run.ts";

/** What the server made of a write. */
export interface WriteResult {
  /** The object as it is now; of a delete, the object or the Status that the server answered. */
  readonly object: KubeObject;
  /** The server's clock when it answered. */
  readonly date?: Millis;
}

const contentTypes = {
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  json: "application/json-patch+json",
  // JSON is YAML.
  apply: "application/apply-patch+yaml",
} as const;

/**
 * Sends one write. With `dryRun` the server only says what it would do; a server that does not know
 * dryRun would do it (hazard H07), so it is refused there before anything is sent. Throws ApiError,
 * ConnectionError, UserError.
 */
export async function sendWrite(
  connection: Connection,
  write: Write,
  options: {
    readonly dryRun: boolean;
    /** Of discovery: v1.36.4. */
    readonly serverVersion: string;
    readonly signal?: AbortSignal;
  },
): Promise<WriteResult> {
  if (options.dryRun && !(await hasServerDryRun(connection, options.serverVersion, write))) {
    const version = options.serverVersion === "" ? "of unknown version" : options.serverVersion;
    throw userError(`this server (${version}) has no server-side dry run`);
  }
  await checkPreconditions(connection, write, options.serverVersion);
  const answer = await connection.request({
    ...requestOf(write, options.dryRun),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return {
    object: answer.body as KubeObject,
    ...(answer.date === undefined ? {} : { date: answer.date }),
  };
}

/** Below 1.14, and where it does not say, resourceVersion as a precondition of DELETE is ignored (hazard H08). */
export function ignoresPreconditions(serverVersion: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(serverVersion) ?? [];
  return major === undefined || (major === "1" && Number(minor) < 14);
}

/** Where the server would not compare, it is read and compared right before; the window is small and not closed. */
async function checkPreconditions(
  connection: Connection,
  write: Write,
  serverVersion: string,
): Promise<void> {
  if (write.verb !== "delete" || write.resourceVersion === undefined || !ignoresPreconditions(serverVersion))
    return;
  const { body } = await connection.request({ method: "GET", path: objectPath(write.ref) });
  const { uid, resourceVersion } = (body as KubeObject).metadata;
  if (uid === write.uid && resourceVersion === write.resourceVersion) return;
  throw apiError({ status: 409, reason: "Conflict", message: "it was changed in between" });
}

/** The server reads dryRun of DELETE in its body alone; in the address it is for whoever reads an audit log. */
export function requestOf(write: Write, dryRun: boolean): KubeRequest {
  const dry = dryRun ? "All" : undefined;
  switch (write.verb) {
    case "patch":
      return {
        method: "PATCH",
        path: objectPath(write.ref, write.subresource),
        query: {
          fieldManager: write.fieldManager,
          force: write.patch === "apply" && write.force === true ? "true" : undefined,
          dryRun: dry,
        },
        contentType: contentTypes[write.patch],
        body: write.body,
      };
    case "create":
      if (write.subresource !== undefined) return requestOfEviction(write, write.subresource, dry);
      return {
        method: "POST",
        path: collectionPath(write.ref, write.ref.namespace),
        query: { fieldManager: write.fieldManager, dryRun: dry },
        body: write.body,
      };
    case "delete": {
      const { uid, resourceVersion, gracePeriodSeconds, propagationPolicy } = write;
      return {
        method: "DELETE",
        path: objectPath(write.ref),
        ...(dry === undefined ? {} : { query: { dryRun: dry } }),
        body: {
          apiVersion: "v1",
          kind: "DeleteOptions",
          preconditions: { uid, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
          ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
          ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
          ...(dry === undefined ? {} : { dryRun: [dry] }),
        },
      };
    }
  }
}

/** As of a delete, dryRun is in the body: in the DeleteOptions of the Eviction. */
function requestOfEviction(
  { ref, body, fieldManager }: Extract<Write, { verb: "create" }>,
  subresource: string,
  dryRun: string | undefined,
): KubeRequest {
  const { deleteOptions } = body as { readonly deleteOptions?: object };
  return {
    method: "POST",
    path: objectPath(ref, subresource),
    query: { fieldManager, dryRun },
    body: dryRun === undefined ? body : { ...body, deleteOptions: { ...deleteOptions, dryRun: [dryRun] } },
  };
}
