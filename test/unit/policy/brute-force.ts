/**
 * Who may talk to whom, a second time and in another way, to hold the program's evaluators against: each
 * policy becomes the list of all connections that it lets through, written out one by one from the raw
 * objects; what a state of the cluster allows is made of these lists. Slow on purpose, nothing shared.
 */
import type { RawCluster, RawPeer, RawPod, RawPolicy, RawPort, RawRule, RawSelector } from "./raw-cluster.ts";

/** `pod NAMESPACE/NAME` or `ip ADDRESS`. */
export type Place = string;

export interface Times {
  /** What an ipBlock stands for, and whether there is such a thing as egress and policyTypes. */
  readonly blocks: "its addresses" | "nobody" | "everybody";
  readonly egress: boolean;
}

export interface World {
  readonly raw: RawCluster;
  readonly addresses: readonly string[];
  readonly ports: readonly { readonly protocol: string; readonly port: number }[];
}

export function connection(from: Place, to: Place, protocol: string, port: number): string {
  return `${from} -> ${to} ${protocol}/${String(port)}`;
}

export function podPlace({ namespace, name }: RawPod): Place {
  return `pod ${namespace}/${name}`;
}

/** All connections that pass where the DefaultDeny annotation counts. */
export function passUnderAnnotation(world: World, times: Times): ReadonlySet<string> {
  const passing = new Set<string>();
  for (const { from, to, ports } of allPairs(world)) {
    const pod = world.raw.pods.find((each) => podPlace(each) === to);
    const namespace = world.raw.namespaces.find(({ name }) => name === pod?.namespace);
    const closed =
      namespace?.annotation !== undefined &&
      (JSON.parse(namespace.annotation) as { ingress?: { isolation?: string } }).ingress?.isolation ===
        "DefaultDeny";
    if (!closed) for (const { protocol, port } of ports) passing.add(connection(from, to, protocol, port));
  }
  for (const policy of world.raw.policies) {
    for (const pod of selectedPods(world, policy)) {
      for (const each of letThrough(world, policy, pod, "ingress", times)) passing.add(each);
    }
  }
  return passing;
}

/** All connections that pass under networking.k8s.io/v1. */
export function passUnderV1(world: World, times: Times): ReadonlySet<string> {
  const refusedIn = new Set<string>();
  const refusedOut = new Set<string>();
  for (const side of ["ingress", "egress"] as const) {
    if (side === "egress" && !times.egress) continue;
    for (const pod of world.raw.pods) {
      const isolating = world.raw.policies.filter(
        (policy) =>
          selectedPods(world, policy).includes(pod) && (!times.egress || typesOf(policy).includes(side)),
      );
      if (isolating.length === 0) continue;
      const fine = new Set(isolating.flatMap((policy) => letThrough(world, policy, pod, side, times)));
      const own = podPlace(pod);
      for (const { from, to, ports } of allPairs(world)) {
        if ((side === "ingress" ? to : from) !== own) continue;
        for (const { protocol, port } of ports) {
          const each = connection(from, to, protocol, port);
          if (!fine.has(each)) (side === "ingress" ? refusedIn : refusedOut).add(each);
        }
      }
    }
  }
  const passing = new Set<string>();
  for (const { from, to, ports } of allPairs(world)) {
    for (const { protocol, port } of ports) {
      const each = connection(from, to, protocol, port);
      if (!refusedIn.has(each) && !refusedOut.has(each)) passing.add(each);
    }
  }
  return passing;
}

function places({ raw, addresses }: World): readonly Place[] {
  return [...raw.pods.map(podPlace), ...addresses.map((address) => `ip ${address}`)];
}

function* allPairs(world: World): Generator<{ from: Place; to: Place; ports: World["ports"] }> {
  for (const from of places(world)) {
    for (const to of places(world)) {
      if (from.startsWith("pod") || to.startsWith("pod")) yield { from, to, ports: world.ports };
    }
  }
}

function selectedPods({ raw }: World, { namespace, spec }: RawPolicy): readonly RawPod[] {
  return raw.pods.filter((pod) => pod.namespace === namespace && fits(spec.podSelector, pod.labels));
}

