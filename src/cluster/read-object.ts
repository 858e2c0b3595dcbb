import { isApiError } from "../errors.ts";
import type { KubeObject, Ref } from "../model/kube.ts";
import { objectPath, type RequestPath } from "./paths.ts";
import type { Connection } from "./port.ts";

/** undefined: it is not there. */
export async function readObject(connection: Connection, ref: Ref): Promise<KubeObject | undefined> {
  return await readPath(connection, objectPath(ref));
}

/** The same by its path. */
export async function readPath(connection: Connection, path: RequestPath): Promise<KubeObject | undefined> {
  try {
    return (await connection.request({ method: "GET", path })).body as KubeObject;
  } catch (error) {
    if (isApiError(error) && error.status === 404) return undefined;
    throw error;
  }
}
