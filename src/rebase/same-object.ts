import type { KubeObject } from "../model/kube.ts";

/** An object without a namespace goes where kubectl's context says, which a file does not tell. */
export function isSameObject(a: KubeObject, b: KubeObject): boolean {
  const [here, there] = [a.metadata.namespace, b.metadata.namespace];
  return (
    a.kind === b.kind &&
    a.metadata.name === b.metadata.name &&
    (here === undefined || there === undefined || here === there)
  );
}
