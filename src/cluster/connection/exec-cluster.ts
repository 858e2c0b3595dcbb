import type { KubeCluster } from "./kubeconfig-file.ts";

/** The cluster as an exec plugin with provideClusterInfo is told about it, fields in client-go's order. */
export function execCluster(cluster: KubeCluster, ca: Buffer | undefined): object {
  const extension = cluster.extensions?.find(({ name }) => name === "client.authentication.k8s.io/exec");
  const proxy = cluster["proxy-url"];
  return {
    server: cluster.server,
    ...(cluster["tls-server-name"] ? { "tls-server-name": cluster["tls-server-name"] } : {}),
    ...(cluster["insecure-skip-tls-verify"] === true ? { "insecure-skip-tls-verify": true } : {}),
    ...(ca === undefined ? {} : { "certificate-authority-data": ca.toString("base64") }),
    ...(proxy ? { "proxy-url": proxy } : {}),
    ...(cluster["disable-compression"] === true ? { "disable-compression": true } : {}),
    config: extension?.extension ?? null,
  };
}