function typesOf({ spec }: RawPolicy): readonly string[] {
  const given = (spec.policyTypes ?? []).map((type) => type.toLowerCase());
  if (given.length > 0) return given;
  return (spec.egress ?? []).length > 0 ? ["ingress", "egress"] : ["ingress"];
}

/** Every connection of this pod that one policy lets in or out. */
function letThrough(
  world: World,
  policy: RawPolicy,
  pod: RawPod,
  side: "ingress" | "egress",
  times: Times,
): readonly string[] {
  const own = podPlace(pod);
  return (policy.spec[side] ?? []).flatMap((rule) => {
    const peers = side === "ingress" ? rule.from : rule.to;
    return places(world)
      .filter(
        (place) =>
          (peers ?? []).length === 0 ||
          (peers ?? []).some((peer) => meant(world, policy, peer, place, times)),
      )
      .flatMap((place) => {
        const [from, to] = side === "ingress" ? [place, own] : [own, place];
        return portsOf(world, rule, to).map(({ protocol, port }) => connection(from, to, protocol, port));
      });
  });
}

function portsOf(world: World, { ports }: RawRule, to: Place): World["ports"] {
  const wanted = ports ?? [];
  if (wanted.length === 0) return world.ports;
  const target = world.raw.pods.find((pod) => podPlace(pod) === to);
  return world.ports.filter((each) => wanted.some((port) => covers(port, each, target)));
}

function covers(
  { protocol = "TCP", port, endPort }: RawPort,
  each: World["ports"][number],
  target: RawPod | undefined,
): boolean {
  if (each.protocol !== protocol) return false;
  if (port === undefined) return true;
  if (typeof port === "string") {
    const numbers = (target?.ports ?? [])
      .filter((named) => named.name === port && named.protocol === protocol)
      .map(({ containerPort }) => containerPort);
    return numbers.includes(each.port);
  }
  for (let number = port; number <= (endPort ?? port); number += 1) if (number === each.port) return true;
  return false;
}

function meant({ raw }: World, policy: RawPolicy, peer: RawPeer, place: Place, { blocks }: Times): boolean {
  const pod = raw.pods.find((each) => podPlace(each) === place);
  if (peer.ipBlock !== undefined) {
    if (blocks === "everybody") return true;
    if (blocks === "nobody") return false;
    const address = pod?.ip ?? place.replace(/^ip /, "");
    return (
      inBlock(address, peer.ipBlock.cidr) &&
      !(peer.ipBlock.except ?? []).some((cidr) => inBlock(address, cidr))
    );
  }
  if (pod === undefined) return false;
  const labels = raw.namespaces.find(({ name }) => name === pod.namespace)?.labels ?? {};
  const { namespaceSelector, podSelector } = peer;
  if (namespaceSelector === undefined || namespaceSelector === null)
    return pod.namespace === policy.namespace && fits(podSelector, pod.labels);
  return fits(namespaceSelector, labels) && fits(podSelector, pod.labels);
}

function fits(selector: RawSelector | null | undefined, labels: Readonly<Record<string, string>>): boolean {
  const wrong = Object.entries(selector?.matchLabels ?? {}).filter(([key, value]) => labels[key] !== value);
  const unmet = (selector?.matchExpressions ?? []).filter(({ key, operator, values = [] }) => {
    const value = new Map(Object.entries(labels)).get(key);
    const listed = value !== undefined && values.indexOf(value) >= 0;
    const there = value !== undefined;
    return !{ In: listed, NotIn: !listed, Exists: there, DoesNotExist: !there }[operator];
  });
  return wrong.length + unmet.length === 0;
}

/** By comparing the first bits, written out. */
function inBlock(address: string, cidr: string): boolean {
  const [network = "", length = "0"] = cidr.split("/");
  if (address.includes(":") !== network.includes(":")) return false;
  return bits(address).slice(0, Number(length)) === bits(network).slice(0, Number(length));
}

function bits(address: string): string {
  if (!address.includes(":")) {
    return address
      .split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0"))
      .join("");
  }
  const [front = "", back = ""] = address.split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const zeros = Array.from({ length: 8 - groups(front).length - groups(back).length }, () => "0");
  return [...groups(front), ...zeros, ...groups(back)]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0"))
    .join("");
}
