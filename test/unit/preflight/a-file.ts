import { fileFacts } from "../../../src/manifest/file-facts.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import type { ClusterRule } from "../../../src/preflight/cluster-rule.ts";
import type { Finding } from "../../../src/preflight/finding.ts";
import type { TargetManifest } from "../../../src/preflight/subject.ts";
import { upstreamOf, type Upstream } from "../../../src/releases/upstream.ts";
import { aConfigMap, aDaemonSet, aTemplate, type TemplateSpec } from "../build/a-cluster.ts";
import { inFile } from "../manifest/live.ts";
import { findingOf, type PreflightSpec } from "./cluster.ts";

/** One side of a comparison: the live install, or the file. */
export interface Install {
  readonly env?: readonly Readonly<Record<string, unknown>>[];
  /** Keys of calico-config. */
  readonly config?: Readonly<Record<string, string>>;
  readonly template?: Omit<TemplateSpec, "env">;
  readonly daemonSet?: Parameters<typeof aDaemonSet>[0];
  readonly objects?: readonly KubeObject[];
}

const usual = [
  { name: "DATASTORE_TYPE", value: "kubernetes" },
  {
    name: "CALICO_NETWORKING_BACKEND",
    valueFrom: { configMapKeyRef: { name: "calico-config", key: "calico_backend" } },
  },
];

export function env(values: Readonly<Record<string, string>>): NonNullable<Install["env"]> {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

function templateOf({ env: more = [], template }: Install) {
  return aTemplate({ ...template, env: [...usual, ...more] });
}

/** A manifest with calico-node and its ConfigMap, and more. */
export function aFile(install: Install = {}): TargetManifest {
  return fileOf([
    aDaemonSet({ template: templateOf(install), ...install.daemonSet }),
    aConfigMap(install.config),
    ...(install.objects ?? []),
  ]);
}

export function fileOf(objects: readonly KubeObject[]): TargetManifest {
  const inIt = inFile(objects);
  return { objects: inIt, facts: fileFacts(inIt, "kube-system") };
}

/** The record of one minor with one flavour. */
function anUpstream({ objects }: TargetManifest, minor = "v3.29"): Upstream {
  const manifests = { kdd: objects.map((_each, index) => index) };
  return upstreamOf({
    objects: objects.map(({ object }) => object),
    minors: { [minor]: { release: `${minor}.7`, manifests } },
  });
}

/** What a rule says of a file against a cluster. */
export function compared(
  rule: ClusterRule,
  live: Install,
  file: Install | TargetManifest,
  {
    to = "v3.30.7",
    base,
    ...spec
  }: PreflightSpec & {
    readonly to?: string;
    /** Upstream's default of what runs; nothing is on record without one. */
    readonly base?: Install;
  } = {},
): Finding {
  const manifest = "facts" in file ? file : aFile(file);
  return findingOf(
    rule,
    {
      ...(live.config === undefined ? {} : { config: live.config }),
      ...(live.objects === undefined ? {} : { objects: live.objects }),
      daemonSet: { template: templateOf(live), ...live.daemonSet },
      ...spec,
    },
    to,
    { manifest, ...(base === undefined ? {} : { upstream: anUpstream(aFile(base)) }) },
  );
}
