import { daemonSetFacts, type Strategy } from "../model/daemonset.ts";
import { fingerprint } from "../model/fingerprint.ts";
import { configChangedAnnotation, pinnedAnnotation, runAnnotation } from "../model/names.ts";
import type { KubeObject, ObjectMeta } from "../model/kube.ts";

/** What the server writes into every object by itself; no create or apply takes it back. */
const serverMade: readonly (keyof ObjectMeta | "selfLink")[] = [
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "managedFields",
  "selfLink",
];

/** What controllers and our own runs write into annotations by themselves. */
const counted = [
  "deployment.kubernetes.io/revision",
  "deprecated.daemonset.template.generation",
  pinnedAnnotation,
  runAnnotation,
  configChangedAnnotation,
];

/**
 * An object as somebody would apply it: without its status and without what the server, controllers and our
 * own runs write by themselves. A DaemonSet that is held has the strategy that it goes back to (hazard H12).
 */
export function contentOf(whole: KubeObject): KubeObject {
  const { status: _status, metadata, ...object } = released(whole);
  const { annotations, ...rest } = metadata;
  const own = Object.entries(rest).filter(([field]) => !serverMade.some((made) => made === field));
  const kept = Object.entries(annotations ?? {}).filter(([name]) => !counted.includes(name));
  return {
    ...object,
    metadata: {
      name: metadata.name,
      ...Object.fromEntries(own),
      ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }),
    },
  };
}

function released(object: KubeObject): KubeObject {
  if (object.kind === "ServiceAccount") {
    const { secrets: _tokens, ...rest } = object as KubeObject & { readonly secrets?: unknown };
    return rest;
  }
  if (object.kind !== "DaemonSet") return object;
  const { templateGeneration: _counted, updateStrategy, ...spec } = (object["spec"] ?? {}) as DaemonSetSpec;
  const { pinned } = daemonSetFacts(object);
  const strategy = pinned === undefined || pinned === "unreadable" ? updateStrategy : pinned;
  return {
    ...object,
    spec: { ...spec, ...(strategy === undefined ? {} : { updateStrategy: withoutDefault(strategy) }) },
  };
}

interface DaemonSetSpec {
  readonly templateGeneration?: unknown;
  readonly updateStrategy?: Strategy;
}

/** A strategy that goes back as a file has it gets the server's default beside it. */
function withoutDefault({ rollingUpdate, ...strategy }: Strategy): Strategy {
  if (rollingUpdate === undefined || rollingUpdate === null) return strategy;
  const { maxSurge, ...rest } = rollingUpdate;
  return { ...strategy, rollingUpdate: maxSurge === 0 ? rest : rollingUpdate };
}

/** Text that is equal exactly for equal contents, whatever the order of fields. Group versions count. */
export function contentText(object: KubeObject): string {
  return fingerprint(contentOf(object));
}

/** A Secret's values never enter a bundle, whoever asks. */
export function mustNotBeSaved({ apiVersion, kind }: Pick<KubeObject, "apiVersion" | "kind">): boolean {
  return kind === "Secret" && apiVersion === "v1";
}

/** `objects/0001-networkpolicy-shop-db.before.yaml`: unique by its number, readable by the rest. */
export function fileNameOf(
  {
    id,
    kind,
    namespace,
    name,
  }: {
    readonly id: number;
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
  },
  state: "before" | "after",
): string {
  // Names of RBAC objects hold colons, which Windows takes for something else; 255 bytes is the most a file system takes.
  const words = [kind.toLowerCase(), namespace ?? "", name].filter((word) => word !== "").join("-");
  const plain = words.replaceAll(/[^A-Za-z0-9.-]/g, "_").slice(0, 180);
  return `${String(id).padStart(4, "0")}-${plain}.${state}.yaml`;
}
