import { parseImage, type ImageRef } from "../model/image.ts";

/** What becomes of an image: whose registry it comes from is yours, which release it is of is the target's. */
export interface CarriedImage {
  readonly image: string;
  /** What somebody has to look at. */
  readonly note?: string;
}

/** undefined: both renamed the image, so nothing tells where yours is to be had. */
export function carryImage(base: string | undefined, mine: string, target: string): CarriedImage | undefined {
  const [from, own, to] = [base ?? target, mine, target].map(parseImage) as [ImageRef, ImageRef, ImageRef];
  const name = base === undefined && isUpstreams(own) ? nameOf(to) : repositoryOf(from, own, to);
  if (name === undefined) return undefined;
  const image = name === nameOf(to) ? target : `${name}${versionOf(to)}`;
  const note = noteOn(own, to, image);
  return { image, ...(note === undefined ? {} : { note }) };
}

/** Upstream's releases took turns between the two. */
function isUpstreams({ registry = "docker.io", repository }: ImageRef): boolean {
  return (registry === "docker.io" || registry === "quay.io") && /^calico\/[^/]+$/.test(repository);
}

/** The repository that yours has in the place of upstream's, with upstream's new name in it. */
function repositoryOf(base: ImageRef, mine: ImageRef, target: ImageRef): string | undefined {
  if (nameOf(base) === nameOf(mine)) return nameOf(target);
  const [from, own, to] = [base, mine, target].map(lastOf) as [string, string, string];
  if (from === to) return nameOf(mine);
  return from === own ? `${nameOf(mine).slice(0, -own.length)}${to}` : undefined;
}

/** A mirror of upstream's images: `calico` → `registry.example/mirror`. */
export function mirrorOf(base: string, mine: string): readonly [string, string] | undefined {
  const [from, own] = [parseImage(base), parseImage(mine)];
  if (nameOf(from) === nameOf(own) || lastOf(from) !== lastOf(own)) return undefined;
  return [folderOf(from), nameOf(own).slice(0, -(lastOf(own).length + 1))];
}

/** An image that only the target has, out of the mirror; undefined: no mirror has its like. */
export function fromMirror(
  target: string,
  mirrors: ReadonlyMap<string, string | undefined>,
): string | undefined {
  const image = parseImage(target);
  const mirror = mirrors.get(folderOf(image));
  return mirror === undefined ? undefined : `${mirror}/${lastOf(image)}${versionOf(image)}`;
}

function noteOn(mine: ImageRef, target: ImageRef, image: string): string | undefined {
  if (mine.digest !== undefined && target.digest === undefined)
    return `your image ${mine.text} was pinned by its digest; the digest of ${image} is not known here: pin it again where you want that`;
  if (mine.tag !== undefined && !/^v?\d+(\.\d+)+$/.test(mine.tag) && mine.tag !== target.tag)
    return `your image ${mine.text} has a tag of its own; the file now has ${image}`;
  return undefined;
}

function versionOf({ tag, digest }: ImageRef): string {
  return `${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/** Docker Hub need not be named. */
function nameOf({ registry, repository }: ImageRef): string {
  return registry === undefined || registry === "docker.io" ? repository : `${registry}/${repository}`;
}

function folderOf({ repository }: ImageRef): string {
  return repository.split("/").slice(0, -1).join("/");
}

function lastOf({ repository }: ImageRef): string {
  return repository.split("/").at(-1) ?? "";
}
