import type { NamespaceFacts } from "../model/namespace.ts";

/** Whether a namespace is closed for ingress under the old semantics. */
export type Isolation = "isolated" | "open" | "unclear";

/** The two ways in which old Calico kept its data; each read the annotation in its own way. */
export type Driver = "etcd" | "kubernetes";

export interface NamespaceIsolation {
  /** What counts: a decision about an unclear namespace is in it. */
  readonly isolation: Isolation;
  /** Why it is unclear, also where it was decided. */
  readonly why?: string;
  /** By a decision: --treat-as, now or in an earlier run. */
  readonly decided: boolean;
  /** What each old driver did with an unclear annotation, as far as the object tells. */
  readonly drivers: Readonly<Record<Driver, "isolated" | "open" | "unknown">>;
}

/**
 * Isolated is exactly `ingress.isolation == "DefaultDeny"`, whatever stands beside it. Where the two
 * drivers disagreed, or one kept an earlier state, it is unclear (calico-facts 2.2). The alpha
 * annotation has no effect.
 */
export function isolationOf(
  namespace: NamespaceFacts,
  treatAs: ReadonlyMap<string, "isolated" | "open"> = new Map(),
): NamespaceIsolation {
  const read = readAnnotation(namespace.annotation);
  const decision = treatAs.get(namespace.name) ?? namespace.treatAs;
  if (read.isolation !== "unclear" || decision === undefined) return { ...read, decided: false };
  return { ...read, isolation: decision, decided: true };
}

function readAnnotation(text: string | undefined): Omit<NamespaceIsolation, "decided"> {
  if (text === undefined) return agreed("open");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // etcd: the handler returned early and the profile stayed as it was; Kubernetes: as no annotation.
    return unclear("it is not JSON", "unknown", "open");
  }
  if (!isObject(value)) return unclear("it is not a JSON object", "unknown", "open");
  if (repeats(text, JSON.stringify(value)))
    return unclear("a field stands in it twice", "unknown", "unknown");
  const ingressName = spelling(value, "ingress");
  if (ingressName !== undefined && ingressName !== "ingress") {
    return unclear(`"${ingressName}" is not spelt "ingress"`, "open", goReads(value));
  }
  const ingress = value["ingress"];
  if (ingress === undefined) return agreed("open");
  if (!isObject(ingress)) return unclear('"ingress" is not an object', "unknown", "open");
  const isolationName = spelling(ingress, "isolation");
  if (isolationName !== undefined && isolationName !== "isolation") {
    return unclear(`"${isolationName}" is not spelt "isolation"`, "open", goReads(value));
  }
  const isolation = ingress["isolation"];
  if (isolation === undefined || isolation === null) return agreed("open");
  if (typeof isolation !== "string") return unclear('"isolation" is not a string', "open", "open");
  return agreed(isolation === "DefaultDeny" ? "isolated" : "open");
}

/** Go's JSON reader ignores the case of field names; Python's does not. */
function goReads(value: Readonly<Record<string, unknown>>): "isolated" | "open" {
  const ingress = value[spelling(value, "ingress") ?? ""];
  return isObject(ingress) && ingress[spelling(ingress, "isolation") ?? ""] === "DefaultDeny"
    ? "isolated"
    : "open";
}

/** How the field is written, when it is there in any case; the exact one is no reason not to see another. */
function spelling(value: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const found = Object.keys(value).filter((key) => key.toUpperCase() === name.toUpperCase());
  return found.find((key) => key !== name) ?? found[0];
}

/** Readers differ in which of two equal fields counts; what was read holds only one of them. */
function repeats(text: string, read: string): boolean {
  return ["ingress", "isolation"].some((name) => {
    const field = new RegExp(`"${name}"\\s*:`, "gi");
    return (text.match(field) ?? []).length > (read.match(field) ?? []).length;
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function agreed(isolation: "isolated" | "open"): Omit<NamespaceIsolation, "decided"> {
  return { isolation, drivers: { etcd: isolation, kubernetes: isolation } };
}

function unclear(
  why: string,
  etcd: "isolated" | "open" | "unknown",
  kubernetes: "isolated" | "open" | "unknown",
): Omit<NamespaceIsolation, "decided"> {
  return { isolation: "unclear", why, drivers: { etcd, kubernetes } };
}
