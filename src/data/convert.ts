import { lastAppliedAnnotation, migratedAnnotation } from "../model/names.ts";
import type { JsonObject, KubeObject } from "../model/kube.ts";
import { bgpPeer } from "./bgp-peer.ts";
import { ipPool } from "./ip-pool.ts";
import { movedKinds, newGroup, newVersion, type OldKind } from "./kinds.ts";
import { refused, type ConvertedSpec } from "./spec.ts";
import { isRecord } from "../model/record.ts";

export type Converted =
  | { readonly ok: true; readonly object: KubeObject }
  | { readonly ok: false; readonly why: string };

/** Every value of the old object has a place in the new one, or it is refused. */
export function convert(kind: OldKind, old: KubeObject): Converted {
  const { name, labels, annotations = {} } = old.metadata;
  const spec = old["spec"];
  if (!isRecord(spec)) return { ok: false, why: "it has no spec" };
  const others = Object.keys(old).filter(
    (field) => !["apiVersion", "kind", "metadata", "spec"].includes(field),
  );
  const kept = others.filter((field) => !isEmpty(old[field]));
  if (kept.length > 0) return { ok: false, why: `it has a field beside its spec: ${kept.join(", ")}` };
  const made = specOf(kind, spec as JsonObject, name);
  if (!made.ok) return made;
  // What kubectl noted about the old object is not about the new one.
  const own = Object.entries(annotations).filter(
    ([key]) => key !== lastAppliedAnnotation && key !== migratedAnnotation,
  );
  const target = movedKinds.find(({ old: from }) => from.kind === kind);
  if (target === undefined) throw new Error(`no kind ${kind}`);
  return {
    ok: true,
    object: {
      apiVersion: `${newGroup}/${newVersion}`,
      kind: target.new.kind,
      metadata: {
        name,
        ...(labels === undefined ? {} : { labels }),
        ...(own.length === 0 ? {} : { annotations: Object.fromEntries(own) }),
      },
      spec: made.spec,
    },
  };
}

function specOf(kind: OldKind, spec: JsonObject, name: string): ConvertedSpec {
  switch (kind) {
    case "GlobalConfig":
    case "GlobalBgpConfig":
      return nameAndValue(spec, name);
    case "IpPool":
      return ipPool(spec, name);
    case "GlobalBgpPeer":
      return bgpPeer(spec, name);
    case "SystemNetworkPolicy":
      return policy(spec);
  }
}

/** The object's name is the real one in lower case; the real one stands in the spec. */
function nameAndValue(spec: JsonObject, name: string): ConvertedSpec {
  const others = Object.keys(spec).filter((field) => field !== "name" && field !== "value");
  if (others.length > 0) return refused(`it has a field that the new kind does not: ${others.join(", ")}`);
  const { name: real, value } = spec;
  if (typeof real !== "string") return refused(`its spec.name is ${JSON.stringify(real)}`);
  if (typeof value !== "string") return refused(`its spec.value is ${JSON.stringify(value)}, not a text`);
  if (real.toLowerCase() !== name) return refused(`its spec.name is ${real}, which belongs to another name`);
  return { ok: true, spec: { name: real, value } };
}

const policyFields = ["order", "ingress", "egress", "selector", "doNotTrack", "preDNAT"];

/** Calico's policy has the same fields on both sides. */
function policy(spec: JsonObject): ConvertedSpec {
  const others = Object.keys(spec).filter((field) => !policyFields.includes(field));
  return others.length > 0
    ? refused(`it has a field that the new kind does not: ${others.join(", ")}`)
    : { ok: true, spec };
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (isRecord(value) && Object.keys(value).length === 0);
}
