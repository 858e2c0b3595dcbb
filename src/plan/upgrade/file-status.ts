import { installOwner } from "../../merge/apply-object.ts";
import { reconcile } from "../../merge/reconcile.ts";
import { lastApplied } from "../../merge/last-applied.ts";
import { uncovered } from "../../manifest/covers.ts";
import { crdNeed } from "../../manifest/needs.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { pinnedAnnotation } from "../../model/names.ts";
import { rulesOf } from "../../model/rbac.ts";
import type { Reading } from "../../model/reading.ts";
import { isOrAre, some } from "../../model/words.ts";
import { wholes } from "../apply/intended.ts";
import { partOf } from "../apply/parts.ts";
import type { Choices, ApplyTarget } from "../apply/target.ts";
import { stepsWriting, type DaemonSetOpen, type WriteContext } from "../apply/would-write.ts";
import type { FileStep, StepStatus } from "./upgrade-start.ts";

/** An object of the file with its namespace, its place, and the live one; known and undefined: it is not there. */
export interface Pair {
  readonly file: KubeObject;
  readonly ref: Ref;
  readonly live: Reading<KubeObject | undefined>;
}

/** As `apply` decides without a flag. */
const usual: Choices = { forceConflicts: false, withSecrets: false };

/**
 * What a look at the cluster with the target's manifest at hand tells of the steps: what `apply` would write in
 * each. `name` is the file's.
 */
export function statusByFile(
  name: string,
  pairs: readonly Pair[],
): Readonly<Partial<Record<FileStep, StepStatus>>> {
  const there = pairs.flatMap(({ live }) => (live.known && live.value !== undefined ? [live.value] : []));
  const install = installOwner(there);
  const judged: WriteContext = {
    install,
    choices: usual,
    applied: wholes(install, usual),
    daemonSet: ({ object, before, ref }) => daemonSetOpen(object, before, ref),
  };
  const open = pairs.flatMap(({ file, ref, live }) => {
    if (!live.known) return [];
    const target: ApplyTarget = { object: file, ref, part: partOf(file), before: live.value };
    return stepsWriting(target, judged).map((step) => ({ step, file, live: live.value }));
  });
  const status = (step: FileStep, done: string): StepStatus => {
    const own = open.filter((each) => each.step === step);
    if (own.length > 0) return { state: "todo", because: openText(step, own, name) };
    const dark = pairs.find(({ file, live }) => !live.known && concerns(step, file));
    return dark === undefined || dark.live.known
      ? { state: "done", because: done }
      : { state: "unknown", because: `${nameOf(dark.file)} could not be read: ${dark.live.message}` };
  };
  const has = (step: FileStep): boolean => pairs.some(({ file }) => partOf(file) === step);
  return {
    ...(has("controller") ? { controller: status("controller", `it is as in ${name}`) } : {}),
    ...(has("typha") ? { typha: status("typha", `it is as in ${name}`) } : {}),
    expand: status("expand", `the cluster has what ${name} adds`),
    configmap: status("configmap", `the values are those of ${name}`),
    template: status("template", `it is as in ${name}`),
    contract: status("contract", `nothing is left that ${name} does not have`),
  };
}

/** Whether an object that could not be read may have to be written in a step. */
function concerns(step: FileStep, file: KubeObject): boolean {
  const part = partOf(file);
  switch (step) {
    case "expand":
      return part === "other" || part === "configmap" || part === "secret";
    case "typha":
      return part === "typha" || part === "typha-around";
    case "controller":
    case "configmap":
      return part === step;
    case "template":
      return part === "node";
    case "contract":
      return part !== "controller" && part !== "typha" && part !== "secret";
  }
}

function daemonSetOpen(file: KubeObject, live: KubeObject | undefined, ref: Ref): DaemonSetOpen {
  if (live === undefined) return { template: true, rest: false };
  const held = live.metadata.annotations?.[pinnedAnnotation] !== undefined;
  const { template, writes } = reconcile(live, file, ref, held);
  return { template, rest: held || (!template && writes.length > 0) };
}

/** All that is missing by its name, and the first of what only differs. */
function openText(
  step: string,
  own: readonly { readonly file: KubeObject; readonly live: KubeObject | undefined }[],
  name: string,
): string {
  const missing = own.filter(({ live }) => live === undefined).map(({ file }) => file);
  const byKind = [...Map.groupBy(missing, ({ kind }) => kind)].map(([kind, all]) => {
    const names = all.map(({ metadata }) => metadata.name);
    return `${kind} ${some(names, mostNamed)} ${isOrAre(names)} not there`;
  });
  const [first, ...more] = own.flatMap(({ file, live }) =>
    live === undefined ? [] : [differenceOf(step, file, live, name)],
  );
  const others = more.length === 0 ? "" : `, and ${String(more.length)} more`;
  return [...byKind, ...(first === undefined ? [] : [`${first}${others}`])].join("; ");
}

/** Of one kind; a whole install has some thirty CRDs. */
const mostNamed = 8;

/** What differs, for the user; `apply` may write more of the object. */
function differenceOf(step: string, file: KubeObject, live: KubeObject, name: string): string {
  const said =
    step === "expand"
      ? lacks(file, live)
      : step === "contract"
        ? left(file, live, name)
        : otherValues(file, live);
  return said ?? `${nameOf(file)} is not as in ${name}`;
}

function lacks(file: KubeObject, live: KubeObject): string | undefined {
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
}

function otherValues(file: KubeObject, live: KubeObject): string | undefined {
  if (file.kind !== "ConfigMap") return undefined;
  const values = dataOf(live);
  const other = Object.entries(dataOf(file)).filter(([key, value]) => values[key] !== value);
  return other.length === 0 ? undefined : `${other.map(([key]) => key).join(", ")} of ${nameOf(file)} differ`;
}

function left(file: KubeObject, live: KubeObject, name: string): string | undefined {
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
  if (!/^(Cluster)?Role$/.test(file.kind)) return undefined;
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
