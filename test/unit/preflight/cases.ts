import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/model/kube.ts";
import { factsOfObjects } from "../../../src/model/facts-of-objects.ts";
import type { ServedFacts } from "../../../src/model/served.ts";
import type { Reading } from "../../../src/model/reading.ts";
import { known } from "../../../src/model/reading.ts";
import type { ClusterRule } from "../../../src/preflight/cluster-rule.ts";
import type { Finding } from "../../../src/preflight/finding.ts";
import type { TargetManifest } from "../../../src/preflight/subject.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { type aDaemonSet, aTemplate } from "../build/a-cluster.ts";
import { findingOf, type PreflightSpec } from "./cluster.ts";

type Fields = Readonly<Record<string, unknown>>;

/** One situation, and what the rule has to say of it. */
export interface Case extends PreflightSpec {
  /** What a user would lose if the rule did not see it; the test's name. */
  readonly because: string;
  readonly to?: string;
  readonly file?: readonly KubeObject[];
  readonly says: Finding["outcome"];
  readonly severity?: Finding["severity"];
  /** Part of the finding's sentence. */
  readonly words?: string | RegExp;
  /** Objects of the evidence. */
  readonly seen?: readonly string[];
  /** Part of what to do. */
  readonly fix?: string | RegExp;
}

/** `calico-upgrade needed` is upstream's program. */
export const commandInText = /\bkubectl \S|\bcalico-upgrade (?:-|[a-z-]+ -|needed|dry-run|start)/;

export function casesOf(title: string, rule: ClusterRule, cases: readonly Case[]): void {
  describe(`${rule.id}: ${title}`, () => {
    test.each(cases.map((each) => [each.because, each] as const))("%s", (_name, each) => {
      const { to, file, says, severity, words, seen, fix } = each;
      const manifest = file === undefined ? {} : { manifest: aFile(file) };
      const finding = findingOf(rule, each, to, manifest);
      expect(`${finding.outcome}: ${finding.because}`).toMatch(new RegExp(`^${says}: `));
      if (severity !== undefined) expect(finding.severity).toBe(severity);
      if (words !== undefined) expect(finding.because).toMatch(words);
      if (seen !== undefined) expect(finding.evidence.map(({ object }) => object)).toEqual(seen);
      if (fix !== undefined) expect([finding.fix, ...(finding.commands ?? [])].join("\n")).toMatch(fix);
      // What is pasted stands in a field of its own, where no line is broken in it.
      expect(finding.fix ?? "").not.toMatch(commandInText);
      // Whoever is stopped is told what to do.
      if (says === "fail") expect(finding.fix ?? "").not.toBe("");
    });
  });
}

function aFile(objects: readonly KubeObject[]): TargetManifest {
  return {
    objects: objects.map((object, index) => ({
      object,
      source: { name: "calico.yaml", document: index + 1 },
    })),
    facts: factsOfObjects(objects),
  };
}

/** A calico-node DaemonSet of a release whose containers are told something more. */
export function daemonSetWith(
  release: string,
  change: {
    readonly datastore?: "etcd" | "kubernetes";
    readonly node?: Readonly<Record<string, string>>;
    readonly cni?: Readonly<Record<string, string>>;
    readonly initContainers?: readonly Fields[];
    readonly volumes?: readonly Fields[];
    readonly registry?: string;
    readonly strategy?: string;
    readonly serviceAccountName?: string;
  },
): NonNullable<Parameters<typeof aDaemonSet>[0]> {
  const {
    datastore = "kubernetes",
    registry = "docker.io",
    volumes = [],
    strategy,
    serviceAccountName,
  } = change;
  const tags = catalogue.releases.get(release)?.tags;
  const plain = aTemplate({
    node: `${registry}/calico/node:${tags?.get("calico/node") ?? release}`,
    cni: `${registry}/calico/cni:${tags?.get("calico/cni") ?? release}`,
    env: datastore === "kubernetes" ? [{ name: "DATASTORE_TYPE", value: "kubernetes" }] : [],
    volumes,
  }) as { readonly metadata: Fields; readonly spec: Readonly<Record<string, readonly Fields[]>> };
  const [install = {}] = plain.spec["initContainers"] ?? [];
  const [node = {}] = plain.spec["containers"] ?? [];
  const template = {
    ...plain,
    spec: {
      ...plain.spec,
      ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
      initContainers: [withEnv(install, change.cni), ...(change.initContainers ?? [])],
      containers: [withEnv(node, change.node)],
    },
  };
  return { template, ...(strategy === undefined ? {} : { strategy }) };
}

function withEnv(container: Fields, env: Readonly<Record<string, string>> = {}): Fields {
  const own = container["env"] as readonly Fields[] | undefined;
  return {
    ...container,
    env: [...(own ?? []), ...Object.entries(env).map(([name, value]) => ({ name, value }))],
  };
}

/** What a server serves, by group version. */
export function serving(...groupVersions: readonly string[]): Reading<ServedFacts> {
  return known({ groupVersions: ["v1", "apps/v1", ...groupVersions], kinds: [], groups: [] });
}
