import { envValue, type ConfigMapFacts } from "../model/configmap.ts";
import type { DaemonSetFacts } from "../model/daemonset.ts";
import {
  calicoNodeContainer,
  type KeySource,
  type TemplateContainer,
  type TemplateFacts,
} from "../model/template.ts";
import { cniContainer } from "../model/workload.ts";
import type { Evidence } from "./finding.ts";
import type { Subject, TargetManifest } from "./subject.ts";

/** A calico-node with what its settings come from. */
export interface Side {
  readonly daemonSet: DaemonSetFacts;
  readonly configMaps: readonly ConfigMapFacts[];
}

/** The live calico-node and the file's. */
export interface TemplatePair {
  readonly live: Side;
  readonly file: Side;
  readonly manifest: TargetManifest;
}

/**
 * undefined: the file has no calico-node that takes the live one's place. A ConfigMap that the file leaves
 * out stays as it is in the cluster.
 */
export function templatePair(
  { manifest }: Subject,
  live: DaemonSetFacts,
  configMaps: readonly ConfigMapFacts[],
): TemplatePair | undefined {
  const sets = manifest?.facts.daemonSets;
  if (manifest === undefined || sets === undefined || !sets.known) return undefined;
  const own = sets.value.find(({ name, namespace }) => name === live.name && isIn(namespace, live));
  if (own === undefined) return undefined;
  const here = configMaps.filter(({ namespace }) => namespace === live.namespace);
  const maps = manifest.facts.configMaps.known ? manifest.facts.configMaps.value : [];
  const brought = maps.filter(({ namespace }) => isIn(namespace, live));
  const kept = here.filter(({ name }) => !brought.some((map) => map.name === name));
  return {
    live: { daemonSet: live, configMaps: here },
    file: { daemonSet: own, configMaps: [...brought, ...kept] },
    manifest,
  };
}

/** An object without a namespace goes where kubectl's context says, which the file does not tell. */
function isIn(namespace: string, { namespace: wanted }: DaemonSetFacts): boolean {
  return namespace === wanted || namespace === "";
}

/** One setting that is not the same. */
export interface Change {
  readonly name: string;
  /** undefined: it is not set. A value that cannot be read is written as its source: `Secret etcd, key ca`. */
  readonly live: string | undefined;
  readonly file: string | undefined;
  /** Both are set, and whether to the same cannot be read. */
  readonly unread?: true;
}

/** Settings of calico-node whose value the file changes or drops. */
export function changedSettings({ live, file }: TemplatePair): readonly Change[] {
  return changes(settingsOf(live, calicoNodeContainer), settingsOf(file, calicoNodeContainer));
}

export function changedCniSettings({ live, file }: TemplatePair): readonly Change[] {
  return changes(settingsOf(live, cniContainer), settingsOf(file, cniContainer));
}

interface Setting {
  readonly text: string;
  /** The text is where the value stands: it could not be read. */
  readonly source?: true;
}

type Settings = ReadonlyMap<string, Setting>;

function settingsOf(
  { daemonSet, configMaps }: Side,
  find: (template: TemplateFacts) => TemplateContainer | undefined,
): Settings {
  const container = find(daemonSet.template);
  if (container === undefined) return new Map();
  return new Map(
    container.env.flatMap(({ name, from }): readonly (readonly [string, Setting])[] => {
      const value = envValue(container, name, configMaps);
      // A field of the pod has neither: it is what it is on each node.
      if (value === undefined) return [];
      return [[name, value === "unknown" ? { text: sourceText(from), source: true } : { text: value.value }]];
    }),
  );
}

function changes(live: Settings, file: Settings): readonly Change[] {
  const names = [...new Set([...live.keys(), ...file.keys()])];
  return names.flatMap((name) => {
    const [before, after] = [live.get(name), file.get(name)];
    if (same(before?.text ?? "", after?.text ?? "")) return [];
    const unread = before !== undefined && after !== undefined && (before.source ?? after.source) === true;
    return [{ name, live: before?.text, file: after?.text, ...(unread ? { unread } : {}) }];
  });
}

function sourceText(from: KeySource | undefined): string {
  return from === undefined
    ? "a value that could not be read"
    : `${from.kind} ${from.name}${from.key === undefined ? "" : `, key ${from.key}`}`;
}

/** `always` and `Always`, and an empty text and nothing, are the same to calico-node. */
function same(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

/** `FELIX_IPINIPMTU was 1440, is not set in the file`. */
export function changeText({ name, live, file }: Change): string {
  const before = live === undefined || live === "" ? "was not set" : `was ${short(live)}`;
  return `${name} ${before}, is ${file === undefined || file === "" ? "not set" : short(file)} in the file`;
}

export function changeEvidence(object: string, change: Change): Evidence {
  const { name, live = "", file = "" } = change;
  return { object, field: `env ${name}`, value: `${short(live)} → ${short(file)}` };
}

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
