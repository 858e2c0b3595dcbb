import type { AuditedRequest } from "../test/cluster/audit.ts";

/** Requests that count: discovery and access reviews run side by side and are left out. */
export function counted(requests: readonly AuditedRequest[]): AuditedRequest[] {
  return requests.filter(({ uri }) => {
    const path = uri.split("?")[0] ?? "";
    const discovery = /^\/(version|openapi\/.*|api|apis|api\/v1|apis\/[^/]+(\/[^/]+)?)$/.test(path);
    return !discovery && !path.endsWith("/selfsubjectaccessreviews");
  });
}

/** Milliseconds from the answer to the last pod's DELETE to the moment its successor's Ready was written. */
export function waitingFor(requests: readonly AuditedRequest[]): number {
  const isPod = ({ objectRef }: AuditedRequest): boolean => objectRef?.["resource"] === "pods";
  const deleted = requests.find((request) => request.verb === "delete" && isPod(request));
  if (deleted === undefined) throw new Error("no pod was deleted");
  const from = Date.parse(deleted.completedAt);
  const written = requests
    .filter((request) => isPod(request) && request.objectRef?.["subresource"] === "status")
    .filter(({ user }) => !user.startsWith("system:kube-"))
    .map(({ completedAt }) => Date.parse(completedAt))
    .filter((at) => at >= from);
  if (written.length === 0) throw new Error("no pod became Ready");
  return Math.max(...written) - from;
}
