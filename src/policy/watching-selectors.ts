import { selects, type Labels, type LabelSelector } from "../model/label-selector.ts";
import type { NamespaceFacts } from "../model/namespace.ts";
import type { NetworkPolicyFacts } from "../model/network-policy.ts";
import { memo, push } from "./memo.ts";
import { idsIn, rangesOf, type Ranges } from "./ranges.ts";
import { selectorIndex, type SelectorIndex, type Selectors } from "./selector-index.ts";

/** Which selectors look at the pods of which namespace. */
export interface WatchingSelectors {
  /** Those of the policies of a namespace, and those that come with a namespaceSelector that selects it. */
  readonly over: (namespace: number) => readonly SelectorIndex[];
  /** Places of the namespaces that a namespaceSelector selects, by its number. */
  readonly selectedNamespaces: (selector: number) => Ranges;
}

/** One index for each namespace and one for each namespaceSelector: a pod is not held against all selectors. */
export function watchingSelectors(
  namespaces: readonly NamespaceFacts[],
  policies: readonly NetworkPolicyFacts[],
  selectors: Selectors,
): WatchingSelectors {
  const namespaceIndex = invertedLabels(namespaces.map(({ labels }) => labels));
  const selectedNamespaces = memo((id: number) => namespaceIndex(selectors.at(id)));
  const own = new Map(namespaces.map(({ name }) => [name, selectorIndex(selectors)]));
  const foreign = new Map<number, SelectorIndex>();
  for (const { namespace, podSelector, ingress, egress } of policies) {
    const home = own.get(namespace);
    if (home === undefined) continue;
    home.add(selectors.idOf(podSelector));
    for (const peer of [...ingress, ...egress].flatMap(({ peers }) => peers)) {
      if (peer.kind === "block" || peer.pods.length === 0) continue;
      const pod = selectors.idOf(peer.pods);
      if (peer.namespaces === undefined) {
        home.add(pod);
        continue;
      }
      const from = selectors.idOf(peer.namespaces);
      const index = foreign.get(from) ?? selectorIndex(selectors);
      foreign.set(from, index);
      index.add(pod);
    }
  }
  const over = namespaces.map(({ name }) => [own.get(name)].filter((index) => index !== undefined));
  for (const [from, index] of foreign) {
    for (const at of idsIn(selectedNamespaces(from))) over[at]?.push(index);
  }
  return { over: (namespace) => over[namespace] ?? [], selectedNamespaces };
}

/** Answers which of these objects a selector selects, by the pairs of label and value that they carry. */
function invertedLabels(labels: readonly Labels[]): (selector: LabelSelector) => Ranges {
  const byPair = new Map<string, number[]>();
  for (const [at, own] of labels.entries()) {
    for (const [key, value] of Object.entries(own)) push(byPair, `${key}=${value}`, at);
  }
  return (selector) => {
    const required = selector.find(({ operator }) => operator === "In");
    const candidates =
      required === undefined
        ? [...labels.keys()]
        : [...new Set(required.values)].flatMap((value) => byPair.get(`${required.key}=${value}`) ?? []);
    const found = candidates.filter((at) => selects(selector, labels[at] ?? {}));
    return rangesOf(found.toSorted((a, b) => a - b));
  };
}
