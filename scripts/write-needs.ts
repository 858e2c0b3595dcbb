// Writes src/releases/needs-table.ts from upstream's manifests (MINOR/FLAVOUR.yaml): which rules the roles of
// calico-node, of the CNI plugin's account and of the controller have, and which CRDs come with them.
//   node scripts/write-needs.ts [DIRECTORY]      default: ../shared/manifests
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { grantsOf } from "../src/manifest/covers.ts";
import { crdNeed, templateNeeds } from "../src/manifest/needs.ts";
import { parseManifest } from "../src/manifest/parse.ts";
import { runsCalicoNode } from "../src/model/install.ts";
import type { KubeObject } from "../src/model/kube.ts";
import { templateFacts } from "../src/model/template.ts";
import { workloadFacts } from "../src/model/workload.ts";
import { catalogue } from "../src/releases/catalogue.ts";
import { compareVersions, versionOf } from "../src/releases/version.ts";

const root = join(import.meta.dirname, "..");
const source = process.argv[2] ?? join(root, "..", "shared", "manifests");

const withIpam = ["kdd", "kdd-typha", "kdd-vxlan", "kdd-bpf"];
const kdd = [...withIpam, "kdd-policy-only", "canal"];
/** Until v3.3 the roles stood in files of their own. */
const rolesBeside = { kdd: ["rbac-kdd", "rbac-hosted"], etcd: ["rbac-etcd"] } as const;

/** What one manifest has, a line each: `node get,list - pods`. */
type Facts = ReadonlySet<string>;

const minors = [...new Set([...catalogue.releases.keys()].map((name) => /^v\d+\.\d+/.exec(name)?.[0] ?? ""))]
  .filter((minor) => existsSync(join(source, minor)))
  .toSorted((a, b) => compareVersions(versionOf(`${a}.0`), versionOf(`${b}.0`)));

const ofMinor = minors.map(factsOfMinor);
const rows = [...new Set(ofMinor.flatMap((facts) => [...facts]))].flatMap(rangesOf);
const text = merged(rows);

writeFileSync(
  join(root, "src", "releases", "needs-table.ts"),
  `/**
 * What calico-node, the CNI plugin's account and the controller are allowed, and which CRDs there are, in upstream's
 * manifests. Written by scripts/write-needs.ts; change that, not this.
 * First line: the oldest and the newest minor. Then: who, flavour (kdd; ipam: kdd with Calico's IPAM, in addition; etcd;
 * canal-etcd), from which minor to which ("v3.0-": to the newest), verbs, API group ("-" is the core's), resources,
 * names ("$account" is calico-node's own ServiceAccount); of CRDs group/version and plural=kind. A minor whose manifest
 * is not among the sources needs what its neighbours both need.
 */
export const needsTable = \`
${minors[0] ?? ""} ${minors.at(-1) ?? ""}
${text.join("\n")}
\`;
`,
);
console.log(
  `${String(text.length)} rows of ${String(minors.length)} minors written to src/releases/needs-table.ts`,
);

function factsOfMinor(minor: string): Facts {
  const read = (flavour: string): readonly KubeObject[] => {
    const path = join(source, minor, `${flavour}.yaml`);
    return existsSync(path)
      ? parseManifest(readFileSync(path, "utf8"), path).map(({ object }) => object)
      : [];
  };
  const files = new Set(readdirSync(join(source, minor)).map((name) => name.replace(/\.yaml$/, "")));
  const withRoles = (flavour: string, kind: keyof typeof rolesBeside): readonly KubeObject[] => {
    const own = read(flavour);
    const beside = rolesBeside[kind].find((name) => files.has(name));
    return own.some((object) => object.kind === "ClusterRole") || beside === undefined
      ? own
      : [...own, ...read(beside)];
  };
  const crds = new Set(crdNames(read("kdd")));
  const of = (flavours: readonly string[], kind: keyof typeof rolesBeside): Facts =>
    inAll(flavours.filter((each) => files.has(each)).map((each) => factsOf(withRoles(each, kind), crds)));
  const common = of(kdd, "kdd");
  const own = of(withIpam, "kdd");
  return new Set([
    ...named("kdd", common),
    ...named(
      "ipam",
      [...own].filter((fact) => !common.has(fact)),
    ),
    ...named("etcd", of(["etcd"], "etcd")),
    ...named("canal-etcd", of(["canal-etcd"], "etcd")),
  ]);
}

