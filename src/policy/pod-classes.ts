import type { NamedPort } from "../model/endpoint.ts";
import type { Labels } from "../model/label-selector.ts";
import type { AddressTree } from "./addresses.ts";
import type { PolicyCluster } from "./cluster.ts";
import { push, remembered } from "./memo.ts";
import type { Selectors } from "./selector-index.ts";
import type { WatchingSelectors } from "./watching-selectors.ts";

/** Pods of one namespace that no policy can tell apart. */
export interface PodClass {
  readonly id: number;
  readonly namespace: number;
  /** How many pods, and one of their names. */
  pods: number;
  readonly example: string;
  /** What its pods have in common of the labels that selectors look at. */
  labels: Labels;
  /** Their numbers in the tree of addresses: several in a dual-stack cluster, none as long as there are none. */
  readonly addresses: readonly number[];
  /** Of the names that policies mention. */
  readonly namedPorts: readonly NamedPort[];
  /** Policies of its namespace that select it, by their place in `policies`. */
  readonly selectedBy: readonly number[];
}

/** All pods as classes, numbered namespace by namespace, and which classes have what. */
export interface SortedPods {
  readonly namespaces: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  readonly classes: readonly PodClass[];
  /** The class of each pod, in the order of the cluster's pods; -1 where its namespace is not known. */
  readonly classOf: readonly number[];
  /** Selected by a selector that looks at their namespace, by its number. */
  readonly selected: ReadonlyMap<number, readonly number[]>;
  /** By the number of an address; a class of two is under both. */
  readonly withAddress: ReadonlyMap<number, readonly number[]>;
  readonly withoutAddress: readonly number[];
  /** By `PROTOCOL/NAME` of a port, then by its number. */
  readonly withPort: ReadonlyMap<string, ReadonlyMap<number, readonly number[]>>;
}

export function sortPods(
  { namespaces, pods, policies }: PolicyCluster,
  {
    selectors,
    watching,
    addresses,
  }: {
    readonly selectors: Selectors;
    readonly watching: WatchingSelectors;
    readonly addresses: AddressTree;
  },
): SortedPods {
  const podsOf = Map.groupBy(pods.keys(), (at) => pods[at]?.namespace ?? "");
  const policiesOf = Map.groupBy(policies.keys(), (at) => policies[at]?.namespace ?? "");
  const mentioned = new Set(
    policies.flatMap(({ ingress, egress }) =>
      [...ingress, ...egress].flatMap(({ ports }) => ports.map(({ port }) => port)),
    ),
  );
  const classOf = pods.map(() => -1);
  const classes: PodClass[] = [];
  const selected = new Map<number, number[]>();
  const withAddress = new Map<number, number[]>();
  const withoutAddress: number[] = [];
  const withPort = new Map<string, Map<number, number[]>>();
  const ranges = namespaces.map(({ name }, at) => {
    const from = classes.length;
    const indexes = watching.over(at);
    const keys = new Set(indexes.flatMap((index) => [...index.keys]));
    const bySelection = Map.groupBy(policiesOf.get(name) ?? [], (policy) =>
      selectors.idOf(policies[policy]?.podSelector ?? []),
    );
    const found = new Map<string, PodClass>();
    for (const place of podsOf.get(name) ?? []) {
      const pod = pods[place];
      if (pod === undefined) continue;
      const [only] = indexes;
      const matched =
        indexes.length === 1
          ? (only?.matching(pod.labels) ?? [])
          : [...new Set(indexes.flatMap((index) => index.matching(pod.labels)))];
      const ids = matched.toSorted((a, b) => a - b);
      const namedPorts = pod.namedPorts.filter((port) => mentioned.has(port.name));
      const places = pod.addresses.flatMap((text) => addresses.find(text) ?? []);
      const own = [...new Set(places)].toSorted((a, b) => a - b);
      const key = `${ids.join(",")}|${own.join(",")}|${namedPorts
        .map((port) => `${port.name}/${port.protocol}/${port.port}`)
        .sort()
        .join()}`;
      const known = found.get(key);
      classOf[place] = known?.id ?? classes.length;
      if (known !== undefined) {
        known.pods += 1;
        known.labels = commonLabels(known.labels, pod.labels);
        continue;
      }
      const made: PodClass = {
        id: classes.length,
        namespace: at,
        pods: 1,
        example: pod.name,
        labels: Object.fromEntries(Object.entries(pod.labels).filter(([label]) => keys.has(label))),
        addresses: own,
        namedPorts,
        selectedBy: ids
          .flatMap((id) => bySelection.get(id) ?? [])
          .filter((policy) => policies[policy]?.unreadable === undefined)
          .toSorted((a, b) => a - b),
      };
      found.set(key, made);
      classes.push(made);
      for (const id of ids) push(selected, id, made.id);
      if (own.length === 0) withoutAddress.push(made.id);
      for (const address of own) push(withAddress, address, made.id);
      for (const { name: port, protocol, port: number } of namedPorts) {
        const numbers = remembered(withPort, `${protocol}/${port}`, () => new Map<number, number[]>());
        push(numbers, number, made.id);
      }
    }
    return { name, from, to: classes.length };
  });
  return { namespaces: ranges, classes, classOf, selected, withAddress, withoutAddress, withPort };
}

function commonLabels(left: Labels, right: Labels): Labels {
  const keys = Object.keys(left);
  if (keys.every((key) => right[key] === left[key])) return left;
  return Object.fromEntries(
    keys.filter((key) => right[key] === left[key]).map((key) => [key, left[key] ?? ""]),
  );
}
