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
  "hostPort",
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
  "stringData",
]);

const emptyMaps = new Set(["labels", "annotations", "nodeSelector", "limits", "requests"]);

/** Whether setting `wanted` where `live` is would leave the stored object as it is. `path` is its own. */
export function isStored(path: readonly string[], wanted: unknown, live: unknown): boolean {
  if (sameJson(wanted, live)) return true;
  const field = path.at(-1) ?? "";
  if (live === undefined) {
    if (wanted === "") return !stringMaps.has(path.at(-2) ?? "");
    if (Array.isArray(wanted)) return wanted.length === 0;
    if (wanted === false || wanted === 0) return notStored.has(field);
    return emptyMaps.has(field) && sameJson(wanted, {});
  }
  const parent = path.at(-2);
  return (
    (parent === "limits" || parent === "requests" || field === "sizeLimit") && sameQuantity(wanted, live)
  );
}

/** Whether the server itself writes this value where nobody gave one, so that removing it does nothing. */
export function isDefault(path: readonly string[], live: unknown): boolean {
  const place = path.slice(-2).join(".");
  return (
    (place === "fieldRef.apiVersion" && live === "v1") ||
    (place === "resourceFieldRef.divisor" && live === "0")
  );
}

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
