import type { DatastoreType } from "../../model/datastore.ts";
import type { JsonObject } from "../../model/kube.ts";
import type { Catalogue, CatalogueRelease } from "../../releases/catalogue.ts";
import { badReleases } from "../../releases/faults/bad-releases.ts";
import {
  rangeOf,
  rangeText,
  testedRange,
  type KubernetesLimit,
  type KubernetesRange,
} from "../../releases/kubernetes.ts";
import { limits } from "../../releases/limits/kubernetes-limits.ts";
import { span, versionOf, within, type Version } from "../../releases/version.ts";
import type { Printable } from "../output.ts";
import { textTable, type Columns } from "../text-table.ts";

/** What is known of one release. */
interface ReleaseEntry {
  readonly name: string;
  /** Day of its git tag. */
  readonly date?: string;
  /** Tag by image. */
  readonly images: Readonly<Record<string, string>>;
  /** Kubernetes versions, by datastore; before v2.0.0 there is etcd only. */
  readonly kubernetes: { readonly etcd: KubernetesEntry; readonly kubernetes?: KubernetesEntry };
  /** Rows of known faults that name it. */
  readonly faults: readonly string[];
}

interface KubernetesEntry {
  /** Where its manifest can be applied; a missing end is not limited. */
  readonly possible: VersionRange;
  /** What its documentation names; missing: nothing. */
  readonly tested?: VersionRange;
}

interface VersionRange {
  readonly min?: string;
  readonly max?: string;
}

/** All releases that this program knows, in all forms of -o. */
export function printableReleases(catalogue: Catalogue): Printable {
  const releases = [...catalogue.releases.values()];
  return {
    table: (wide, columns) => releaseTable(releases, wide, columns),
    object: () =>
      ({
        apiVersion: "calico-upgrade/v1alpha1",
        kind: "ReleaseCatalogue",
        releases: releases.map(entryOf),
        faults: badReleases.map(({ id, severity, why, sources }) => ({ id, severity, why, sources })),
        limits: limits.map(limitOf),
      }) as unknown as JsonObject,
    rows: () => releases.map((release) => entryOf(release) as unknown as JsonObject),
    names: () => releases.map(({ name }) => name),
  };
}

function releaseTable(releases: readonly CatalogueRelease[], wide: boolean, columns: Columns): string {
  const none = "<none>";
  const more = ["calico/cni", "calico/kube-controllers", "calico/typha", "tigera/operator"];
  return textTable(
    [
      "RELEASE",
      "DATE",
      "NODE",
      "KUBERNETES",
      "TESTED WITH",
      ...(wide ? ["CNI", "CONTROLLER", "TYPHA", "OPERATOR"] : []),
      "FAULTS",
    ],
    releases.map((release) => {
      const version = versionOf(release.name);
      const tested = testedRange(version, "kubernetes");
      const tag = (image: string): string =>
        release.tags.get(image) ??
        (image === "calico/kube-controllers"
          ? release.tags.get("calico/kube-policy-controller")
          : undefined) ??
        none;
      return [
        release.name,
        release.date ?? none,
        tag("calico/node"),
        rangeText(rangeOf(version, hasKubernetesDatastore(version) ? "kubernetes" : "etcd")),
        tested === undefined ? none : rangeText(tested),
        ...(wide ? more.map(tag) : []),
        faultsOf(version).join(",") || none,
      ];
    }),
    columns,
  );
}

function entryOf(release: CatalogueRelease): ReleaseEntry {
  const version = versionOf(release.name);
  const of = (datastore: DatastoreType): KubernetesEntry => {
    const tested = testedRange(version, datastore);
    const possible = versions(rangeOf(version, datastore));
    return tested === undefined ? { possible } : { possible, tested: versions(tested) };
  };
  return {
    name: release.name,
    ...(release.date === undefined ? {} : { date: release.date }),
    images: Object.fromEntries(release.tags),
    kubernetes: {
      etcd: of("etcd"),
      ...(hasKubernetesDatastore(version) ? { kubernetes: of("kubernetes") } : {}),
    },
    faults: faultsOf(version),
  };
}

/** The Kubernetes datastore came with v2.0.0 (P01). */
function hasKubernetesDatastore(version: Version): boolean {
  return within(version, span("v2.0.0"));
}

function limitOf({ id, releases, datastore, min, max, why, sources }: KubernetesLimit): object {
  return {
    id,
    ...(releases.from === undefined ? {} : { from: releases.from.text }),
    ...(releases.before === undefined ? {} : { before: releases.before.text }),
    ...(datastore === undefined ? {} : { datastore }),
    kubernetes: versions({ ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }),
    why,
    sources,
  };
}

function faultsOf(version: Version): readonly string[] {
  return badReleases
    .filter(({ releases }) => releases.some((each) => within(version, each)))
    .map(({ id }) => id);
}

function versions({ min, max }: KubernetesRange): VersionRange {
  return {
    ...(min === undefined ? {} : { min: `1.${min}` }),
    ...(max === undefined ? {} : { max: `1.${max}` }),
  };
}
