/** A kubeconfig for one user of a test cluster. */
import { writeFileSync } from "node:fs";
import { stringify } from "yaml";
import type { Pem } from "./certificates.ts";

export type KubeconfigOptions = {
  readonly cluster: string;
  readonly server: string;
  readonly authority: string;
  readonly user: string;
  readonly credentials: Pem | { readonly token: string };
};

export function writeKubeconfig(path: string, options: KubeconfigOptions): void {
  const { cluster, server, authority, user, credentials } = options;
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: cluster, cluster: { server, "certificate-authority-data": base64(authority) } }],
    users: [{ name: user, user: userOf(credentials) }],
    contexts: [{ name: cluster, context: { cluster, user } }],
    "current-context": cluster,
  };
  writeFileSync(path, stringify(config), { mode: 0o600 });
}

function userOf(credentials: KubeconfigOptions["credentials"]): Record<string, string> {
  if ("token" in credentials) return credentials;
  return {
    "client-certificate-data": base64(credentials.certificate),
    "client-key-data": base64(credentials.key),
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
