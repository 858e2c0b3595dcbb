/** Kubeconfigs, flags and environments, drawn at random: mostly right in most places, wrong in some. */
import { constant, oneof, sample, subarray, tuple, type Arbitrary } from "fast-check";

const cluster = {
  server: {
    a: 12,
    localhost: 3,
    name: 3,
    prefix: 2,
    slash: 1,
    ipv6: 2,
    old: 1,
    oldName: 1,
    nameless: 1,
    namelessName: 1,
    plain: 3,
    bare: 1,
    bareName: 1,
    dead: 1,
    query: 1,
    userinfo: 1,
    capital: 1,
    absent: 1,
    path: 1,
    ftp: 1,
    space: 1,
    port: 1,
    empty: 1,
  },
  authority: {
    data: 10,
    file: 4,
    relative: 3,
    other: 1,
    missing: 1,
    none: 1,
    insecure: 2,
    insecureAndData: 1,
    fileAndData: 1,
    notBase64: 1,
    notPem: 1,
    emptyFile: 1,
    brokenPem: 1,
    folder: 1,
  },
  tlsServerName: { none: 8, kubernetes: 1, wrong: 1 },
  proxy: {
    none: 14,
    http: 2,
    https: 1,
    socks: 2,
    dead: 1,
    deadSocks: 1,
    ftp: 1,
    bare: 1,
    unparsable: 1,
    socks5h: 1,
    credentials: 1,
    refusing: 1,
  },
  disableCompression: { none: 7, given: 1 },
} as const;

const user = {
  token: { none: 6, good: 5, unknown: 1, forbidden: 1, newline: 1, number: 1 },
  tokenFile: { none: 12, relative: 2, absolute: 1, missing: 1, empty: 1, newline: 1, folder: 1 },
  basic: { none: 12, both: 2, username: 1, password: 1 },
  certificate: {
    none: 10,
    data: 2,
    file: 2,
    relative: 1,
    noKey: 1,
    missing: 1,
    missingKey: 1,
    both: 1,
    keyOnly: 1,
    notPem: 1,
    otherKey: 1,
    notBase64: 1,
  },
  as: {
    none: 12,
    user: 2,
    groups: 1,
    uid: 1,
    extra: 1,
    oddExtra: 1,
    groupsOnly: 1,
    uidOnly: 1,
    extraOnly: 1,
  },
  exec: {
    none: 24,
    v1: 3,
    v1beta1: 2,
    relative: 1,
    onPath: 1,
    clusterInfo: 1,
    env: 1,
    args: 1,
    exit: 1,
    missing: 1,
    missingPath: 1,
    garbage: 1,
    silent: 1,
    otherVersion: 1,
    noStatus: 1,
    noToken: 1,
    certificate: 1,
    certificateOnly: 1,
    brokenCertificate: 1,
    noMode: 1,
    badMode: 1,
    always: 1,
    noCommand: 1,
    noVersion: 1,
    alpha: 1,
    oddVersion: 1,
    namelessEnv: 1,
    expired: 1,
    otherKind: 1,
    notExecutable: 1,
    unknown: 1,
  },
  provider: {
    none: 30,
    oidc: 2,
    unknown: 1,
    gcp: 1,
    azure: 1,
    oidcIncomplete: 1,
    oidcExpired: 1,
    oidcNoToken: 1,
    oidcBad: 1,
    oidcNoClient: 1,
  },
} as const;

const flags = {
  server: { none: 14, b: 1, plain: 1, a: 1, dead: 1, bad: 1, empty: 1 },
  context: { none: 12, c: 1, second: 2, missing: 1, empty: 1 },
  cluster: { none: 14, second: 1, missing: 1 },
  user: { none: 14, second: 1, missing: 1 },
  namespace: { none: 8, given: 2, equals: 1, empty: 1 },
  token: { none: 12, given: 1, empty: 1 },
  username: { none: 14, given: 1 },
  password: { none: 14, given: 1 },
  authority: { none: 12, a: 1, b: 1, missing: 1 },
  insecure: { none: 10, given: 2, false: 1 },
  tlsServerName: { none: 12, kubernetes: 1, wrong: 1 },
  certificate: { none: 12, pair: 1, certificateOnly: 1, keyOnly: 1, missing: 1 },
  as: { none: 12, user: 1, all: 1, groupOnly: 1, badExtra: 1 },
  timeout: { none: 10, seconds: 1, duration: 1, bad: 1, zero: 1, negative: 1, fraction: 1 },
  disableCompression: { none: 7, given: 1 },
  // Never drawn: its errors hold addresses that kubectl writes its own way.
  matchServerVersion: { none: 1, given: 0 },
} as const;

const environment = {
  proxy: { none: 8, https: 1, lower: 1, http: 1, dead: 1, bare: 1, socks: 1, unparsable: 1 },
  noProxy: { none: 8, host: 1, star: 1, other: 1, domain: 1, port: 1, cidr: 1 },
  master: { none: 14, b: 1, plain: 1, bare: 1 },
} as const;

const layout = {
  env: 8,
  flag: 3,
  relativeFlag: 1,
  home: 2,
  missingFirst: 1,
  split: 2,
  otherFirst: 2,
  otherLast: 2,
  withBroken: 1,
  twoBroken: 1,
  withEmpty: 1,
  twice: 1,
  relativeList: 1,
  emptyEntry: 1,
  folder: 1,
  missingFlag: 1,
  none: 1,
  onlyMissing: 1,
  unused: 2,
  block: 2,
} as const;

