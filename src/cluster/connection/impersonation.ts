import type { OutgoingHttpHeaders } from "node:http";
import type { KubeUser } from "./kubeconfig-file.ts";

/** Uid, groups and extra of an impersonation: client-node applies `as` alone (its README says so). */
export function impersonationHeaders(user: KubeUser): OutgoingHttpHeaders {
  if (!user.as) return {};
  const headers: OutgoingHttpHeaders = {};
  if (user["as-uid"]) headers["Impersonate-Uid"] = user["as-uid"];
  if (user["as-groups"]?.length) headers["Impersonate-Group"] = [...user["as-groups"]];
  for (const [key, values] of Object.entries(user["as-user-extra"] ?? {})) {
    headers[`Impersonate-Extra-${escapeHeaderKey(key)}`] = [...values];
  }
  return headers;
}

/** client-go's headerKeyEscape: bytes that a header name cannot hold become %XX. */
function escapeHeaderKey(key: string): string {
  return key.replaceAll(/[^!#$&'*+\-.^_`|~0-9A-Za-z]/gu, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
      .join(""),
  );
}
