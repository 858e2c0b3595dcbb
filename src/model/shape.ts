import { below, deepest, misfitHere, misfitText, nestsTooDeep, type Misfit } from "./misfit.ts";
import { misfitOwned } from "./owned-fields.ts";
import { isRecord } from "./record.ts";

/**
 * What comes from a file or a server has the types that the program reads it by, or is refused with its place. A field
 * has one meaning wherever Kubernetes' objects, and the facts made of them, have it; so one table is the schema of both.
 */
type Type = "text" | "number" | "record" | "texts" | "records" | "map";

const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const all = (type: Type, names: string): readonly (readonly [string, readonly Type[]])[] =>
  words(names).map((name) => [name, [type]]);

const types = new Map<string, readonly Type[]>([
  ...all(
    "text",
    `name namespace uid image apiVersion kind reason message key effect nodeName node serviceAccountName
    containerID imageID osImage kubeletVersion architecture kernelVersion containerRuntimeVersion apiGroup
    resourceVersion creationTimestamp deletionTimestamp lastTransitionTime tag repository registry holder
    arch kernel kubelet runtime phase mountPath path secretName claimName operator`,
  ),
  ...all(
    "texts",
    `verbs apiGroups resourceNames nonResourceURLs finalizers groupVersions policyTypes args
    imagePullPolicies calicoImages groups`,
  ),
  ...all(
    "records",
    `containers initContainers env envFrom volumeMounts taints tolerations containerStatuses
    initContainerStatuses ownerReferences managedFields subjects rules matchExpressions matchFields nodeSelectorTerms
    nodeTerms peers podIPs`,
  ),
  ...all("map", "annotations matchLabels"),
  ...all(
    "record",
    `terminated metadata spec template nodeInfo updateStrategy affinity nodeAffinity valueFrom configMapKeyRef secretKeyRef
    configMapRef secretRef roleRef securityContext readinessProbe livenessProbe fieldRef rollingUpdate data`,
  ),
  ...all(
    "number",
    "created generation restartCount restarts observedGeneration desiredNumberScheduled numberReady",
  ),
  // Words with two meanings.
  ["labels", ["map", "records"]],
  ["resources", ["texts", "record", "records"]],
  ["configMap", ["text", "record"]],
  ["hostPath", ["text", "record"]],
  ["strategy", ["text", "record"]],
  ["images", ["texts", "records"]],
  ["names", ["texts", "record"]],
  ["command", ["texts", "record"]],
  ["selector", ["map", "record", "records", "text"]],
  ["podSelector", ["record", "records", "text"]],
  ["namespaceSelector", ["record", "records", "text"]],
  ["labelSelector", ["record", "records", "text"]],
  ["kinds", ["records", "texts"]],
  ["conditions", ["records", "record"]],
  ["serviceAccount", ["text", "record"]],
  ["nodeSelector", ["map", "text", "record"]],
  ["volumes", ["records", "texts"]],
  ["imagePullSecrets", ["texts", "records"]],
]);

/** Whose inside is nobody's business, or of other types: a schema of a CRD has fields of these names, too. */
const opaque = new Set(words("raw openAPIV3Schema properties validation lastApplied limits requests"));

/**
 * What is read of a status. The kubelet and each new Kubernetes add fields whose words mean something else there
 * (`containerStatuses[].user.linux.uid` is a number), and no upgrade may be refused for what nobody reads.
 */
const readOfStatus = words(
  `conditions phase reason message nodeInfo addresses images allocatable capacity podIP podIPs hostIP startTime
  containerStatuses initContainerStatuses observedGeneration desiredNumberScheduled numberReady`,
);
const readOfContainer = words("name image imageID containerID ready started restartCount state lastState");
const read: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["status", new Set(readOfStatus)],
  ["containerStatuses", new Set(readOfContainer)],
  ["initContainerStatuses", new Set(readOfContainer)],
]);

/** What is wrong with the value, with its place; undefined: nothing. `nulls`: a field without a value may be null. */
export function misfit(value: unknown, place = "", { nulls = true } = {}): string | undefined {
  return misfitText(place, look(value, "", nulls, 0));
}

/** The groups whose objects are read by their fields; elsewhere the same words may mean something else. */
const ownGroups = new Set(
  words("apps extensions batch policy rbac.authorization.k8s.io networking.k8s.io").concat(""),
);

/** The same of a whole object; of kinds that are not read, only what every object has. */
export function misfitObject(object: object): string | undefined {
  const { apiVersion, kind, metadata } = object as Readonly<Record<string, unknown>>;
  return misfit(isReadByField(object) ? object : { apiVersion, kind, metadata }) ?? tooDeep(object);
}

export function isReadByField(object: object): boolean {
  const { apiVersion } = object as Readonly<Record<string, unknown>>;
  const group = typeof apiVersion === "string" && apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  return ownGroups.has(group ?? "");
}

