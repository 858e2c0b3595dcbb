import { isApiError } from "../errors.ts";
import type { KubeObject, Ref } from "../model/kube.ts";
import { anObject } from "./an-object.ts";
import { apiVersionOf, objectPath, type RequestPath } from "./paths.ts";
import type { Connection } from "./port.ts";
import { readable } from "./readable.ts";

/** undefined: it is not there. */
export async function readObject(connection: Connection, ref: Ref): Promise<KubeObject | undefined> {
  return await readPath(connection, objectPath(ref));
}

/** v1 from Kubernetes 1.15 on; an older server answers with the whole object. */
const partialMetadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

/** Its metadata, for what nobody has to see the content of; undefined: it is not there. */
export async function readMetadata(connection: Connection, ref: Ref): Promise<KubeObject | undefined> {
  const found = await readPath(connection, objectPath(ref), partialMetadata);
  if (found === undefined) return undefined;
  return { apiVersion: apiVersionOf(ref), kind: ref.kind, metadata: found.metadata };
}

/** The same by its path. */
export async function readPath(
  connection: Connection,
  path: RequestPath,
  accept?: string,
): Promise<KubeObject | undefined> {
  try {
    const how = accept === undefined ? {} : { accept };
    return readable(anObject((await connection.request({ method: "GET", path, ...how })).body, path));
  } catch (error) {
    if (isApiError(error) && error.status === 404) return undefined;
    throw error;
  }
}
