import { customResource } from "./merge-keys.ts";
import { sameJson } from "./same-json.ts";

/**
 * What the API server keeps of what it is given. kubectl sends these again with every apply and calls the
 * object "configured"; nothing changes. Upstream's manifests from v3.23 on have `readOnly: false`.
 * Source: k8s.io/api types (optional fields that are no pointers are not stored when empty).
 */
const notStored = new Set([
  "readOnly",
  "hostNetwork",
  "hostPID",
  "hostIPC",
  "stdin",
  "stdinOnce",
  "tty",
  "minReadySeconds",
  "initialDelaySeconds",
  "hostPort",
  "paused",
  "publishNotReadyAddresses",
  "preserveUnknownFields",
]);

/** Maps of a user's own keys: an empty text is a value there. */
const stringMaps = new Set([
  "annotations",
  "binaryData",
  "data",
  "labels",
  "matchLabels",
  "nodeSelector",
  "parameters",
  "selector",
  "stringData",
]);

const emptyMaps = new Set([
  "annotations",
  "binaryData",
  "data",
  "labels",
  "limits",
  "matchLabels",
  "nodeSelector",
  "requests",
  "stringData",
]);

/** What the server writes where it is given nothing, 0 or an empty text. */
const defaults: Readonly<Record<string, unknown>> = {
  periodSeconds: 10,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 3,
  dnsPolicy: "ClusterFirst",
  restartPolicy: "Always",
  schedulerName: "default-scheduler",
  terminationMessagePath: "/dev/termination-log",
  terminationMessagePolicy: "File",
  protocol: "TCP",
  sessionAffinity: "None",
};

/** JSON as a user wrote it, in the schema of a CRD: an empty value is one. */
const verbatim = new Set(["default", "example", "enum"]);

/**
 * Whether setting `wanted` where `live` is would leave the stored object as it is. `path` is its own, `kind` the
 * type's name; a custom resource is stored as it is given.
 */
export function isStored(kind: string, path: readonly string[], wanted: unknown, live: unknown): boolean {
  if (sameJson(wanted, live)) return true;
  const field = path.at(-1) ?? "";
  const asGiven = kind === customResource && path[0] !== "metadata";
  if (asGiven || verbatim.has(field)) return false;
  if (live === undefined || live === null) {
    if (wanted === "") return !stringMaps.has(path.at(-2) ?? "");
    if (Array.isArray(wanted)) return wanted.length === 0;
    if (wanted === false || wanted === 0) return notStored.has(field);
    return emptyMaps.has(field) && sameJson(wanted, {});
  }
  const parent = path.at(-2) ?? "";
  if (wanted === 0 || wanted === "") return !stringMaps.has(parent) && defaults[field] === live;
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(live) &&
      wanted.length === live.length &&
      wanted.every((each, index) => isElementStored(kind, path, each, live[index]))
    );
  }
  return (
    (parent === "limits" || parent === "requests" || field === "sizeLimit") && sameQuantity(wanted, live)
  );
}

/** An element of a list that is replaced whole: what the server has more of it are defaults. */
function isElementStored(kind: string, path: readonly string[], wanted: unknown, live: unknown): boolean {
  if (!isMap(wanted) || !isMap(live)) return sameJson(wanted, live);
  return (
    Object.entries(wanted).every(([key, value]) => {
      const [own, there] = [[...path, key], live[key]];
      return isMap(value) && isMap(there)
        ? isElementStored(kind, own, value, there)
        : isStored(kind, own, value, there);
    }) &&
    Object.entries(live).every(
      ([key, value]) => key in wanted || isDefault(kind, [...path, key], value, live),
    )
  );
}

/**
 * Whether the server itself writes this value where nobody gave one, so that removing it does nothing. `beside`:
 * the map that it stands in.
 */
export function isDefault(
  kind: string,
  path: readonly string[],
  live: unknown,
  beside: Readonly<Record<string, unknown>> = {},
): boolean {
  if (kind === customResource) return false;
  const place = path.slice(-2).join(".");
  return (
    (place === "fieldRef.apiVersion" && live === "v1") ||
    (place === "resourceFieldRef.divisor" && live === "0") ||
    (place === "serviceAccountToken.expirationSeconds" && live === 3600) ||
    (place === "rules.scope" && live === "*") ||
    (place === "ports.protocol" && live === "TCP") ||
    (place === "subjects.apiGroup" && live === (beside["kind"] === "ServiceAccount" ? "" : rbacGroup))
  );
}

const rbacGroup = "rbac.authorization.k8s.io";

const units: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** `0.25` is `250m`, `1024Mi` is `1Gi`: the server writes them its own way. */
function sameQuantity(left: unknown, right: unknown): boolean {
  const [a, b] = [amount(left), amount(right)];
  return a !== undefined && b !== undefined && Math.abs(a - b) <= Math.abs(a) * 1e-12;
}

function amount(quantity: unknown): number | undefined {
  if (typeof quantity === "number") return quantity;
  if (typeof quantity !== "string") return undefined;
  const [, number, suffix = ""] = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$/.exec(quantity) ?? [];
  const unit = units[suffix];
  return number === undefined || unit === undefined ? undefined : Number(number) * unit;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
