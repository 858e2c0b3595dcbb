import { join } from "node:path";
import { readText, statFile } from "../files.ts";
import type { ConnectionTarget } from "./target.ts";

/** Where the kubelet puts a pod's own service account. */
const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * In a pod, with nothing that names a cluster, the pod's own service account; and in a pod, with nothing
 * that names a namespace, the pod's own, whatever the cluster (client-go rest.InClusterConfig and
 * clientcmd's DeferredLoadingClientConfig). Elsewhere the target as it is.
 */
export async function inClusterTarget(
  target: ConnectionTarget,
  env: Readonly<Record<string, string | undefined>>,
  folder = serviceAccount,
): Promise<ConnectionTarget> {
  const host = env["KUBERNETES_SERVICE_HOST"];
  const port = env["KUBERNETES_SERVICE_PORT"];
  if (!host || !port) return target;
  const token = await statFile(join(folder, "token")).catch(() => undefined);
  if (token === undefined || token.isDirectory()) return target;
  const namespace = target.namespace ?? (await podNamespace(env, folder));
  if (!target.isDefault) return { ...target, namespace };
  return {
    ...target,
    namespace,
    cluster: {
      server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
      "certificate-authority": target.cluster["certificate-authority"] ?? join(folder, "ca.crt"),
    },
    user: target.user.token ? { token: target.user.token } : { tokenFile: join(folder, "token") },
  };
}

async function podNamespace(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): Promise<string | undefined> {
  const own = await readText(join(folder, "namespace")).catch(() => "");
  return env["POD_NAMESPACE"] || own.trim() || undefined;
}
