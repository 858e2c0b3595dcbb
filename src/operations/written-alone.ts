import type { Connection } from "../cluster/port.ts";
import { fileFacts } from "../manifest/file-facts.ts";
import type { ClusterFacts } from "../model/cluster-facts.ts";
import type { KubeObject, Ref } from "../model/kube.ts";
import type { Subject } from "../preflight/subject.ts";
import { readInstalled } from "./installed.ts";
import { upstream } from "./upstream.ts";

/** What the rules about settings are asked by a command that writes some objects of a file and no other. */
export interface WrittenAlone {
  readonly subject: Pick<Subject, "manifest" | "upstream">;
  readonly known: Pick<ClusterFacts, "installed">;
}

/** `daemonSet`: calico-node's, which tells what the install was made from. `objects` have their namespace. */
export async function writtenAlone(
  connection: Connection,
  objects: readonly KubeObject[],
  daemonSet: Pick<Ref, "group" | "version" | "namespace" | "name">,
): Promise<WrittenAlone> {
  const { group, version, namespace = "", name } = daemonSet;
  const node: KubeObject = {
    apiVersion: `${group}/${version}`,
    kind: "DaemonSet",
    metadata: { namespace, name },
  };
  const [installed, record] = await Promise.all([readInstalled(connection, [...objects, node]), upstream()]);
  const manifest = objects.map((object, index) => ({ object, source: { name: "", document: index + 1 } }));
  return {
    subject: {
      manifest: { objects: manifest, facts: fileFacts(manifest, namespace) },
      upstream: record,
    },
    known: { installed },
  };
}
