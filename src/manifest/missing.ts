import type { KubeObject } from "../model/kube.ts";
import type { Reading, Truth } from "../model/reading.ts";
import { uncovered, type Grant } from "./covers.ts";
import type { ConfigNeed, CrdNeed, GrantNeed, TemplateNeeds } from "./needs.ts";
import {
  bindingOf,
  bindsTo,
  rulesOf,
  sameRole,
  type Account,
  type Binding,
  type RoleRef,
} from "../model/rbac.ts";

/** The cluster's side of the needs. Known and undefined: it is not there. */
export interface LiveSurroundings {
  /** Whether a CRD's kind is served in one of the versions that the file serves it in. */
  readonly served: (need: CrdNeed) => Truth;
  readonly account: (account: Account) => Reading<KubeObject | undefined>;
  /**
   * All ClusterRoleBindings, and the RoleBindings of the namespaces where the file binds something.
   * "none": this server has no RBAC, and no rules that could be missing.
   */
  readonly bindings: Reading<readonly KubeObject[]> | "none";
  readonly role: (role: RoleRef) => Reading<KubeObject | undefined>;
  readonly config: (need: Pick<ConfigNeed, "kind" | "namespace" | "name">) => Reading<ConfigKeys | undefined>;
}

export interface ConfigKeys {
  readonly keys: readonly string[];
  /** Not for Secrets: their values are never kept. */
  readonly object?: KubeObject;
}

/** One thing that the template needs and the cluster lacks, or that could not be looked at. */
export interface Missing {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  /** Follows the object's name: "is not there", "has no key veth_mtu". */
  readonly what: string;
  /** It could not be read whether this is missing; `what` says why. */
  readonly unknown?: true;
  /** The keys of a ConfigMap or Secret that are not there. */
  readonly keys?: readonly string[];
  /** Why the file's object cannot be applied as it is, and what to do. */
  readonly because?: string;
  /** The release needs it, and no object of the file brings it. */
  readonly ofRelease?: true;
}

/** Everything that is missing or unknown, in the order in which it is to be added. */
export function missing(needs: TemplateNeeds, live: LiveSurroundings): readonly Missing[] {
  return [
    ...needs.crds.flatMap((need) => missingCrd(need, live)),
    ...needs.accounts.flatMap((account) => missingAccount(account, live)),
    ...needs.grants.flatMap((need) => missingRules(need, live)),
    ...needs.configs.flatMap((need) => missingConfig(need, live)),
  ];
}

function missingCrd(need: CrdNeed, live: LiveSurroundings): readonly Missing[] {
  const served = live.served(need);
  if (served === true) return [];
  const about = { kind: "CustomResourceDefinition", name: need.name };
  if (served === "unknown") return [{ ...about, what: "is not known to be there", unknown: true }];
  return [{ ...about, what: "is not there" }];
}

function missingAccount(account: Account, live: LiveSurroundings): readonly Missing[] {
  const reading = live.account(account);
  if (reading.known && reading.value !== undefined) return [];
  const about = { kind: "ServiceAccount", ...account };
  return [reading.known ? { ...about, what: "is not there" } : unread(about, reading.message)];
}

function unread(about: Pick<Missing, "kind" | "name" | "namespace">, why: string): Missing {
  return { ...about, what: `could not be read: ${why}`, unknown: true };
}

/** The rules of all live bindings that reach the account where the needed binding holds. */
function missingRules({ binding, ...need }: GrantNeed, live: LiveSurroundings): readonly Missing[] {
  if (live.bindings === "none") return [];
  if (binding === undefined) return missingAnyhow(need, live.bindings, live);
  const { role, namespace } = binding;
  const about = { ...role };
  if (!live.bindings.known) return [unread(about, live.bindings.message)];
  const bound = live.bindings.value
    .map((raw) => bindingOf(raw, raw.metadata.namespace ?? ""))
    .filter((binding) => bindsTo(binding, need.account) && reaches(binding, namespace));
  const readings = bound.map((binding) => live.role(binding.role));
  const rules = readings.flatMap((reading) =>
    reading.known && reading.value !== undefined ? rulesOf(reading.value) : [],
  );
  const lacking = uncovered(rules, need.rules);
  if (lacking.length === 0) return [];
  const dark = readings.find(({ known }) => !known);
  if (dark !== undefined && !dark.known) return [unread(about, dark.message)];
  const own = live.role(role);
  if (!own.known) return [unread(about, own.message)];
  const account = `ServiceAccount ${need.account.namespace}/${need.account.name}`;
  const found: Missing[] = [];
  const ownRules = own.value === undefined ? [] : rulesOf(own.value);
  if (uncovered(ownRules, need.rules).length > 0) {
    const verb = own.value === undefined ? "is not there and would allow" : "does not allow";
    found.push({ ...about, what: `${verb} ${account} to ${describeGrants(lacking)}` });
  }
  if (!bound.some((binding) => sameRole(binding.role, role))) {
    const { kind, name } = binding;
    const what = `does not give ${role.kind} ${role.name} to ${account}`;
    found.push({ kind, name, what, ...(namespace === undefined ? {} : { namespace }) });
  }
  return found;
}

