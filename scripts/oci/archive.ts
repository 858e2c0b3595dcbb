/** An image for several platforms as an OCI archive: the "Image Layout" of the OCI Image Format Specification, in a tar. */
import { renameSync, writeFileSync } from "node:fs";
import type { Platform } from "../build/platforms.ts";
import { type Blob, digestOf, type ImageFile, type Layer, tarOf } from "./layer.ts";

export interface Image {
  readonly platform: Pick<Platform, "os" | "arch">;
  /** The lowest first. */
  readonly layers: readonly (Layer & { readonly madeBy: string })[];
}

export interface ImageFacts {
  readonly tag: string;
  readonly created: Date;
  /** How a container runs it, as `config` of the specification's "Image Configuration". */
  readonly config: {
    readonly User: string;
    readonly Env: readonly string[];
    readonly Entrypoint: readonly string[];
    readonly WorkingDir: string;
  };
  /** `org.opencontainers.image.*`: labels of each platform's image, and annotations of the index. */
  readonly labels: Readonly<Record<string, string>>;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const mediaType = (name: string): string => `application/vnd.oci.image.${name}`;

/** Writes the archive, whole or not at all; answers the digest of the image index, by which all platforms are pulled. */
export function writeOciArchive(output: string, images: readonly Image[], facts: ImageFacts): string {
  const blobs = new Map<string, Buffer>();
  const keep = (type: string, { digest, bytes }: Blob): Descriptor => {
    blobs.set(digest, bytes);
    return { mediaType: mediaType(type), digest, size: bytes.length };
  };
  const manifests = images.map(({ platform, layers }) => {
    const manifest = {
      schemaVersion: 2,
      mediaType: mediaType("manifest.v1+json"),
      config: keep("config.v1+json", json(configuration(platform, layers, facts))),
      layers: layers.map((layer) => keep("layer.v1.tar+gzip", layer)),
    };
    const { os, arch: architecture } = platform;
    return { ...keep("manifest.v1+json", json(manifest)), platform: { architecture, os } };
  });
  const all = index({ manifests, annotations: facts.labels });
  const top = keep("index.v1+json", json(all));
  const annotations = { "org.opencontainers.image.ref.name": facts.tag };
  const files: ImageFile[] = [
    { path: "oci-layout", content: json({ imageLayoutVersion: "1.0.0" }).bytes },
    { path: "index.json", content: json(index({ manifests: [{ ...top, annotations }] })).bytes },
    ...[...blobs].map(([digest, content]) => ({ path: `blobs/${digest.replace(":", "/")}`, content })),
  ];
  writeFileSync(`${output}.unfinished`, tarOf(files));
  renameSync(`${output}.unfinished`, output);
  return top.digest;
}

function index(content: object): object {
  return { schemaVersion: 2, mediaType: mediaType("index.v1+json"), ...content };
}

function configuration(
  { os, arch }: Image["platform"],
  layers: Image["layers"],
  { created, config, labels }: ImageFacts,
): object {
  return {
    created: timestamp(created),
    architecture: arch,
    os,
    config: { ...config, Labels: labels },
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ madeBy }) => ({ created: timestamp(created), created_by: madeBy })),
  };
}

/** RFC 3339, whole seconds. */
export function timestamp(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}

function json(value: object): Blob {
  const bytes = Buffer.from(JSON.stringify(value));
  return { digest: digestOf(bytes), bytes };
}
