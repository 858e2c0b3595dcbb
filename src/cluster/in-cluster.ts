import { readFile, stat } from "node:fs/promises";
import type { Target } from "./target.ts";

const folder = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The pod's own service account, when nothing names a cluster and the program runs in a pod;
 * undefined elsewhere (client-go rest.InClusterConfig).
 */
export async function inClusterTarget(
  target: Target,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Target | undefined> {
  const host = env["KUBERNETES_SERVICE_HOST"];
  const port = env["KUBERNETES_SERVICE_PORT"];
  const token = await stat(`${folder}/token`).catch(() => undefined);
  if (!host || !port || token?.isFile() !== true) return undefined;
  const own = await readFile(`${folder}/namespace`, "utf8").catch(() => "");
  const namespace = target.namespaceGiven
    ? target.namespace
    : env["POD_NAMESPACE"] || own.trim() || target.namespace;
  return {
    ...target,
    cluster: {
      server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
      "certificate-authority": `${folder}/ca.crt`,
    },
    user: target.user.token ? { token: target.user.token } : { tokenFile: `${folder}/token` },
    namespace,
  };
}