/** Of all roles that are bound to the account everywhere; where there is none, its account is named. */
function missingAnyhow(
  { account, rules }: Omit<GrantNeed, "binding">,
  bindings: Reading<readonly KubeObject[]>,
  live: LiveSurroundings,
): readonly Missing[] {
  const unbound = { kind: "ServiceAccount", ...account };
  if (!bindings.known) return [unread(unbound, bindings.message)];
  const bound = bindings.value
    .map((raw) => bindingOf(raw, raw.metadata.namespace ?? ""))
    .filter((each) => bindsTo(each, account) && reaches(each, undefined))
    .map(({ role }) => ({ role, reading: live.role(role) }));
  const owned = bound.flatMap(({ reading }) =>
    reading.known && reading.value !== undefined ? rulesOf(reading.value) : [],
  );
  const lacking = uncovered(owned, rules);
  if (lacking.length === 0) return [];
  for (const { role, reading } of bound) if (!reading.known) return [unread(role, reading.message)];
  const what = describeGrants(lacking);
  const own =
    bound.find(({ role }) => /calico|canal/.test(role.name)) ??
    // What Kubernetes binds to everybody is not where Calico's rights belong.
    bound.find(({ role }) => !role.name.startsWith("system:"));
  const found =
    own === undefined
      ? { ...unbound, what: `has no role that allows it to ${what}` }
      : {
          ...own.role,
          what: `does not allow ServiceAccount ${account.namespace}/${account.name} to ${what}`,
        };
  return [found];
}

function reaches(binding: Binding, namespace: string | undefined): boolean {
  return binding.kind === "ClusterRoleBinding" || binding.namespace === namespace;
}

/** "list, watch tiers.crd.projectcalico.org; create serviceaccounts/token (calico-node)". */
export function describeGrants(grants: readonly Grant[]): string {
  const verbs = new Map<string, string[]>();
  for (const grant of grants) {
    const target = "url" in grant ? grant.url : resourceName(grant);
    verbs.set(target, [...(verbs.get(target) ?? []), grant.verb]);
  }
  const byVerbs = new Map<string, string[]>();
  for (const [target, list] of verbs) {
    const key = [...new Set(list)].join(", ");
    byVerbs.set(key, [...(byVerbs.get(key) ?? []), target]);
  }
  return [...byVerbs].map(([list, targets]) => `${list} ${targets.join(", ")}`).join("; ");
}

function resourceName(grant: Extract<Grant, { readonly resource: string }>): string {
  const { group, resource, name } = grant;
  return `${group === "" ? resource : `${resource}.${group}`}${name === undefined ? "" : ` (${name})`}`;
}

function missingConfig(need: ConfigNeed, live: LiveSurroundings): readonly Missing[] {
  const { kind, namespace, name, keys } = need;
  const reading = live.config(need);
  if (!reading.known) return [unread({ kind, namespace, name }, reading.message)];
  if (reading.value === undefined) {
    const which = keys.length === 0 ? "" : ` (needed: ${keys.join(", ")})`;
    return [{ kind, namespace, name, what: `is not there${which}`, keys }];
  }
  const there = new Set(reading.value.keys);
  const lacking = keys.filter((key) => !there.has(key));
  if (lacking.length === 0) return [];
  const what = `has no key ${lacking.join(", ")}`;
  return [{ kind, namespace, name, what, keys: lacking }];
}
