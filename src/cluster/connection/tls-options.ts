import { getCACertificates, type ConnectionOptions } from "node:tls";
import { connectionError, userError } from "../../errors.ts";
import { readBytes } from "../files.ts";
import type { KubeCluster, KubeUser } from "./kubeconfig-file.ts";
import { fileProblem } from "./load-kubeconfig.ts";
import { serverIdentityProblem } from "./server-identity.ts";
import { authorityProblem, keyPairProblem } from "./pem.ts";

/** What is trusted, and the user's own certificate; client-go's checks in its order and words. */
export async function tlsOptions(cluster: KubeCluster, user: KubeUser): Promise<ConnectionOptions> {
  const insecure = cluster["insecure-skip-tls-verify"] === true;
  const authority = cluster["certificate-authority"];
  const authorityData = cluster["certificate-authority-data"];
  if (insecure && (authority || authorityData)) {
    throw userError("specifying a root certificates file with the insecure flag is not allowed");
  }
  const ca = await pem(authority, authorityData);
  const hasCertificate = Boolean(user["client-certificate"] || user["client-certificate-data"]);
  const cert = hasCertificate
    ? await pem(user["client-certificate"], user["client-certificate-data"])
    : undefined;
  const key = hasCertificate ? await pem(user["client-key"], user["client-key-data"]) : undefined;
  const badAuthority = ca === undefined ? undefined : authorityProblem(ca);
  if (badAuthority !== undefined) throw userError(badAuthority);
  const pair = cert === undefined || key === undefined ? undefined : { cert, key };
  const badPair = pair === undefined ? undefined : keyPairProblem(pair);
  if (badPair !== undefined) {
    // Two files are read again for each connection; what is wrong with them is found there.
    const files = !user["client-certificate-data"] && !user["client-key-data"];
    throw files ? connectionError(`Unable to connect to the server: ${badPair}`) : userError(badPair);
  }
  return {
    // Said explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED has no say.
    rejectUnauthorized: !insecure,
    ca: ca ?? (insecure ? [] : systemAuthorities()),
    checkServerIdentity: serverIdentityProblem,
    ...pair,
    ...(cluster["tls-server-name"] ? { servername: cluster["tls-server-name"] } : {}),
  };
}

/** Go trusts the system; an operating system without a store of its own gets Node's, whatever Node's default is. */
export function systemAuthorities(): string[] {
  return (["bundled", "extra", "system"] as const).flatMap((store) => getCACertificates(store));
}

/** undefined when neither says anything; an empty file counts as nothing, too. */
export async function pem(path: string | undefined, data: string | undefined): Promise<Buffer | undefined> {
  if (data) return Buffer.from(data, "base64");
  if (!path) return undefined;
  const bytes = await readBytes(path).catch((error: NodeJS.ErrnoException) => {
    throw userError(fileProblem(path, error));
  });
  return bytes.length === 0 ? undefined : bytes;
}