const context = {
  current: { set: 12, none: 2, missing: 1, second: 1 },
  namespace: { set: 3, none: 3, default: 1 },
  cluster: { set: 14, none: 1, missing: 1 },
  user: { set: 14, none: 1, missing: 1 },
} as const;

const tables = { context, cluster, user, flags, environment } as const;

type Tables = typeof tables;
type Part = keyof Tables;

export type Case = {
  readonly [P in Part]: { readonly [F in keyof Tables[P]]: keyof Tables[P][F] & string };
} & { readonly layout: keyof typeof layout };

/** What everything else differs from, so that a case is wrong in few places and most of it is reached. */
const usual: Case = {
  layout: "env",
  context: { current: "set", namespace: "none", cluster: "set", user: "set" },
  cluster: {
    server: "a",
    authority: "data",
    tlsServerName: "none",
    proxy: "none",
    disableCompression: "none",
  },
  user: {
    token: "good",
    tokenFile: "none",
    basic: "none",
    certificate: "none",
    as: "none",
    exec: "none",
    provider: "none",
  },
  flags: {
    server: "none",
    context: "none",
    cluster: "none",
    user: "none",
    namespace: "none",
    token: "none",
    username: "none",
    password: "none",
    authority: "none",
    insecure: "none",
    tlsServerName: "none",
    certificate: "none",
    as: "none",
    timeout: "none",
    disableCompression: "none",
    matchServerVersion: "none",
  },
  environment: { proxy: "none", noProxy: "none", master: "none" },
};

/** Every field, as part and name. */
const fields = Object.entries(tables).flatMap(([part, table]) =>
  Object.entries(table as Readonly<Record<string, Weights>>).map(([name, weights]) => ({
    part: part as Part,
    name,
    weights,
  })),
);

type Weights = Readonly<Record<string, number>>;

interface Change {
  readonly part: Part | "layout";
  readonly name: string;
  readonly label: string;
}

/** What goes wrong only together. */
const pairs: readonly (readonly Change[])[] = [
  [
    { part: "cluster", name: "authority", label: "other" },
    { part: "cluster", name: "tlsServerName", label: "wrong" },
  ],
  [
    { part: "layout", name: "", label: "relativeList" },
    { part: "user", name: "certificate", label: "missing" },
  ],
  [
    { part: "user", name: "tokenFile", label: "relative" },
    { part: "flags", name: "username", label: "given" },
  ],
  [
    { part: "flags", name: "namespace", label: "given" },
    { part: "user", name: "exec", label: "noMode" },
  ],
  [
    { part: "flags", name: "context", label: "second" },
    { part: "flags", name: "matchServerVersion", label: "given" },
  ],
  [
    { part: "cluster", name: "server", label: "plain" },
    { part: "flags", name: "disableCompression", label: "given" },
  ],
];

/** A case for each label that a field can have, all else being usual; then cases drawn at random. */
export function makeCases(drawn: number, seed: number): Case[] {
  const all = [...fields, { part: "layout" as const, name: "", weights: layout as Weights }];
  const single = all.flatMap(({ part, name, weights }) =>
    Object.keys(weights).map((label) => changed([{ part, name, label }])),
  );
  const changes = subarray(all, { minLength: 2, maxLength: 6 }).chain((chosen) =>
    tuple(...chosen.map(({ part, name, weights }) => pick(weights).map((label) => ({ part, name, label })))),
  );
  return [...single, ...pairs.map(changed), ...sample(changes, { numRuns: drawn, seed }).map(changed)];
}

/** One of the labels, as often as its weight says. */
function pick(weights: Weights): Arbitrary<string> {
  return oneof(...Object.entries(weights).map(([label, weight]) => ({ weight, arbitrary: constant(label) })));
}

function changed(changes: readonly Change[]): Case {
  const made = structuredClone(usual) as unknown as Record<string, Record<string, string> | string>;
  for (const { part, name, label } of changes) {
    if (part === "layout") made[part] = label;
    else (made[part] as Record<string, string>)[name] = label;
  }
  const result = made as unknown as Case;
  const has = (part: Part, name: string): boolean =>
    changes.some((change) => change.part === part && change.name === name);
  // The usual token steps back for another way to log in, which it would hide.
  const others = ["tokenFile", "basic", "certificate", "exec", "provider"] as const;
  if (!has("user", "token") && others.some((field) => result.user[field] !== "none")) {
    Object.assign(result.user, { token: "none" });
  }
  // The environment's proxies are not asked for this machine's own address.
  if (result.environment.proxy !== "none" && !has("cluster", "server")) {
    Object.assign(result.cluster, { server: "name" });
  }
  return result;
}

/** What of a case is not the usual, to read. */
export function describeCase(drawn: Case): string {
  const lines = Object.entries(drawn).flatMap(([part, value]) =>
    typeof value === "string"
      ? [`${part}=${value}`]
      : Object.entries(value)
          .filter(([, label]) => label !== "none" && label !== "set")
          .map(([name, label]) => `${part}.${name}=${String(label)}`),
  );
  return lines.join(" ");
}
