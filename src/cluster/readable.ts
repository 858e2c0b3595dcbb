import { badAnswer, isAnswer } from "../errors.ts";
import type { KubeObject } from "../model/kube.ts";
import { isReadByField, misfit, misfitObject } from "../model/shape.ts";

/** What is kept of an object that a server sent; throws ConnectionError where its fields are of other types. */
export function readable<T = KubeObject>(
  object: KubeObject,
  pick: (object: KubeObject) => T = (whole) => whole as T,
): T {
  let picked: T;
  try {
    picked = pick(object);
  } catch (error) {
    if (isAnswer(error)) throw error;
    throw unreadable(object, misfitObject(object) ?? String(error));
  }
  // Of kinds that are not read by their fields, what was kept has fields of any type as well.
  const wrong =
    (picked as unknown) === object || !isReadByField(object) ? misfitObject(object) : misfit(picked);
  if (wrong !== undefined) throw unreadable(object, wrong);
  return picked;
}

function unreadable({ kind, metadata }: KubeObject, why: string): Error {
  return badAnswer(`the server sent a ${kind} ${metadata.name} that cannot be read: ${why}`);
}
