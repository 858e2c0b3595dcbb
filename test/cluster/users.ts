/** Users of a test cluster with exactly the rights that a test gives them. */
import { createPrivateKey, randomBytes, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Api } from "./api.ts";
import { type Pem, signClient } from "./certificates.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { createObject } from "./objects.ts";
import type { ClusterFolder } from "./state.ts";

export type PolicyRule = {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
};

export type UserOptions = {
  readonly name?: string;
  readonly groups?: readonly string[];
  /** In the whole cluster. */
  readonly rules?: readonly PolicyRule[];
  /** In one namespace each. */
  readonly namespaceRules?: Readonly<Record<string, readonly PolicyRule[]>>;
  /** The name of a ClusterRole that exists, such as `view`. */
  readonly clusterRole?: string;
  /** Its certificate ran out an hour ago. */
  readonly expired?: boolean;
  /** A bearer token of a ServiceAccount in place of a certificate. */
  readonly token?: string;
};

export type UserContext = {
  readonly api: Api;
  readonly cluster: string;
  readonly folder: ClusterFolder;
  readonly authority: Pem;
};

const hour = 3_600_000;

/** Answers the path of a kubeconfig for a new user. */
export async function createUser(context: UserContext, options: UserOptions): Promise<string> {
  const { api, folder, authority, cluster } = context;
  const name = options.name ?? `user-${randomBytes(4).toString("hex")}`;
  await grant(api, name, options);
  const path = join(folder.path, `${name}.kubeconfig`);
  writeKubeconfig(path, {
    cluster,
    server: api.server,
    authority: authority.certificate,
    user: name,
    credentials:
      options.token === undefined
        ? await signClient(
            authority,
            { name, groups: options.groups ?? [] },
            options.expired === true ? -hour : undefined,
          )
        : { token: options.token },
  });
  return path;
}

async function grant(
  api: Api,
  user: string,
  { rules, namespaceRules = {}, clusterRole }: UserOptions,
): Promise<void> {
  const subjects = [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: user }];
  const bind = (kind: string, name: string, roleKind: string, role: string, namespace?: string) =>
    createObject(api, {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind,
      metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels },
      subjects,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: roleKind, name: role },
    });
  const role = (kind: string, given: readonly PolicyRule[], namespace?: string) =>
    createObject(api, {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind,
      metadata: { name: user, ...(namespace === undefined ? {} : { namespace }), labels },
      // Core and no other group where none is named.
      rules: given.map((rule) => (rule.nonResourceURLs === undefined ? { apiGroups: [""], ...rule } : rule)),
    });
  if (rules !== undefined) {
    await role("ClusterRole", rules);
    await bind("ClusterRoleBinding", user, "ClusterRole", user);
  }
  if (clusterRole !== undefined)
    await bind("ClusterRoleBinding", `${user}-${clusterRole}`, "ClusterRole", clusterRole);
  for (const [namespace, given] of Object.entries(namespaceRules)) {
    await role("Role", given, namespace);
    await bind("RoleBinding", user, "Role", user, namespace);
  }
}

/** What `resetCalico` removes again. */
export const userLabel = "calico-upgrade.test/user";
const labels = { [userLabel]: "true" };

export type TokenOptions = {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Negative for a token that has run out. */
  readonly expiresInSeconds?: number;
};

/** Signed with the cluster's own key: tokens asked of the server live for ten minutes at least. */
export async function serviceAccountToken(
  { api, folder }: UserContext,
  { namespace, serviceAccount, expiresInSeconds = 3600 }: TokenOptions,
): Promise<string> {
  const account = (await api.ask(
    "GET",
    `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}`,
  )) as {
    metadata: { uid: string };
  };
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: "https://kubernetes.default.svc",
    aud: ["https://kubernetes.default.svc"],
    sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
    iat: now - 7200,
    nbf: now - 7200,
    exp: now + expiresInSeconds,
    "kubernetes.io": { namespace, serviceaccount: { name: serviceAccount, uid: account.metadata.uid } },
  };
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const content = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  const key = createPrivateKey(readFileSync(join(folder.pki, "sa.key")));
  return `${content}.${sign("RSA-SHA256", Buffer.from(content), key).toString("base64url")}`;
}
