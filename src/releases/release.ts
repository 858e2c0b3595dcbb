import { calicoImage, type ImageRef } from "../model/image.ts";
import type { Catalogue } from "./catalogue.ts";
import { atLeast, compareVersions, parseVersion } from "./version.ts";

/** Which Calico release an image set is, and how sure that is. */
export interface Identified {
  /** The release, where it is known: one of the catalogue, or one newer than it (`newer`). */
  readonly release?: string;
  /** The releases it can be, when the images leave several (calico-facts 1.8). */
  readonly candidates: readonly string[];
  readonly by:
    | "catalogue"
    /** The user said so of this image. */
    | "told"
    | "newer"
    /** Several releases share these tags. */
    | "tie"
    /** The tag is a release's number with something added, or a number of no release. */
    | "unknown tag"
    /** The image is named by digest alone. */
    | "digest"
    /** `latest`, or nothing. */
    | "no tag"
    | "no image";
  /** The release, or what is known instead, for a table: `v3.8.8`, `v2.1.0–v2.1.2`, `unknown (digest)`. */
  readonly text: string;
}

/** Builds for one architecture carry its name behind the release's tag. */
const architecture = /-(amd64|arm64|arm64v8|armv7|ppc64le|s390x)$/;

/**
 * The release of a calico-node image. Only the node image identifies it; `others` (the images that
 * run beside it: cni, controller, typha) resolve a tie (calico-facts 1.8).
 */
export function identifyRelease(
  node: ImageRef | undefined,
  others: readonly ImageRef[],
  catalogue: Catalogue,
): Identified {
  if (node === undefined) return unknown("no image", "unknown");
  const stated = catalogue.stated?.find(({ image }) => isSameImage(image, node));
  if (stated !== undefined)
    return { release: stated.release, candidates: [stated.release], by: "told", text: stated.release };
  const { tag } = node;
  if (tag === undefined && node.digest !== undefined) return unknown("digest", "unknown (digest)");
  if (tag === undefined || tag === "latest") return unknown("no tag", "unknown (no tag)");
  const candidates = releasesOf("calico/node", node, catalogue);
  if (candidates.length === 0) return uncatalogued(tag, catalogue);
  const left = others.reduce<readonly string[]>((names, other) => {
    const both = releasesOfImage(other, catalogue).filter((name) => names.includes(name));
    return both.length === 0 ? names : both;
  }, candidates);
  const [first = "", ...more] = left;
  if (more.length === 0) return { release: first, candidates: left, by: "catalogue", text: first };
  return { candidates: left, by: "tie", text: `${first}–${left.at(-1) ?? ""}` };
}

function isSameImage(a: ImageRef, b: ImageRef): boolean {
  return (
    a.registry === b.registry && a.repository === b.repository && a.tag === b.tag && a.digest === b.digest
  );
}

/** The releases that an image of a Calico component is part of; none when it is not catalogued. */
export function releasesOfImage(image: ImageRef, catalogue: Catalogue): readonly string[] {
  const component = calicoImage(image) ?? operatorImage(image);
  return component === undefined ? [] : releasesOf(component, image, catalogue);
}

/** The operator's image says which release it brings, though it is none of its components. */
function operatorImage({ repository }: ImageRef): string | undefined {
  return /(^|\/)tigera\/operator$/.test(repository) ? "tigera/operator" : undefined;
}

/** A distribution's copy of a release's image is numbered: `k0sproject/calico-node:v3.32.1-0`, `…-rancher1`. */
const mirrorsBuild = /-(rancher)?\d+$/;

function releasesOf(component: string, image: ImageRef, catalogue: Catalogue): readonly string[] {
  const plain = image.tag?.replace(architecture, "") ?? "";
  const isMirror = !image.repository.endsWith(component);
  const tags = [plain, ...(isMirror ? [plain.replace(mirrorsBuild, "")] : [])];
  return (
    tags
      .flatMap((tag) => [`${component}:${tag}`, `${component}:v${tag}`])
      .map((name) => catalogue.byImage.get(name))
      .find((found) => found !== undefined) ?? []
  );
}

/**
 * A tag that no release has: newer than the catalogue, a branch, a distribution's own build. From
 * v2.4.0 on the node's tag is the release's number, so the number says what it was built from.
 */
function uncatalogued(tag: string, catalogue: Catalogue): Identified {
  const version = parseVersion(tag);
  const newest = parseVersion([...catalogue.releases.keys()].reduce(newer));
  const sameNumber =
    version !== undefined && catalogue.releases.has(version.text) && atLeast(version, "v2.4.0");
  if (sameNumber)
    return { release: version.text, candidates: [version.text], by: "catalogue", text: version.text };
  if (version === undefined || newest === undefined) return unknown("unknown tag", `unknown (${tag})`);
  if (compareVersions(version, newest) > 0 && version.vendor === undefined) {
    return { release: version.text, candidates: [version.text], by: "newer", text: version.text };
  }
  return unknown("unknown tag", `unknown (${tag})`);
}

function newer(left: string, right: string): string {
  const [a, b] = [parseVersion(left), parseVersion(right)];
  return a === undefined || (b !== undefined && compareVersions(b, a) > 0) ? right : left;
}

function unknown(by: Identified["by"], text: string): Identified {
  return { candidates: [], by, text };
}
