import { size, without, type Ranges } from "../../policy/ranges.ts";
import type { Universe } from "../../policy/universe.ts";
import type { PeerGroup } from "./kind.ts";

/** A set of classes for people: by what is in it, or by what is not where that is shorter. */
export function groupOf(universe: Universe, set: Ranges): PeerGroup {
  const rest = without(universe.everybody, set);
  // A pair of boundaries is one thing to say.
  return rest.length < set.length || (rest.length === set.length && size(rest) < size(set))
    ? { except: true, ...membersOf(universe, rest) }
    : { except: false, ...membersOf(universe, set) };
}

function membersOf(universe: Universe, set: Ranges): Omit<PeerGroup, "except"> {
  const { namespaces, classes, addresses } = universe;
  const whole: string[] = [];
  const pods: PeerGroup["pods"][number][] = [];
  const outside: PeerGroup["addresses"][number][] = [];
  for (let at = 0; at < set.length; at += 2) {
    let id = set[at] ?? 0;
    const end = set[at + 1] ?? 0;
    while (id < end) {
      const found = classes[id];
      const space = found === undefined ? undefined : namespaces[found.namespace];
      if (found === undefined || space === undefined) {
        outside.push(addresses.describe(id - classes.length));
        id += 1;
      } else if (id === space.from && space.to <= end) {
        whole.push(space.name);
        id = space.to;
      } else {
        const { labels, pods: count, example } = found;
        pods.push({ namespace: space.name, labels, pods: count, example });
        id += 1;
      }
    }
  }
  return { namespaces: whole, pods, addresses: outside };
}

/** In a table: `shop/app=web`, `everybody but shop/*`. */
export function groupText(group: PeerGroup, most = 3): string {
  const parts = [
    ...group.namespaces.map((name) => `${name}/*`),
    ...group.pods.map(({ namespace, labels, example }) => `${namespace}/${labelsText(labels, example)}`),
    ...group.addresses.map(addressText),
  ];
  const more = parts.length - most;
  const text = [...parts.slice(0, most), ...(more > 0 ? [`${String(more)} more`] : [])].join(", ");
  if (!group.except) return text;
  return text === "" ? "everybody" : `everybody but ${text}`;
}

export function addressText({ cidr, except }: PeerGroup["addresses"][number]): string {
  if (cidr === undefined) return except.length === 0 ? "addresses outside" : "other addresses";
  return `${cidr}${except.length === 0 ? "" : ` but ${except.join(" ")}`}`;
}

/** `app=web`, or one of the pods where they have no such label in common. */
export function labelsText(labels: Readonly<Record<string, string>>, example: string): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? `(as ${example})` : pairs.sort().join(",");
}
