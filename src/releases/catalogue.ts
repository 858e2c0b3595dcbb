import { parseImage, type ImageRef } from "../model/image.ts";
import { releaseTable } from "./table.ts";

/** One Calico release: the tags of its images (calico-facts 1.8). */
export interface CatalogueRelease {
  /** `v3.8.8` */
  readonly name: string;
  /** Day of its git tag, `2020-03-21`; some have none. */
  readonly date?: string;
  /** Tag by image: `calico/node` → `v3.8.8-1`. */
  readonly tags: ReadonlyMap<string, string>;
}

/** Releases by name, oldest first, and by `image:tag`. */
export interface Catalogue {
  readonly releases: ReadonlyMap<string, CatalogueRelease>;
  readonly byImage: ReadonlyMap<string, readonly string[]>;
  /** What the user says of images that tell nothing themselves. */
  readonly stated?: readonly { readonly image: ImageRef; readonly release: string }[];
}

/**
 * The catalogue of a user who says which release an image of calico-node is (--to with -f): nodes that run it
 * already, in the middle of an upgrade, are known by that.
 */
export function withStatedRelease(
  all: Catalogue,
  image: string | undefined,
  release: { readonly text: string } | undefined,
): Catalogue {
  if (image === undefined || release === undefined) return all;
  return { ...all, stated: [{ image: parseImage(image), release: release.text }] };
}

const images = [
  "calico/node",
  "calico/cni",
  "calico/kube-controllers",
  "calico/typha",
  "calico/ctl",
  "tigera/operator",
] as const;

const policyController = "policy:";

export function parseCatalogue(table: string): Catalogue {
  const releases = new Map<string, CatalogueRelease>();
  const byImage = new Map<string, string[]>();
  for (const line of table.trim().split("\n")) {
    const [name = "", date = "-", ...columns] = line.split(" ");
    const tags = new Map<string, string>();
    for (const [index, column] of columns.entries()) {
      if (column === "-") continue;
      const old = column.startsWith(policyController);
      const image = old ? "calico/kube-policy-controller" : (images[index] ?? "");
      tags.set(image, column === "=" ? name : old ? column.slice(policyController.length) : column);
    }
    releases.set(name, { name, tags, ...(date === "-" ? {} : { date }) });
    for (const [image, tag] of tags) {
      const key = `${image}:${tag}`;
      const known = byImage.get(key);
      if (known === undefined) byImage.set(key, [name]);
      else known.push(name);
    }
  }
  return { releases, byImage };
}

/** All releases from v1.5.0 to the newest that was out when this version was built. */
export const catalogue: Catalogue = parseCatalogue(releaseTable);
