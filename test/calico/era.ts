/** A release of Calico and what decides how its manifests look. */
import { componentTags, type Tags } from "./component-tags.ts";

export type Datastore = "etcd" | "kdd";
/** Calico alone, or Calico's policy over flannel's network. */
export type Flavour = "hosted" | "canal";

export type CalicoOptions = {
  /** `v2.5.1`, `v3.29.7`. */
  readonly version: string;
  readonly datastore?: Datastore;
  readonly flavour?: Flavour;
  /** A mirror: `registry.example.com/mirror` in place of the era's own registry. */
  readonly registry?: string;
};

export type Era = {
  readonly version: string;
  readonly datastore: Datastore;
  readonly flavour: Flavour;
  readonly registry: string | undefined;
  readonly tags: Tags;
  /** True from this minor release on: `from("3.8")`. */
  readonly from: (minor: string) => boolean;
};

export function eraOf({ version, datastore = "kdd", flavour = "hosted", registry }: CalicoOptions): Era {
  const minor = /^v(\d+\.\d+)\.\d+/.exec(version)?.[1];
  if (minor === undefined) throw new Error(`"${version}" is no release of Calico: vMAJOR.MINOR.PATCH`);
  const from = (other: string) => ordinal(minor) >= ordinal(other);
  if (!from("1.6") || from("3.33")) throw new Error(`no hosted install of ${version} here: v1.6 to v3.32`);
  if (datastore === "kdd" && !from("2.0")) throw new Error(`${version} knows no Kubernetes datastore`);
  if (flavour === "canal" && (datastore === "etcd" || !from("2.6"))) {
    throw new Error("canal: with the Kubernetes datastore, from v2.6 on");
  }
  return { version, datastore, flavour, registry, tags: componentTags(version), from };
}

export type Component = "node" | "cni" | "controller" | "typha" | "pod2daemon-flexvol" | "ctl";

export function image(era: Era, component: Component): string {
  const name = component === "controller" ? controllerName(era) : component;
  return `${repository(era, component)}/${name}:${era.tags[component]}`;
}

function controllerName({ from }: Era): string {
  return from("2.6") ? "kube-controllers" : "kube-policy-controller";
}

function repository({ registry, datastore, from }: Era, component: Component): string {
  if (registry !== undefined) return `${registry}/calico`;
  if (from("3.31")) return "quay.io/calico";
  if (from("3.17")) return "docker.io/calico";
  if (from("3.6")) return "calico";
  // Up to v2.0 only the node of the etcd installs lay on quay.io.
  if (from("2.1") || (component === "node" && datastore === "etcd")) return "quay.io/calico";
  return "calico";
}

function ordinal(minor: string): number {
  const [major = 0, rest = 0] = minor.split(".").map(Number);
  return major * 1000 + rest;
}

/** Something that a release range has: all from `since` on and before `until`. */
export type Ranged<T> = T & { readonly since?: string; readonly until?: string };

export function inEra<T extends object>(era: Era, list: readonly Ranged<T>[]): Ranged<T>[] {
  return list.filter(
    ({ since, until }) =>
      (since === undefined || era.from(since)) && (until === undefined || !era.from(until)),
  );
}
