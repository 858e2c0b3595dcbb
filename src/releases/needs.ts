import type { PolicyRule } from "../model/rbac.ts";
import { needsTable } from "./needs-table.ts";
import { atLeast, type Version } from "./version.ts";

/** What is asked of an install: which manifest of a release it is like. */
export type NeedsFlavour =
  /** Kubernetes datastore: what every manifest for it needs. */
  | "kdd"
  /** Kubernetes datastore with Calico's own IPAM: this in addition. */
  | "ipam"
  | "etcd"
  | "canal-etcd";

/** Who needs it: calico-node, the account that the CNI plugin has a token of, or the controller. */
export type NeedsComponent = "node" | "cni" | "controller";

export interface NeededCrd {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  readonly version: string;
}

/** What upstream's manifests of one minor release give their components, and so what these need. */
export interface ReleaseNeeds {
  readonly release: Version;
  readonly rules: (component: NeedsComponent, flavour: NeedsFlavour) => readonly PolicyRule[];
  readonly crds: (flavour: NeedsFlavour) => readonly NeededCrd[];
}

interface NeedsRow {
  readonly what: NeedsComponent | "crd";
  readonly flavour: string;
  readonly from: string;
  /** The last minor that has it; undefined: the newest has. */
  readonly last: string | undefined;
  readonly rest: readonly string[];
}

/** In a resource name: the component's own ServiceAccount. */
const ownAccount = "$account";

let parsed:
  | { readonly rows: readonly NeedsRow[]; readonly first: string; readonly newest: string }
  | undefined;

/**
 * What a release needs; undefined: nothing is on record of it. `account` is the ServiceAccount that calico-node
 * has in this install.
 */
export function needsOf(release: Version, account: string): ReleaseNeeds | undefined {
  const { rows, first, newest } = (parsed ??= parse(needsTable));
  const { major, minor } = release;
  const same = (text: string): boolean => text === `v${major}.${minor}`;
  if (!atLeast(release, `${first}.0`) || (atLeast(release, `${newest}.0`) && !same(newest))) return undefined;
  const here = rows.filter(
    ({ from, last }) =>
      (same(from) || atLeast(release, `${from}.0`)) &&
      (last === undefined || same(last) || !atLeast(release, `${last}.0`)),
  );
  const of = (what: NeedsRow["what"], flavour: NeedsFlavour): readonly (readonly string[])[] =>
    here.filter((row) => row.what === what && row.flavour === flavour).map(({ rest }) => rest);
  return {
    release,
    rules: (component, flavour) => of(component, flavour).map((rest) => ruleOf(rest, account)),
    crds: (flavour) => of("crd", flavour).flatMap(crdsOf),
  };
}

function parse(text: string): NonNullable<typeof parsed> {
  const [minors = "", ...lines] = text.trim().split("\n");
  const [first = "", newest = ""] = minors.split(" ");
  const rows = lines.map((line): NeedsRow => {
    const [what = "", flavour = "", range = "", ...rest] = line.split(" ");
    const [from = "", last] = range.split("-");
    return { what: what as NeedsRow["what"], flavour, from, last: last === "" ? undefined : last, rest };
  });
  return { rows, first, newest };
}

function ruleOf(
  [verbs = "", group = "", resources = "", names]: readonly string[],
  account: string,
): PolicyRule {
  return {
    verbs: verbs.split(","),
    apiGroups: [group === "-" ? "" : group],
    resources: resources.split(","),
    ...(names === undefined
      ? {}
      : { resourceNames: names.split(",").map((name) => (name === ownAccount ? account : name)) }),
  };
}

function crdsOf([groupVersion = "", kinds = ""]: readonly string[]): readonly NeededCrd[] {
  const [group = "", version = ""] = groupVersion.split("/");
  return kinds.split(",").map((each) => {
    const [plural = "", kind = ""] = each.split("=");
    return { group, version, plural, kind };
  });
}
