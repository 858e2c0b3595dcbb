import type { DatastoreType } from "../model/datastore.ts";
import type { Catalogue } from "./catalogue.ts";
import { span, within, versionOf, type Span } from "./version.ts";

/** Images of a release with registry and tag, as upstream's manifests name them. */
export interface ReleaseImages {
  readonly node: string;
  readonly cni: string;
  /** None where the hosted manifests of the datastore have no controller (calico-facts 1.3). */
  readonly controller?: string;
}

/** Where upstream published (calico-facts 1.7). */
const registries: readonly { readonly releases: Span; readonly node: string; readonly others: string }[] = [
  { releases: span(undefined, "v2.1.0"), node: "quay.io", others: "docker.io" },
  { releases: span("v2.1.0", "v3.6.0"), node: "quay.io", others: "quay.io" },
  { releases: span("v3.6.0", "v3.31.0"), node: "docker.io", others: "docker.io" },
  { releases: span("v3.31.0"), node: "quay.io", others: "quay.io" },
];

/** `registry`: a mirror to take them from, `registry.example/mirror`. Undefined for an unknown release. */
export function imagesOf(
  release: string,
  datastore: DatastoreType,
  catalogue: Catalogue,
  registry?: string,
): ReleaseImages | undefined {
  const tags = catalogue.releases.get(release)?.tags;
  const node = tags?.get("calico/node");
  const cni = tags?.get("calico/cni");
  if (tags === undefined || node === undefined || cni === undefined) return undefined;
  const version = versionOf(release);
  const place = registries.find(({ releases }) => within(version, releases));
  const from = (place_: string): string => `${registry ?? place_}/calico/`;
  const { node: nodeRegistry = "quay.io", others = "quay.io" } = place ?? {};
  const name = ["calico/kube-controllers", "calico/kube-policy-controller"].find((each) => tags.has(each));
  const hasController = name !== undefined && (datastore === "etcd" || within(version, span("v3.6.0")));
  return {
    node: `${from(nodeRegistry)}node:${node}`,
    cni: `${from(others)}cni:${cni}`,
    ...(hasController ? { controller: `${registry ?? others}/${name}:${tags.get(name) ?? ""}` } : {}),
  };
}
