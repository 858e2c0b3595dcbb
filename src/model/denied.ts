import type { NeededRight } from "./right.ts";

/** `nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope`. */
const refusal =
  /cannot (?<verb>[a-z]+) resource "(?<resource>[^"]+)"(?: in API group "(?<group>[^"]*)")?(?: in the namespace "(?<namespace>[^"]+)")?/g;

/**
 * The rights that a server's refusals in this text name, each once. The sentence is the API server's own, whatever
 * authorizer said no.
 */
export function deniedRights(text: string): readonly NeededRight[] {
  const rights = [...text.matchAll(refusal)].map(({ groups: found = {} }): NeededRight => {
    const { verb = "", resource = "", group = "", namespace } = found;
    return { verb, group, resource, ...(namespace === undefined ? {} : { namespace }) };
  });
  return [...new Map(rights.map((right) => [JSON.stringify(right), right])).values()];
}
