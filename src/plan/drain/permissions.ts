import type { NeededRight } from "../../model/right.ts";

/** What draining nodes asks the API server for, beside the rights of a restart. */
export function drainRights(disableEviction: boolean): readonly NeededRight[] {
  const pods = { group: "", resource: "pods" };
  return [
    { ...pods, verb: "list" },
    { ...pods, verb: "watch" },
    ...(disableEviction
      ? [{ ...pods, verb: "delete" }]
      : [
          { verb: "create", group: "", resource: "pods/eviction" },
          { verb: "list", group: "policy", resource: "poddisruptionbudgets" },
        ]),
  ];
}
