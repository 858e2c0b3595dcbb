import { uncovered } from "../manifest/covers.ts";
import type { CrdNeed, GrantNeed, TemplateNeeds } from "../manifest/needs.ts";
import type { DatastoreType } from "../model/datastore.ts";
import type { Account, PolicyRule } from "../model/rbac.ts";
import { calicoNodeContainer, type TemplateFacts } from "../model/template.ts";
import { needsOf, type NeedsComponent, type NeedsFlavour, type ReleaseNeeds } from "../releases/needs.ts";
import { atLeast, type Version } from "../releases/version.ts";

/** The pods that are asked about, and the Calico that they are part of. */
export interface Needing {
  readonly component: "node" | "controller";
  readonly namespace: string;
  readonly template: TemplateFacts;
  readonly datastore: DatastoreType;
  readonly canal: boolean;
  /** Addresses of pods are given out by Calico's own IPAM. */
  readonly ipam: boolean;
}

const none: TemplateNeeds = { crds: [], accounts: [], grants: [], configs: [] };

/**
 * What pods of a release need that those of another, which are Ready, do without (hazard H05); undefined: what the
 * release needs is not on record. Without `from` all that it needs.
 */
export function releaseNeeds(
  pods: Needing,
  to: Version,
  from: Version | undefined,
): TemplateNeeds | undefined {
  const { namespace, template } = pods;
  const own: Account = { namespace, name: template.serviceAccount ?? "default" };
  const after = needsOf(to, own.name);
  if (after === undefined) return undefined;
  const before = from === undefined ? undefined : needsOf(from, own.name);
  const beyond = (component: NeedsComponent): readonly PolicyRule[] =>
    rulesBeyond(
      before === undefined ? [] : rulesIn(before, component, pods),
      rulesIn(after, component, pods),
    );
  if (pods.component === "controller") return { ...none, grants: grantTo(own, beyond("controller")) };
  const cni = cniAccount(pods, after, own);
  const isOwn = ({ resources, resourceNames }: PolicyRule): boolean =>
    resources?.includes("serviceaccounts/token") !== true ||
    resourceNames?.includes(own.name) === true ||
    cni !== undefined;
  const ofCni = cni === undefined ? [] : beyond("cni");
  return {
    crds: crdsBeyond(before === undefined ? [] : crdsIn(before, pods), crdsIn(after, pods)),
    accounts: cni === undefined || ofCni.length === 0 ? [] : [cni],
    grants: [
      ...grantTo(own, beyond("node").filter(isOwn)),
      ...(cni === undefined ? [] : grantTo(cni, ofCni)),
    ],
    configs: [],
  };
}

/** The account that calico-node makes tokens for, where it is not told another one. */
function cniAccount(pods: Needing, needs: ReleaseNeeds, own: Account): Account | undefined {
  const named = calicoNodeContainer(pods.template)?.env.some(
    ({ name }) => name === "CALICO_CNI_SERVICE_ACCOUNT",
  );
  if (named === true) return undefined;
  const [name] = rulesIn(needs, "node", pods)
    .filter(({ resources }) => resources?.includes("serviceaccounts/token") === true)
    .flatMap(({ resourceNames }) => resourceNames ?? []);
  return name === undefined || name === own.name ? undefined : { namespace: own.namespace, name };
}

function flavoursOf({ component, datastore, canal, ipam }: Needing): readonly NeedsFlavour[] {
  if (datastore === "etcd") return canal && component === "node" ? ["canal-etcd"] : ["etcd"];
  return ipam ? ["kdd", "ipam"] : ["kdd"];
}

/** Of canal's roles before v3.4, which stood in a file of their own, nothing is on record. */
function rulesIn(needs: ReleaseNeeds, component: NeedsComponent, pods: Needing): readonly PolicyRule[] {
  if (pods.canal && !atLeast(needs.release, "v3.4.0")) return [];
  return flavoursOf(pods).flatMap((flavour) => needs.rules(component, flavour));
}

function crdsIn(needs: ReleaseNeeds, pods: Needing): readonly CrdNeed[] {
  return flavoursOf(pods)
    .flatMap((flavour) => needs.crds(flavour))
    .map(({ group, plural, kind, version }) => ({
      name: `${plural}.${group}`,
      group,
      kind,
      versions: [version],
    }));
}

function crdsBeyond(before: readonly CrdNeed[], after: readonly CrdNeed[]): readonly CrdNeed[] {
  const id = ({ name, versions }: CrdNeed): string => `${name} ${versions.join()}`;
  const had = new Set(before.map(id));
  return after.filter((need) => !had.has(id(need)));
}

/** One rule for each right that is new. */
function rulesBeyond(before: readonly PolicyRule[], after: readonly PolicyRule[]): readonly PolicyRule[] {
  return uncovered(before, after).flatMap((grant) =>
    "url" in grant
      ? []
      : {
          verbs: [grant.verb],
          apiGroups: [grant.group],
          resources: [grant.resource],
          ...(grant.name === undefined ? {} : { resourceNames: [grant.name] }),
        },
  );
}

function grantTo(account: Account, rules: readonly PolicyRule[]): readonly GrantNeed[] {
  return rules.length === 0 ? [] : [{ account, rules }];
}
