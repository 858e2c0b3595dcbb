import { badAnswer } from "../errors.ts";
import type { KubeObject } from "../model/kube.ts";
import { isRecord } from "../model/record.ts";

/**
 * An object of Kubernetes as a server's answer holds it, by the two things that every one has. What stands in its
 * fields is checked where the model reads them. Throws ConnectionError.
 */
export function anObject(raw: unknown, what: string): KubeObject {
  if (!isRecord(raw) || !isNamed(raw)) throw noObject(what);
  return raw as unknown as KubeObject;
}

/** The same of an item of a list, whose apiVersion and kind most servers leave out. */
export function isNamed(raw: unknown): raw is Readonly<Record<string, unknown>> {
  const metadata = isRecord(raw) ? raw["metadata"] : undefined;
  if (!isRecord(metadata) || typeof metadata["name"] !== "string") return false;
  // Which object it is, and which state of it, is told from these before anything else is looked at.
  return ["namespace", "uid", "resourceVersion"].every((field) => {
    const value = metadata[field];
    return value === undefined || value === null || typeof value === "string";
  });
}

export function noObject(what: string): Error {
  return badAnswer(
    `the server's answer about ${what} is no object of Kubernetes; something may stand between, check the server of this context and the proxy settings`,
  );
}
