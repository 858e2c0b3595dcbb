import type { KubeObject } from "../model/kube.ts";
import { templateFacts, type KeySource, type TemplateFacts } from "../model/template.ts";
import type { ManifestObject } from "./parse.ts";
import {
  bindingOf,
  bindsTo,
  isBinding,
  rulesOf,
  sameRole,
  type Account,
  type Binding,
  type PolicyRule,
} from "../model/rbac.ts";

/** What pods of the file's template need around them to become Ready (hazard H05). */
export interface TemplateNeeds {
  /** The CRDs of the file. */
  readonly crds: readonly CrdNeed[];
  /** The ServiceAccount of the template first, then those that it makes tokens for. */
  readonly accounts: readonly Account[];
  /** The rules that the file gives to these ServiceAccounts. */
  readonly grants: readonly GrantNeed[];
  /** ConfigMaps and Secrets that the template names and does not call optional. */
  readonly configs: readonly ConfigNeed[];
}

export interface CrdNeed {
  /** felixconfigurations.crd.projectcalico.org. */
  readonly name: string;
  readonly group: string;
  readonly kind: string;
  /** Served by the file's CRD. */
  readonly versions: readonly string[];
}

/** A role of the file, bound in the file to an account; or what a release needs, whichever role gives it. */
export interface GrantNeed {
  readonly account: Account;
  /** Undefined: any role will do. */
  readonly binding?: Binding;
  readonly rules: readonly PolicyRule[];
}

export interface ConfigNeed {
  readonly kind: "ConfigMap" | "Secret";
  readonly namespace: string;
  readonly name: string;
  /** Empty: it only has to be there. */
  readonly keys: readonly string[];
}

/**
 * `daemonSet` as findDaemonSet gives it: with its namespace. `defaultNamespace` is that of objects of
 * the file which name none.
 */
export function templateNeeds(
  objects: readonly ManifestObject[],
  daemonSet: KubeObject,
  defaultNamespace?: string,
): TemplateNeeds {
  const namespace = daemonSet.metadata.namespace ?? "default";
  const usual = defaultNamespace ?? namespace;
  const all = objects.map(({ object }) => object);
  const template = templateFacts(
    (daemonSet["spec"] as { readonly template?: unknown } | undefined)?.template,
  );
  const own: Account = { namespace, name: template.serviceAccount ?? "default" };
  const ownGrants = grantsTo(own, all, usual);
  const others = tokensFor(ownGrants, own, all, usual);
  return {
    crds: all.filter(({ kind }) => kind === "CustomResourceDefinition").map(crdNeed),
    accounts: [own, ...others],
    grants: [...ownGrants, ...others.flatMap((account) => grantsTo(account, all, usual))],
    configs: configNeeds(template, namespace),
  };
}

export function crdNeed(raw: KubeObject): CrdNeed {
  const spec = (raw["spec"] ?? {}) as {
    readonly group?: string;
    readonly version?: string;
    readonly names?: { readonly kind?: string };
    readonly versions?: readonly { readonly name: string; readonly served?: boolean }[];
  };
  const versions = (spec.versions ?? []).filter(({ served }) => served !== false).map(({ name }) => name);
  return {
    name: raw.metadata.name,
    group: spec.group ?? raw.metadata.name.replace(/^[^.]*\./, ""),
    kind: spec.names?.kind ?? "",
    versions: versions.length > 0 || spec.version === undefined ? versions : [spec.version],
  };
}

function grantsTo(account: Account, objects: readonly KubeObject[], namespace: string): readonly GrantNeed[] {
  return objects.filter(isBinding).flatMap((raw) => {
    const binding = bindingOf(raw, namespace);
    if (!bindsTo(binding, account)) return [];
    const role = objects.find(
      ({ kind, metadata }) =>
        (kind === "ClusterRole" && sameRole(binding.role, { kind: "ClusterRole", name: metadata.name })) ||
        (kind === "Role" &&
          sameRole(binding.role, {
            kind: "Role",
            name: metadata.name,
            namespace: metadata.namespace ?? namespace,
          })),
    );
    return role === undefined ? [] : [{ account, binding, rules: rulesOf(role) }];
  });
}

/**
 * From v3.26 on calico-node makes the CNI plugin's tokens for a ServiceAccount of its own; without that
 * one no pod on the node gets an address. The rule that allows it names the account.
 */
function tokensFor(
  grants: readonly GrantNeed[],
  own: Account,
  objects: readonly KubeObject[],
  namespace: string,
): readonly Account[] {
  const names = grants
    .flatMap(({ rules }) => rules)
    .filter(({ resources }) => resources?.includes("serviceaccounts/token") === true)
    .flatMap(({ resourceNames }) => resourceNames ?? []);
  return [...new Set(names)]
    .filter((name) => name !== own.name)
    .filter((name) =>
      objects.some(
        ({ kind, metadata }) =>
          kind === "ServiceAccount" &&
          metadata.name === name &&
          (metadata.namespace ?? namespace) === own.namespace,
      ),
    )
    .map((name) => ({ namespace: own.namespace, name }));
}

/** ConfigMaps and Secrets that a template names and does not call optional. */
export function configNeeds(template: TemplateFacts, namespace: string): readonly ConfigNeed[] {
  const keys = new Map<string, { readonly source: KeySource; readonly keys: Set<string> }>();
  const need = (source: KeySource | undefined, named: readonly string[]): void => {
    if (source === undefined || source.optional) return;
    const id = `${source.kind}/${source.name}`;
    const entry = keys.get(id) ?? { source, keys: new Set<string>() };
    for (const key of named) entry.keys.add(key);
    keys.set(id, entry);
  };
  for (const container of [...template.initContainers, ...template.containers]) {
    for (const { from } of container.env) need(from, from?.key === undefined ? [] : [from.key]);
    for (const source of container.envFrom) need(source, []);
  }
  for (const volume of template.volumes) need(volume.source, volume.keys);
  return [...keys.values()].map(({ source, keys: named }) => ({
    kind: source.kind,
    namespace,
    name: source.name,
    keys: [...named],
  }));
}
