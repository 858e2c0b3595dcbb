import type { NeededRight } from "../model/right.ts";

/** What is watched while a run waits for it, and listed again where the watch has lost its place. */
export function followRights({
  group,
  resource,
  namespace,
}: Omit<NeededRight, "verb" | "names">): readonly NeededRight[] {
  const place = { group, resource, ...(namespace === undefined ? {} : { namespace }) };
  return ["list", "watch"].map((verb) => ({ ...place, verb }));
}
