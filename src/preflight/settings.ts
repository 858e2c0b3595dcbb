import { baseOf, type Base } from "../facts/base.ts";
import { afterApply, withOwnStrategy } from "../merge/after-apply.ts";
import { installOwner } from "../merge/apply-object.ts";
import { settingsOf, type EnvReader, type FieldChange } from "../merge/settings.ts";
import { settingsWithoutBase } from "../merge/without-base.ts";
import type { InstalledFacts } from "../model/cluster-facts.ts";
import type { ConfigMapFacts } from "../model/configmap.ts";
import type { KubeObject } from "../model/kube.ts";
import type { Reading } from "../model/reading.ts";
import { recordOf } from "../model/record.ts";
import type { Upstream } from "../releases/upstream.ts";
import type { Version } from "../releases/version.ts";
import { objectOf } from "./seen.ts";
import { subjectKind, type SettingKind } from "../merge/setting-kind.ts";
import type { ManifestObject } from "../manifest/parse.ts";
import type { TargetManifest } from "./subject.ts";

/** A field of an object of the file that is yours, or that the file changes. */
export interface Setting extends FieldChange {
  /** `DaemonSet kube-system/calico-node`. */
  readonly object: string;
  readonly kind: SettingKind;
}

/** What applying a file makes of the settings of an install. */
export interface FileSettings {
  /** What tells yours from upstream's. */
  readonly base: Reading<Base>;
  readonly all: readonly Setting[];
  /** Objects that both have. */
  readonly compared: number;
}

export interface SettingFacts {
  readonly installed: InstalledFacts;
  readonly configMaps: readonly ConfigMapFacts[];
  /** The release that the live objects are of. */
  readonly asked: Reading<Version>;
}

/**
 * For every object that the file and the cluster have: what the apply makes of it, by the merge that writes it. Objects
 * of the file that are not among the installed ones are new, or not written.
 */
export function fileSettings(
  { objects: inFile }: Pick<TargetManifest, "objects">,
  facts: SettingFacts,
  upstream: Upstream | undefined,
): FileSettings {
  const parts = [inFile, facts.configMaps, facts.asked, upstream];
  const last = asked.get(facts.installed);
  if (last?.parts.every((part, index) => part === parts[index]) === true) return last.settings;
  const settings = compared(inFile, facts, upstream);
  asked.set(facts.installed, { parts, settings });
  return settings;
}

/** Many rules ask about the same objects: compared once. */
const asked = new WeakMap<
  InstalledFacts,
  { readonly parts: readonly unknown[]; readonly settings: FileSettings }
>();

function compared(
  inFile: readonly ManifestObject[],
  { installed, configMaps, asked: release }: SettingFacts,
  upstream: Upstream | undefined,
): FileSettings {
  const { objects } = installed;
  const base = release.known ? baseOf(upstream, release.value, objects) : release;
  const owner = installOwner(objects);
  const pairs = inFile.flatMap(({ object }) => {
    if (unreported.has(object.kind)) return [];
    const live = objects.find((each) => isSame(each, object));
    return live === undefined ? [] : [{ object, ...afterApply(live, object, owner) }];
  });
  const written = new Map(pairs.map(({ live, after }) => [live.metadata.name, after] as const));
  const brought = inFile.map(({ object }) => object).filter(({ kind }) => kind === "ConfigMap");
  const mapNow = (name: string): unknown =>
    objects.find((each) => each.kind === "ConfigMap" && each.metadata.name === name)?.["data"] ??
    configMaps.find((each) => each.name === name)?.data;
  const mapThen = (name: string): unknown => {
    const after = written.get(name);
    return after?.kind === "ConfigMap"
      ? (after["data"] ?? {})
      : (mapNow(name) ?? brought.find(({ metadata }) => metadata.name === name)?.["data"]);
  };
  const mapOfBase = (name: string): unknown =>
    base.known ? base.value.object({ kind: "ConfigMap", metadata: { name } })?.["data"] : undefined;
  const env = { base: envReader(mapOfBase), live: envReader(mapNow), after: envReader(mapThen) };
  const all = pairs.flatMap(({ live, after }) => {
    const object = named(live);
    const changes = base.known
      ? settingsOf({ base: ownStrategy(base.value.object(live)), live, after }, env)
      : settingsWithoutBase(live, after, env);
    return changes.map((change) => ({ ...change, object, kind: subjectKind(live.kind, change) }));
  });
  return { base, all, compared: pairs.length };
}

function ownStrategy(object: KubeObject | undefined): KubeObject | undefined {
  return object === undefined ? undefined : withOwnStrategy(object);
}

/** Secrets are nobody's to read; what a CRD says is no setting. */
const unreported: ReadonlySet<string> = new Set(["Secret", "CustomResourceDefinition"]);

/** An object without a namespace goes where kubectl's context says, which the file does not tell. */
function isSame(live: KubeObject, inFile: KubeObject): boolean {
  const [here, there] = [live.metadata.namespace, inFile.metadata.namespace];
  return (
    live.kind === inFile.kind &&
    live.metadata.name === inFile.metadata.name &&
    (here === undefined || there === undefined || here === there)
  );
}

function named({ kind, metadata: { name, namespace } }: KubeObject): string {
  return objectOf({ kind, name, ...(namespace === undefined ? {} : { namespace }) });
}

/** `mapOf`: data of a ConfigMap of the install's namespace; undefined: it was not read. */
function envReader(mapOf: (name: string) => unknown): EnvReader {
  return ({ value, valueFrom }) => {
    const source = recordOf(valueFrom);
    if (source === undefined) return typeof value === "string" ? value : "";
    const field = recordOf(source["fieldRef"])?.["fieldPath"];
    if (typeof field === "string") return `field ${field}`;
    const ref = recordOf(source["configMapKeyRef"]);
    const { name, key, optional } = ref ?? {};
    if (typeof name !== "string" || typeof key !== "string") return undefined;
    const text = recordOf(mapOf(name))?.[key];
    return typeof text === "string" ? text : optional === true ? "" : undefined;
  };
}