/** `node get,list - pods` → `node kdd get,list - pods`. */
function named(flavour: string, facts: Iterable<string>): readonly string[] {
  return [...facts].map((fact) => fact.replace(" ", ` ${flavour} `));
}

/** Of each component what all manifests have that have anything of it. */
function inAll(all: readonly Facts[]): Facts {
  const found = new Set<string>();
  for (const who of ["node", "cni", "controller", "crd"]) {
    const own = all
      .map((facts) => new Set([...facts].filter((fact) => fact.startsWith(`${who} `))))
      .filter((facts) => facts.size > 0);
    for (const fact of own[0] ?? []) if (own.every((facts) => facts.has(fact))) found.add(fact);
  }
  return found;
}

function factsOf(all: readonly KubeObject[], crds: ReadonlySet<string>): Facts {
  const objects = all.map((object) => ({ object, source: { name: "", document: 1 } }));
  const facts = new Set<string>();
  for (const object of all) {
    const template = templateFacts((object["spec"] as { readonly template?: unknown } | undefined)?.template);
    const isNode = object.kind === "DaemonSet" && runsCalicoNode(template);
    const isController =
      /^(Deployment|ReplicaSet)$/.test(object.kind) && workloadFacts(object)?.component === "controller";
    if (!isNode && !isController) continue;
    const workload = { ...object, metadata: { ...object.metadata, namespace: "kube-system" } };
    const { accounts, grants } = templateNeeds(objects, workload, "kube-system");
    const [own] = accounts;
    for (const { account, binding, rules } of grants) {
      if (binding?.namespace !== undefined) throw new Error(`a RoleBinding: ${binding.name}`);
      const who = isController ? "controller" : account.name === own?.name ? "node" : "cni";
      for (const grant of rules.flatMap(grantsOf)) {
        if ("url" in grant) throw new Error(`a rule about ${grant.url}`);
        const { verb, group, resource, name } = grant;
        // Rights for somebody else's objects are there for those who have them.
        if (!/^$|^(apps|extensions)$|\.k8s\.io$|projectcalico\.org$/.test(group)) continue;
        // Of Calico's groups, what the release's own CRDs serve: others are for another mode of it.
        if (group.endsWith("projectcalico.org") && !crds.has(`${resource.replace(/\/.*/, "")}.${group}`))
          continue;
        const named = name === undefined ? "" : ` ${name === own?.name ? "$account" : name}`;
        facts.add(`${who} ${verb} ${group === "" ? "-" : group} ${resource}${named}`);
      }
    }
  }
  for (const object of all) {
    if (object.kind !== "CustomResourceDefinition") continue;
    const { name, group, kind, versions } = crdNeed(object);
    for (const version of versions)
      facts.add(`crd ${group}/${version} ${name.replace(`.${group}`, "")}=${kind}`);
  }
  return facts;
}

function crdNames(all: readonly KubeObject[]): readonly string[] {
  return all.filter(({ kind }) => kind === "CustomResourceDefinition").map(({ metadata }) => metadata.name);
}

/** One row for each stretch of minors that has it. */
function rangesOf(fact: string): readonly string[] {
  const found: string[] = [];
  let from: string | undefined;
  for (const [index, minor] of minors.entries()) {
    const has = ofMinor[index]?.has(fact) === true;
    if (has) from ??= minor;
    if (from === undefined) continue;
    const isLast = has && ofMinor[index + 1]?.has(fact) !== true;
    if (!isLast) continue;
    const [who = "", flavour = "", ...rest] = fact.split(" ");
    found.push([who, flavour, `${from}-${index === minors.length - 1 ? "" : minor}`, ...rest].join(" "));
    from = undefined;
  }
  return found;
}

/** Rows that differ in verbs alone, then in resources alone, become one. */
function merged(all: readonly string[]): readonly string[] {
  const crds = joined(
    all.filter((row) => row.startsWith("crd ")),
    4,
  );
  const rules = joined(
    joined(
      all.filter((row) => !row.startsWith("crd ")),
      3,
    ),
    5,
  );
  return [...rules, ...crds].toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

function joined(all: readonly string[], column: number): readonly string[] {
  const groups = Map.groupBy(all, (row) => row.split(" ").toSpliced(column, 1, "").join(" "));
  return [...groups.values()].map((group) => {
    const values = new Set(group.map((row) => row.split(" ")[column] ?? ""));
    return (group[0] ?? "")
      .split(" ")
      .toSpliced(column, 1, [...values].toSorted().join(","))
      .join(" ");
  });
}