function tooDeep(value: unknown, depth = 0): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (depth > deepest) return `it nests more than ${String(deepest)} levels`;
  if (Array.isArray(value)) {
    for (const each of value as readonly unknown[]) {
      const wrong = tooDeep(each, depth + 1);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }
  // Without a list of all of them: there may be millions.
  for (const key in value) {
    const wrong = tooDeep((value as Readonly<Record<string, unknown>>)[key], depth + 1);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** `owner`: the field that the value, or its list, stands in. */
function look(value: unknown, owner: string, nulls: boolean, depth: number): Misfit | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (depth > deepest) return nestsTooDeep;
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) {
      const wrong = look(each, owner, nulls, depth + 1);
      if (wrong !== undefined) return below(`[${String(index)}]`, wrong);
    }
    return undefined;
  }
  const used = read.get(owner);
  const rule = isRule(value);
  for (const [key, each] of Object.entries(value)) {
    if (each === undefined || opaque.has(key) || used?.has(key) === false || isImageVolume(key, each))
      continue;
    const wrong = lookAt(value, key, each, rule, nulls, depth);
    if (wrong !== undefined) return below(key, wrong);
  }
  return undefined;
}

/** One field of an object. */
function lookAt(
  value: object,
  key: string,
  each: unknown,
  rule: boolean,
  nulls: boolean,
  depth: number,
): Misfit | undefined {
  if (key === "fieldsV1" && each !== null) return misfitOwned(each);
  const wanted = key === "value" && isNamed(value) ? texts.value : rule ? texts.rule(key) : types.get(key);
  if (each === null) {
    const may = nulls || wanted === undefined || nullable.has(key);
    return may ? undefined : misfitHere((place) => `${place} is null`);
  }
  if (wanted !== undefined) {
    const found = wanted.find((type) => fits(each, type));
    if (found === undefined)
      return misfitHere((place) => `${place} is ${what(each)}, not ${names[wanted[0] ?? "record"]}`);
    if (found === "map" || found === "text" || found === "number" || found === "texts") return undefined;
  }
  if (key === "data" && isMapOfTexts(value, each) === false)
    return misfitHere((place) => `${place} holds more than texts`);
  // What its keys are called is the user's business.
  return isOfKeys(value, key) ? undefined : look(each, key, nulls, depth + 1);
}

/** Of a pod's volumes, from Kubernetes 1.31 on. */
function isImageVolume(key: string, value: unknown): boolean {
  return key === "image" && isRecord(value) && ("reference" in value || "pullPolicy" in value);
}

/** A rule's lists may be null, as Go writes empty ones. */
const nullable = new Set(
  words("apiGroups resources verbs resourceNames nonResourceURLs subjects rollingUpdate"),
);

const texts = {
  value: ["text"],
  /** A rule of a role has nothing but lists of texts. */
  rule: (key: string) => (key === "resources" ? (["texts"] as const) : types.get(key)),
} as const;

function isRule(value: object): boolean {
  return "verbs" in value && ("apiGroups" in value || "nonResourceURLs" in value || "resources" in value);
}

/** An environment variable, a taint. */
function isNamed(value: object): boolean {
  return "name" in value && !("known" in value) && !("field" in value);
}

/** Of a ConfigMap, or of the facts of one; undefined: it is of something else. */
function isMapOfTexts(owner: object, data: unknown): boolean | undefined {
  const kind = "kind" in owner ? owner.kind : "annotations" in owner ? "ConfigMap" : undefined;
  return kind === "ConfigMap" ? fits(data, "map") : undefined;
}

/** The keys of a ConfigMap or a Secret, or of the facts of one. */
function isOfKeys(owner: object, key: string): boolean {
  if (!["data", "stringData", "binaryData"].includes(key)) return false;
  return "kind" in owner ? owner.kind === "ConfigMap" || owner.kind === "Secret" : "annotations" in owner;
}

function fits(value: unknown, type: Type): boolean {
  switch (type) {
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "record":
      return isRecord(value);
    case "texts":
      return Array.isArray(value) && value.every((each) => typeof each === "string");
    case "records":
      return Array.isArray(value) && value.every(isRecord);
    case "map":
      return (
        isRecord(value) && Object.values(value).every((each) => typeof each === "string" || each === null)
      );
  }
}

const names: Readonly<Record<Type, string>> = {
  text: "text",
  number: "a number",
  record: "an object",
  texts: "a list of texts",
  records: "a list of objects",
  map: "a map of texts",
};

function what(value: unknown): string {
  if (Array.isArray(value)) {
    const odd = value.find((each) => typeof each !== "object" || each === null);
    return odd === undefined ? "a list" : `a list with ${odd === null ? "null" : what(odd)} in it`;
  }
  if (typeof value === "object" && value !== null) {
    const odd = (Object.values(value) as readonly unknown[]).find((each) => typeof each !== "string");
    return odd === undefined ? "an object" : `an object with ${odd === null ? "null" : what(odd)} in it`;
  }
  return typeof value === "string" ? "text" : `a ${typeof value}`;
}
