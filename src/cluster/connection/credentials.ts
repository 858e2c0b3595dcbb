import type { OutgoingHttpHeaders } from "node:http";
import { userError } from "../../errors.ts";
import type { ExecPlugin } from "./exec-plugin.ts";
import type { KubeUser } from "./kubeconfig-file.ts";
import { impersonationHeaders } from "./impersonation.ts";
import type { KeyPair } from "./pem.ts";
import { openTokenFile } from "./token-file.ts";

/** What each request carries so that the server knows who asks. */
export interface Credentials {
  /** Asked for before every request. Throws when there are none to be had. */
  next(): Promise<Ticket>;
}

export interface Ticket {
  /** Authorization and impersonation. */
  readonly headers: OutgoingHttpHeaders;
  /** An exec plugin's. */
  readonly certificate: KeyPair | undefined;
  /** After a 401: another ticket, if there may be a better one. */
  renew(): Promise<Ticket | undefined>;
}

/** Where credentials come from that are not in the kubeconfig itself; loaded when one needs them. */
export interface Sources {
  readonly plugin: () => Promise<ExecPlugin>;
  readonly oidc: () => Promise<() => Promise<string>>;
}

/** As client-go: who we are is told to a TLS server only, and the first of these ways is taken. */
export async function makeCredentials(user: KubeUser, server: URL, sources: Sources): Promise<Credentials> {
  const impersonation = impersonationHeaders(user);
  function ticket(
    authorization: string | undefined,
    renew: () => Promise<Ticket | undefined> = () => Promise.resolve(undefined),
    certificate?: KeyPair,
  ): Ticket {
    const headers =
      authorization === undefined ? impersonation : { ...impersonation, Authorization: authorization };
    return { headers, certificate, renew };
  }
  const fixed = (authorization: string | undefined): Credentials => ({
    next: () => Promise.resolve(ticket(authorization)),
  });
  const written = basic(decodeURIComponent(server.username), decodeURIComponent(server.password));
  if (server.protocol !== "https:") return fixed(written);
  // Made even where another way comes first: what is wrong with them is told all the same.
  const plugin = user.exec === undefined ? undefined : await sources.plugin();
  const provider = user["auth-provider"] === undefined ? undefined : await providerTokens(user, sources);
  if (written !== undefined) return fixed(written);
  const { tokenFile, token } = user;
  if (tokenFile && user.username) {
    throw userError("username/password or bearer token may be set, but not both");
  }
  if (tokenFile) {
    const file = await openTokenFile(tokenFile, token);
    const next = async (): Promise<Ticket> => {
      const used = await file.token();
      return ticket(`Bearer ${used}`, async () => {
        file.forget();
        return (await file.token()) === used ? undefined : await next();
      });
    };
    return { next };
  }
  if (token) return fixed(`Bearer ${token}`);
  if (user.username) return fixed(basic(user.username, user.password ?? ""));
  if (provider !== undefined) return { next: async () => ticket(`Bearer ${await provider()}`) };
  const hasCertificate = Boolean(user["client-certificate"] || user["client-certificate-data"]);
  if (plugin === undefined || hasCertificate) return fixed(undefined);
  return {
    async next() {
      const used = await plugin.credential();
      const bearer = (text: string) => (text === "" ? undefined : `Bearer ${text}`);
      return ticket(
        bearer(used.token),
        async () => {
          const fresh = await plugin.renew(used);
          return ticket(bearer(fresh.token), undefined, fresh.certificate);
        },
        used.certificate,
      );
    },
  };
}

/** A name and a password in the server's address are told to any server, and before all else. */
function basic(username: string, password: string): string | undefined {
  if (username === "" && password === "") return undefined;
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

async function providerTokens(user: KubeUser, sources: Sources): Promise<() => Promise<string>> {
  const name = user["auth-provider"]?.name ?? "";
  if (name === "oidc") return await sources.oidc();
  const gone = { gcp: gcpGone, azure: azureGone }[name];
  throw userError(gone ?? `no Auth Provider found for name ${JSON.stringify(name)}`);
}

const gcpGone = [
  "The gcp auth plugin has been removed.",
  'Please use the "gke-gcloud-auth-plugin" kubectl/client-go credential plugin instead.',
  "See https://cloud.google.com/blog/products/containers-kubernetes/kubectl-auth-changes-in-gke for further details",
];

const azureGone = [
  "The azure auth plugin has been removed.",
  "Please use the https://github.com/Azure/kubelogin kubectl/client-go credential plugin instead.",
  "See https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins for further details",
];
