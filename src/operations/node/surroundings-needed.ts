import { list } from "../../cluster/list.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import { readingOf } from "../../cluster/reading.ts";
import { missing, type ConfigKeys, type LiveSurroundings, type Missing } from "../../manifest/missing.ts";
import { missingFromBoth } from "../../manifest/after-applying.ts";
import { templateNeeds, type ConfigNeed, type TemplateNeeds } from "../../manifest/needs.ts";
import { bindingOf, bindsTo, type Account, type RoleRef } from "../../model/rbac.ts";
import { isAsInFile } from "../../merge/within.ts";
import { missingLines, othersText, type MissingFor, type OtherObjects } from "../../render/missing-lines.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { objectKey } from "../../model/object-name.ts";
import type { Reading } from "../../model/reading.ts";
import type { Served } from "../../model/served.ts";
import { readAll } from "../read-all.ts";
import { lookAt, rbacGroup, type FileContext } from "./look.ts";
import type { FileTemplate } from "./template.ts";

type File = Pick<FileTemplate, "objects">;

export interface CheckedSurroundings {
  /** What the file's template needs and the cluster lacks, or what is not known of it (hazard H05). */
  readonly missing: readonly Missing[];
  /** `missing` in words and lines; undefined when there is nothing. */
  readonly refusal: readonly string[] | undefined;
  /** How many other objects of the file are not as in the cluster; undefined when there are none, or nobody asked. */
  readonly others: string | undefined;
}

/** The cluster against everything in the file but the DaemonSet; only reads. */
export async function checkSurroundings(
  connection: Connection,
  file: FileTemplate,
  daemonSet: KubeObject,
  {
    about,
    others = true,
    ofRelease,
  }: {
    readonly about?: MissingFor;
    readonly others?: boolean;
    /** What the template's release needs, whatever the file holds. */
    readonly ofRelease?: TemplateNeeds | undefined;
  } = {},
): Promise<CheckedSurroundings> {
  const cluster = lookFor(connection, file, ofRelease);
  const [{ missing: found }, counted] = await Promise.all([
    readNeeds(cluster, file, daemonSet, ofRelease),
    others ? countOthers(cluster, file, daemonSet) : undefined,
  ]);
  return {
    missing: found,
    refusal: missingLines(found, file.name, about),
    others: counted === undefined ? undefined : othersText(counted, file.name),
  };
}

interface Prerequisites {
  readonly discovery: Discovery;
  readonly live: LiveSurroundings;
  /** Of the file's template, then of its release what the file does not bring either. */
  readonly missing: readonly Missing[];
}

const nothing: TemplateNeeds = { crds: [], accounts: [], grants: [], configs: [] };

function lookFor(connection: Connection, { objects }: File, ofRelease = nothing): FileContext {
  return lookAt(
    connection,
    objects,
    ofRelease.crds.map(({ group }) => group),
  );
}

/** What the file's template needs, and the cluster's side of it. */
export async function readSurroundings(
  connection: Connection,
  file: File,
  daemonSet: KubeObject,
  ofRelease?: TemplateNeeds,
): Promise<Prerequisites> {
  return await readNeeds(lookFor(connection, file, ofRelease), file, daemonSet, ofRelease);
}

/** Reads what does not depend on each other side by side. */
async function readNeeds(
  look: FileContext,
  file: File,
  daemonSet: KubeObject,
  ofRelease = nothing,
): Promise<Prerequisites> {
  const { connection, get } = look;
  const ofFile = templateNeeds(file.objects, daemonSet, connection.namespace);
  const needs: TemplateNeeds = {
    ...ofFile,
    accounts: [...ofFile.accounts, ...ofRelease.accounts],
    grants: [...ofFile.grants, ...ofRelease.grants],
  };
  const core = (resource: string, kind: string, { namespace, name }: Account): Ref => ({
    group: "",
    version: "v1",
    resource,
    kind,
    namespace,
    name,
  });
  const [{ discovery, bindings, roles }, accounts, configs] = await Promise.all([
    look.discovery.then(async (found) => ({
      discovery: found,
      ...(await readRbac(look, found, needs)),
    })),
    byId(needs.accounts, accountId, (account) => get(core("serviceaccounts", "ServiceAccount", account))),
    byId(needs.configs, configId, async (need) => {
      const resource = need.kind === "Secret" ? "secrets" : "configmaps";
      return keysOnly(await get(core(resource, need.kind, need)), need.kind);
    }),
  ]);
  const notAsked = { known: false, why: "not asked", message: "not asked for" } as const;
  const live: LiveSurroundings = {
    served: ({ group, kind, versions }) =>
      versions.some((version) => discovery.forKind(`${group}/${version}`, kind) !== undefined),
    account: (account) => accounts.get(accountId(account)) ?? notAsked,
    bindings,
    role: (role) => roles.get(roleId(role)) ?? notAsked,
    config: (need) => configs.get(configId(need)) ?? notAsked,
  };
  const objects = file.objects.map(({ object }) => object);
  const left = missingFromBoth(ofRelease, live, objects, connection.namespace);
  return { discovery, live, missing: [...missing(ofFile, live), ...left.map(neither)] };
}

