import { getCACertificates, type ConnectionOptions } from "node:tls";
import { connectionError, userError } from "../../errors.ts";
import { readBytes } from "../files.ts";
import { ChosenConfig } from "./kube-config.ts";
import type { KubeCluster, KubeUser } from "./kubeconfig-file.ts";
import { fileProblem } from "./load-kubeconfig.ts";
import { serverIdentityProblem } from "./server-identity.ts";
import { authorityProblem, keyPairProblem } from "./pem.ts";

/**
 * What is trusted, as client-node applies it; client-go's checks in its order and words, also of the user's own
 * certificate, which each request has as it is then.
 */
export async function tlsOptions(
  cluster: KubeCluster & { readonly server: string },
  user: KubeUser,
): Promise<ConnectionOptions> {
  const insecure = cluster["insecure-skip-tls-verify"] === true;
  const authority = cluster["certificate-authority"];
  const authorityData = cluster["certificate-authority-data"];
  if (insecure && (authority || authorityData)) {
    throw userError("specifying a root certificates file with the insecure flag is not allowed");
  }
  const {
    authority: ca,
    certificate: pair,
    ...applied
  } = await new ChosenConfig(cluster, user, true).apply();
  const badAuthority = ca === undefined ? undefined : authorityProblem(ca);
  if (badAuthority !== undefined) throw userError(badAuthority);
  const badPair = pair === undefined ? undefined : keyPairProblem(pair);
  if (badPair !== undefined) {
    // Two files are read again for each connection; what is wrong with them is found there.
    const files = !user["client-certificate-data"] && !user["client-key-data"];
    throw files ? connectionError(`Unable to connect to the server: ${badPair}`) : userError(badPair);
  }
  return {
    // Said explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED has no say.
    rejectUnauthorized: !applied.insecure,
    ca: ca ?? (insecure ? [] : systemAuthorities()),
    checkServerIdentity: serverIdentityProblem,
    ...(applied.servername === undefined ? {} : { servername: applied.servername }),
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
