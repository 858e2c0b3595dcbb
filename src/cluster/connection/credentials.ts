import type { OutgoingHttpHeaders } from "node:http";
import { userError } from "../../errors.ts";
import type { ExecCredential } from "./exec-credential.ts";
import type { ExecPlugin } from "./exec-plugin.ts";
import { ChosenConfig, type RequestAuth, type ObtainedCredentials } from "./kube-config.ts";
import type { KubeCluster, KubeUser } from "./kubeconfig-file.ts";
import { isSame, keyPairProblem, type KeyPair } from "./pem.ts";
import { openTokenFile, type TokenFile } from "./token-file.ts";

/** What each request carries so that the server knows who asks. */
export interface Credentials {
  /** Asked for before every request. Throws when there are none to be had. */
  next(): Promise<Ticket>;
}

export interface Ticket {
  /** Authorization and impersonation. */
  readonly headers: OutgoingHttpHeaders;
  /** Of the kubeconfig or of an exec plugin, as it is now. */
  readonly certificate: KeyPair | undefined;
  /** After a 401: another ticket, if there may be a better one. */
  renew(): Promise<Ticket | undefined>;
}

/** Where credentials come from that are not in the kubeconfig itself; loaded when one needs them. */
export interface Sources {
  readonly plugin: () => Promise<ExecPlugin>;
  readonly oidc: () => Promise<() => Promise<string>>;
}

/** Where a request's credentials come from that client-node does not find in the kubeconfig itself. */
interface Login {
  give(): Promise<ObtainedCredentials>;
  /** After a 401: something else, if there may be something better than `used`. */
  again(used: ObtainedCredentials): Promise<ObtainedCredentials | undefined>;
}

/**
 * As client-go: who we are is told to a TLS server only, and the first of these ways is taken. Tokens, names and
 * certificates of the kubeconfig are applied by client-node, others are given to it for each request.
 */
export async function makeCredentials(
  cluster: KubeCluster & { readonly server: string },
  user: KubeUser,
  server: URL,
  sources: Sources,
): Promise<Credentials> {
  const secure = server.protocol === "https:";
  const login = await loginOf(user, server, sources);
  const config = new ChosenConfig(
    cluster,
    secure ? user : impersonationOf(user),
    !secure || login !== undefined,
  );
  let last: RequestAuth | undefined;
  async function applied(given: ObtainedCredentials | undefined): Promise<RequestAuth> {
    const now = await config.apply(given).catch((error: unknown) => {
      // A file that is being renewed is read again for the next request.
      if (last === undefined) throw error;
      return { ...last, headers: { ...last.headers, ...headerOf(given) } };
    });
    // So is a pair of which only one half has been renewed.
    const certificate = fitting(now.certificate, last?.certificate);
    last = { ...now, certificate };
    return last;
  }
  async function ticket(given: ObtainedCredentials | undefined): Promise<Ticket> {
    const { headers, certificate } = await applied(given);
    return {
      headers,
      certificate,
      async renew() {
        const next = given === undefined ? undefined : await login?.again(given);
        return next === undefined
          ? undefined
          : { ...(await ticket(next)), renew: () => Promise.resolve(undefined) };
      },
    };
  }
  return { next: async () => await ticket(await login?.give()) };
}

function headerOf(given: ObtainedCredentials | undefined): OutgoingHttpHeaders {
  return given?.authorization === undefined ? {} : { Authorization: given.authorization };
}

function fitting(now: KeyPair | undefined, last: KeyPair | undefined): KeyPair | undefined {
  if (now === undefined || last === undefined || isSame(now, last)) return now;
  return keyPairProblem(now) === undefined ? now : last;
}

async function loginOf(user: KubeUser, server: URL, sources: Sources): Promise<Login | undefined> {
  const written = basic(decodeURIComponent(server.username), decodeURIComponent(server.password));
  if (server.protocol !== "https:") return written === undefined ? undefined : fixed(written);
  // Made even where another way comes first: what is wrong with them is told all the same.
  const plugin = user.exec === undefined ? undefined : await sources.plugin();
  const provider = user["auth-provider"] === undefined ? undefined : await providerTokens(user, sources);
  if (written !== undefined) return fixed(written);
  const { tokenFile, token } = user;
  if (tokenFile && user.username) {
    throw userError("username/password or bearer token may be set, but not both");
  }
  if (tokenFile) return ofFile(await openTokenFile(tokenFile, token));
  if (token || user.username) return undefined;
  if (provider !== undefined)
    return {
      give: async () => ({ authorization: `Bearer ${await provider()}` }),
      again: () => Promise.resolve(undefined),
    };
  const hasCertificate = Boolean(user["client-certificate"] || user["client-certificate-data"]);
  return plugin === undefined || hasCertificate ? undefined : ofPlugin(plugin);
}

function fixed(authorization: string): Login {
  return { give: () => Promise.resolve({ authorization }), again: () => Promise.resolve(undefined) };
}

function ofFile(file: TokenFile): Login {
  const give = async (): Promise<ObtainedCredentials> => ({ authorization: `Bearer ${await file.token()}` });
  return {
    give,
    async again(used) {
      file.forget();
      const next = await give();
      return next.authorization === used.authorization ? undefined : next;
    },
  };
}

function ofPlugin(plugin: ExecPlugin): Login {
  const credentials = new WeakMap<ObtainedCredentials, ExecCredential>();
  const given = (credential: ExecCredential): ObtainedCredentials => {
    const { token, certificate } = credential;
    const made = { authorization: token === "" ? undefined : `Bearer ${token}`, certificate };
    credentials.set(made, credential);
    return made;
  };
  return {
    give: async () => given(await plugin.credential()),
    async again(used) {
      const credential = credentials.get(used);
      return credential === undefined ? undefined : given(await plugin.renew(credential));
    },
  };
}

/** What an http:// server is told as well. */
function impersonationOf(user: KubeUser): KubeUser {
  return user.as === undefined ? {} : { ...user, "client-certificate": "", "client-certificate-data": "" };
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
