import { userError } from "../errors.ts";
import type { KubeObject } from "../model/kube.ts";
import { objectPath } from "./paths.ts";
import type { Connection } from "./port.ts";

/** What tells one cluster from another for as long as it lives: the UID of the namespace kube-system. */
export async function clusterUid(connection: Connection): Promise<string> {
  const path = objectPath({ group: "", version: "v1", resource: "namespaces", name: "kube-system" });
  const { body } = await connection.request({ method: "GET", path });
  const { uid } = (body as KubeObject).metadata;
  if (uid === undefined) throw userError('the namespace "kube-system" has no UID');
  return uid;
}
