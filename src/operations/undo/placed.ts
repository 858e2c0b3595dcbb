import type { BundleEntry } from "../../bundle/inverse.ts";
import type { Bundle } from "../../bundle/read.ts";
import { servedPolicies } from "../../cluster/observe-policy.ts";
import type { Discovery } from "../../cluster/port.ts";
import { userError } from "../../errors.ts";
import type { Ref } from "../../model/kube.ts";
import { isKept } from "./kept.ts";
import type { Inverse } from "./inverse.ts";
import { isPolicy } from "./permitted.ts";

/** An entry, and where the server serves its kind: nothing of a path comes out of a file (hazard H34). */
export interface PlacedEntry extends BundleEntry {
  readonly ref: Ref;
}

export interface PlacedBundle extends Bundle {
  readonly entries: readonly PlacedEntry[];
}

/**
 * Looks every entry up in discovery by its group, version and kind. `unserved`: what the server has no place for, and
 * what that means. Throws UserError where the file says of a kind what cannot be.
 */
export function placed(
  bundle: Bundle,
  discovery: Discovery,
): { readonly bundle: PlacedBundle; readonly unserved: readonly Inverse[] } {
  const entries: PlacedEntry[] = [];
  const unserved: Inverse[] = [];
  for (const entry of bundle.entries) {
    const { kind, group, version, namespace, name } = entry;
    const apiVersion = group === "" ? version : `${group}/${version}`;
    const place = isPolicy(entry) ? servedPolicies(discovery) : discovery.forKind(apiVersion, kind);
    if (place === undefined) {
      const because = `the server does not serve ${kind} in ${apiVersion}`;
      // What is not served is not there to be taken away.
      const left = entry.action === "created" || isKept(entry);
      unserved.push(
        left ? { kind: "nothing", entry, because } : { kind: "refused", entry, because, force: [] },
      );
      continue;
    }
    const { namespaced } = place;
    if (namespaced !== (namespace !== undefined))
      throw userError(
        `the bundle ${bundle.directory} cannot be used: index.json names ${kind} "${name}" ${namespaced ? "without its namespace" : "in a namespace, and it is in none"}; nothing was done with it`,
      );
    const { resource } = place;
    const ref: Ref = {
      group: place.group,
      version: place.version,
      resource,
      kind: place.kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
    };
    entries.push({ ...entry, ref });
  }
  return { bundle: { ...bundle, entries }, unserved };
}