/** What no object of the file adds is reported: applying all of it would not do. */
function neither(one: Missing): Missing {
  return one.unknown === true ? one : { ...one, ofRelease: true };
}

/** Looks at every object of the file but the DaemonSet. */
async function countOthers(look: FileContext, file: File, daemonSet: KubeObject): Promise<OtherObjects> {
  const { connection, get } = look;
  const others = file.objects
    .map(({ object }) => object)
    .filter(({ kind, metadata }) => !(kind === daemonSet.kind && metadata.name === daemonSet.metadata.name));
  const discovery = await look.discovery;
  const answers = await Promise.all(
    others.map(async (object) => {
      const served = discovery.forKind(object.apiVersion, object.kind);
      if (served === undefined) return "differs";
      const namespace = object.metadata.namespace ?? connection.namespace;
      const { name } = object.metadata;
      const reading = await get({ ...served, name, ...(served.namespaced ? { namespace } : {}) });
      if (!reading.known) return "unknown";
      return reading.value !== undefined && isAsInFile(object, reading.value) ? "same" : "differs";
    }),
  );
  return {
    differ: answers.filter((answer) => answer === "differs").length,
    unknown: answers.filter((answer) => answer === "unknown").length,
  };
}

/** The values of a Secret are let go of here. */
function keysOnly(
  reading: Reading<KubeObject | undefined>,
  kind: ConfigNeed["kind"],
): Reading<ConfigKeys | undefined> {
  if (!reading.known || reading.value === undefined) return reading as Reading<undefined>;
  const { data, binaryData } = reading.value as { readonly data?: object; readonly binaryData?: object };
  const keys = [...Object.keys(data ?? {}), ...Object.keys(binaryData ?? {})];
  return { known: true, value: { keys, ...(kind === "Secret" ? {} : { object: reading.value }) } };
}

interface Rbac {
  readonly bindings: LiveSurroundings["bindings"];
  readonly roles: ReadonlyMap<string, Reading<KubeObject | undefined>>;
}

/** All bindings that may reach the accounts, then the roles that they and the file name. */
async function readRbac(
  { connection }: FileContext,
  discovery: Discovery,
  needs: TemplateNeeds,
): Promise<Rbac> {
  const places = {
    ClusterRole: discovery.find("clusterroles", [rbacGroup]),
    Role: discovery.find("roles", [rbacGroup]),
    ClusterRoleBinding: discovery.find("clusterrolebindings", [rbacGroup]),
    RoleBinding: discovery.find("rolebindings", [rbacGroup]),
  };
  const { ClusterRoleBinding: wide, RoleBinding: narrow } = places;
  if (wide === undefined || narrow === undefined) return { bindings: "none", roles: new Map() };
  const namespaces = new Set(needs.grants.flatMap(({ binding }) => binding?.namespace ?? []));
  const bindings = await readingOf(async () => {
    const lists = await Promise.all([
      list(connection, wide),
      ...[...namespaces].map((namespace) => list(connection, narrow, { namespace })),
    ]);
    return lists.flatMap(({ items }) => items);
  });
  const bound = (bindings.known ? bindings.value : [])
    .map((raw) => bindingOf(raw, raw.metadata.namespace ?? ""))
    .filter((binding) => needs.accounts.some((account) => bindsTo(binding, account)));
  const wanted = [...bound, ...needs.grants.flatMap(({ binding }) => binding ?? [])].map(({ role }) => role);
  const refs = wanted.flatMap((role) => refOf(role, places[role.kind]) ?? []);
  const found = await readAll(connection, [...new Map(refs.map((ref) => [objectKey(ref), ref])).values()]);
  const roles = await byId(wanted, roleId, (role) => {
    const ref = refOf(role, places[role.kind]);
    const none = { known: true as const, value: undefined };
    return Promise.resolve((ref === undefined ? undefined : found.get(objectKey(ref))) ?? none);
  });
  return { bindings, roles };
}

/** Undefined: the server has no such kind. */
function refOf({ name, namespace }: RoleRef, place: Served | undefined): Ref | undefined {
  return place === undefined
    ? undefined
    : { ...place, name, ...(namespace === undefined ? {} : { namespace }) };
}

async function byId<T, V>(
  all: readonly T[],
  id: (one: T) => string,
  read: (one: T) => Promise<V>,
): Promise<ReadonlyMap<string, V>> {
  const entries = [...new Map(all.map((one) => [id(one), one])).entries()];
  return new Map(await Promise.all(entries.map(async ([key, one]) => [key, await read(one)] as const)));
}

function accountId({ namespace, name }: Account): string {
  return `${namespace}/${name}`;
}

function roleId({ kind, namespace, name }: RoleRef): string {
  return `${kind}/${namespace ?? ""}/${name}`;
}

function configId({ kind, namespace, name }: Pick<ConfigNeed, "kind" | "namespace" | "name">): string {
  return `${kind}/${namespace}/${name}`;
}
