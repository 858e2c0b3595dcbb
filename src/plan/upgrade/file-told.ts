import { uncovered } from "../../manifest/covers.ts";
import { crdNeed } from "../../manifest/needs.ts";
import { rulesOf } from "../../model/rbac.ts";
import { withoutStrategy } from "../../merge/compare.ts";
import { lastApplied } from "../../merge/last-applied.ts";
import { isAsInFile } from "../../merge/within.ts";
import type { KubeObject } from "../../model/kube.ts";
import { pinnedAnnotation } from "../../model/names.ts";
import type { Reading } from "../../model/reading.ts";
import { workloadFacts, type WorkloadFacts } from "../../model/workload.ts";
import type { FileStep, Told } from "./standing.ts";

/** An object of the file, and the live one; known and undefined: it is not there. */
export interface Pair {
  readonly file: KubeObject;
  readonly live: Reading<KubeObject | undefined>;
}

/**
 * What a look at the cluster with the target's manifest at hand tells of the steps. `name` is the file's,
 * `daemonSet` says which of the objects is calico-node's.
 */
export function toldByFile(
  name: string,
  pairs: readonly Pair[],
  daemonSet: KubeObject,
): Readonly<Partial<Record<FileStep, Told>>> {
  const isTemplate = ({ file }: Pair): boolean =>
    file.kind === "DaemonSet" && file.metadata.name === daemonSet.metadata.name;
  const template = pairs.filter(isTemplate);
  const rights = pairs.filter(({ file }) => /^(Cluster)?Role$/.test(file.kind));
  const maps = pairs.filter(({ file }) => file.kind === "ConfigMap");
  const component = (which: WorkloadFacts["component"]): readonly Pair[] =>
    pairs.filter(({ file }) => workloadFacts(file)?.component === which);
  const [controller, typha] = [component("controller"), component("typha")];
  return {
    ...(controller.length === 0
      ? {}
      : { controller: judge(controller, otherObject(name), `it is as in ${name}`) }),
    ...(typha.length === 0 ? {} : { typha: judge(typha, otherObject(name), `it is as in ${name}`) }),
    expand: judge(
      pairs.filter(({ file }) => isSurrounding(file)),
      lacks,
      `the cluster has what ${name} adds`,
    ),
    configmap: judge(maps, otherValues, `the values are those of ${name}`),
    template: judge(template, otherObject(name), `it is as in ${name}`),
    contract: judge(
      [...rights, ...maps, ...template],
      (file, live) => left(file, live, name),
      `nothing is left that ${name} does not have`,
    ),
  };
}

/** What differs of one pair, in words; undefined: nothing. */
type Difference = (file: KubeObject, live: KubeObject | undefined) => string | undefined;

/** One difference that is seen makes it to do, whatever else could not be read. */
function judge(pairs: readonly Pair[], differs: Difference, done: string): Told {
  const found = pairs.flatMap(({ file, live }) => (live.known ? (differs(file, live.value) ?? []) : []));
  const [first] = found;
  if (first !== undefined) {
    const more = found.length === 1 ? "" : `, and ${String(found.length - 1)} more`;
    return { state: "todo", because: `${first}${more}` };
  }
  for (const { file, live } of pairs) {
    if (live.known) continue;
    return { state: "unknown", because: `${nameOf(file)} could not be read: ${live.message}` };
  }
  return { state: "done", because: done };
}

/** What is applied before everything else because new pods need it, and old ones do not mind it. */
function isSurrounding({ kind }: KubeObject): boolean {
  return /^(Namespace|CustomResourceDefinition|ServiceAccount|ConfigMap|PriorityClass)$|^(Cluster)?Role(Binding)?$/.test(
    kind,
  );
}

const lacks: Difference = (file, live) => {
  if (live === undefined) return `${nameOf(file)} is not there`;
  if (file.kind === "ConfigMap") {
    const missing = Object.keys(dataOf(file)).filter((key) => !(key in dataOf(live)));
    return missing.length === 0 ? undefined : `${nameOf(file)} has no key ${missing.join(", ")}`;
  }
  if (/^(Cluster)?Role$/.test(file.kind)) {
    const count = uncovered(rulesOf(live), rulesOf(file)).length;
    return count === 0 ? undefined : `${nameOf(file)} does not allow all that the file's does`;
  }
  if (file.kind === "CustomResourceDefinition") {
    const served = crdNeed(live).versions;
    const missing = crdNeed(file).versions.filter((version) => !served.includes(version));
    return missing.length === 0 ? undefined : `${nameOf(file)} does not serve ${missing.join(", ")}`;
  }
  return undefined;
};

const otherValues: Difference = (file, live) => {
  if (live === undefined) return `${nameOf(file)} is not there`;
  const values = dataOf(live);
  const other = Object.entries(dataOf(file)).filter(([key, value]) => values[key] !== value);
  return other.length === 0 ? undefined : `${other.map(([key]) => key).join(", ")} of ${nameOf(file)} differ`;
};

const otherObject =
  (name: string): Difference =>
  (file, live) => {
    if (live === undefined) return `${nameOf(file)} is not there`;
    return isAsInFile(withoutStrategy(file), withoutStrategy(live))
      ? undefined
      : `${nameOf(file)} is not as in ${name}`;
  };

function left(file: KubeObject, live: KubeObject | undefined, name: string): string | undefined {
  if (live === undefined) return undefined;
  if (file.kind === "ConfigMap") {
    // A key of the user's own is nobody's leftover: only what a manifest brought goes.
    const applied = dataOf(lastApplied(live) ?? { ...live, data: {} });
    const old = Object.keys(dataOf(live)).filter((key) => !(key in dataOf(file)) && key in applied);
    return old.length === 0 ? undefined : `${nameOf(file)} still has ${old.join(", ")}`;
  }
  if (file.kind === "DaemonSet") {
    if (live.metadata.annotations?.[pinnedAnnotation] !== undefined)
      return strategyOf(live) === "OnDelete"
        ? `${nameOf(file)} is held at OnDelete`
        : `${nameOf(file)} still has the mark of a held strategy`;
    const [wanted, there] = [strategyOf(file), strategyOf(live)];
    return wanted === undefined || wanted === there
      ? undefined
      : `${nameOf(file)} has the update strategy ${there ?? "of its default"}, ${name} says ${wanted}`;
  }
  const more = uncovered(rulesOf(file), rulesOf(live)).length;
  return more === 0 ? undefined : `${nameOf(file)} allows more than ${name}`;
}

function strategyOf({ spec }: KubeObject): string | undefined {
  return (spec as { readonly updateStrategy?: { readonly type?: string } } | undefined)?.updateStrategy?.type;
}

function dataOf(object: KubeObject): Readonly<Record<string, string>> {
  return (object as { readonly data?: Readonly<Record<string, string>> | null }).data ?? {};
}

function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.name}`;
}
