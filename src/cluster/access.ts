import { isApiError } from "../errors.ts";
import type { Account } from "../model/rbac.ts";
import type { Truth } from "../model/reading.ts";
import { collectionPath } from "./paths.ts";
import type { Connection, KubeRequest } from "./port.ts";

/** One permission, as an RBAC rule names it. */
export interface Permission {
  readonly verb: string;
  /** "" is the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Without one: cluster-wide, or in all namespaces. */
  readonly namespace?: string;
  readonly name?: string;
}

/**
 * Whether this user may do each of these, asked side by side; answers in the same order. A server
 * that does not say makes it unknown, never no.
 */
export async function reviewAccess(
  connection: Connection,
  permissions: readonly Permission[],
  signal?: AbortSignal,
): Promise<Truth[]> {
  return await Promise.all(
    permissions.map((permission) =>
      review(connection, "SelfSubjectAccessReview", { resourceAttributes: permission }, signal),
    ),
  );
}

/** The same of a ServiceAccount; a user who may not ask that learns "unknown". */
export async function reviewAccessOf(
  connection: Connection,
  { namespace, name }: Account,
  permissions: readonly Permission[],
): Promise<Truth[]> {
  const user = `system:serviceaccount:${namespace}:${name}`;
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
  return await Promise.all(
    permissions.map((permission) =>
      review(connection, "SubjectAccessReview", { resourceAttributes: permission, user, groups }),
    ),
  );
}

async function review(
  connection: Connection,
  kind: "SelfSubjectAccessReview" | "SubjectAccessReview",
  spec: object,
  signal?: AbortSignal,
): Promise<Truth> {
  try {
    const answer = await connection.request({
      method: "POST",
      path: collectionPath({
        group: "authorization.k8s.io",
        version: "v1",
        resource: `${kind.toLowerCase()}s`,
      }),
      body: { apiVersion: "authorization.k8s.io/v1", kind, spec },
      ...(signal === undefined ? {} : { signal }),
    });
    const { status } = answer.body as {
      readonly status?: { readonly allowed?: boolean; readonly evaluationError?: string };
    };
    if (status?.allowed === true) return true;
    // An authorizer that failed did not deny.
    return status === undefined || (status.evaluationError ?? "") !== "" ? "unknown" : false;
  } catch (error) {
    // Without credentials, or without a server, nothing else will work either.
    if (isApiError(error) && error.status !== 401) return "unknown";
    throw error;
  }
}

/** A question although it is sent as a POST. */
export function isAccessReview({ method, path }: KubeRequest): boolean {
  return (
    method === "POST" && /^\/apis\/authorization\.k8s\.io\/[^/]+\/(self)?subjectaccessreviews$/.test(path)
  );
}
