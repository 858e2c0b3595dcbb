import type { PolicyRule } from "../model/rbac.ts";

/** One thing that a rule allows: one verb on one resource (of one name), or on one URL. */
export type Grant =
  | {
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      /** undefined: all names. */
      readonly name?: string;
    }
  | { readonly verb: string; readonly url: string };

/** Whether `owned` allows all that `wanted` allows, as Kubernetes' escalation check sees it. */
export function covers(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): boolean {
  return uncovered(owned, wanted).length === 0;
}

/**
 * What of `wanted` is not in `owned`. As Covers of k8s.io/component-helpers/auth/rbac/validation: each
 * wanted rule is broken down to single grants, and each has to be covered whole by one owned rule.
 */
export function uncovered(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly Grant[] {
  return wanted.flatMap(grantsOf).filter((grant) => !owned.some((rule) => allows(rule, grant)));
}

export function grantsOf(rule: PolicyRule): readonly Grant[] {
  const verbs = rule.verbs ?? [];
  const names = rule.resourceNames ?? [];
  const onResources = (rule.apiGroups ?? []).flatMap((group) =>
    (rule.resources ?? []).flatMap((resource) =>
      verbs.flatMap((verb): Grant[] =>
        names.length === 0
          ? [{ verb, group, resource }]
          : names.map((name) => ({ verb, group, resource, name })),
      ),
    ),
  );
  const onUrls = (rule.nonResourceURLs ?? []).flatMap((url) => verbs.map((verb) => ({ verb, url })));
  return [...onResources, ...onUrls];
}

function allows(rule: PolicyRule, grant: Grant): boolean {
  if (!hasOrAll(rule.verbs, grant.verb)) return false;
  if ("url" in grant) return (rule.nonResourceURLs ?? []).some((own) => coversUrl(own, grant.url));
  const names = rule.resourceNames ?? [];
  return (
    hasOrAll(rule.apiGroups, grant.group) &&
    coversResource(rule.resources ?? [], grant.resource) &&
    (names.length === 0 || (grant.name !== undefined && names.includes(grant.name)))
  );
}

function hasOrAll(list: readonly string[] | null | undefined, value: string): boolean {
  return list?.includes("*") === true || list?.includes(value) === true;
}

// "*" is everything, subresources included; "*/scale" is that subresource of anything.
function coversResource(owned: readonly string[], resource: string): boolean {
  if (owned.includes("*") || owned.includes(resource)) return true;
  const slash = resource.indexOf("/");
  return slash >= 0 && owned.includes(`*${resource.slice(slash)}`);
}

function coversUrl(owned: string, url: string): boolean {
  if (owned === url) return true;
  return owned.endsWith("*") && url.startsWith(owned.replace(/(?<!\*)\*+$/, ""));
}
