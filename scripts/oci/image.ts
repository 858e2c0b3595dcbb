/** The image of the program, made of the archives of a release and of Debian's packages. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { extract } from "tar";
import { debianFolder } from "../build/debian.ts";
import { fingerprintOfInputs } from "../build/inputs.ts";
import { executableName, type Platform, platforms } from "../build/platforms.ts";
import { archiveName } from "../release/archive.ts";
import { type Image, timestamp, writeOciArchive } from "./archive.ts";
import { digestOf, type ImageFile, layerOf } from "./layer.ts";
import { home, packages, packageVersions, runtimeFiles, user } from "./runtime-files.ts";

export const imageName = "calico-upgrade.oci.tar";
export const imagePlatforms = platforms.filter(({ os }) => os === "linux");

export interface ImageSources {
  /** The project. */
  readonly root: string;
  /** The folder with the archive of each platform. */
  readonly archives: string;
  readonly platforms: readonly Platform[];
  /** The root folder of Debian's packages by architecture. */
  readonly debian: ReadonlyMap<Platform["arch"], string>;
}

/** Debian's packages of each platform, from the cache or fetched, or why there are none. */
export async function imagePackages(
  wanted: readonly Platform[],
  progress: (line: string) => void,
  update = false,
): Promise<ImageSources["debian"] | { readonly missing: string }> {
  const folders = await Promise.all(
    wanted.map(async ({ arch: architecture }) => ({
      architecture,
      found: await debianFolder(`image-${architecture}`, packages, progress, { architecture, update }),
    })),
  );
  const paths = new Map<Platform["arch"], string>();
  for (const { architecture, found } of folders) {
    if ("missing" in found) return found;
    paths.set(architecture, found.path);
  }
  return paths;
}

/** What tells one image from another, as text: the same gives the same bytes. */
export function imageKey({ root, archives, platforms, debian }: ImageSources): string {
  const sources = platforms.flatMap((platform) => [
    digestOf(readFileSync(join(archives, archiveName(platform)))),
    ...packageVersions(debian.get(platform.arch) ?? ""),
  ]);
  return fingerprintOfInputs(
    root,
    ["scripts/oci"],
    JSON.stringify([process.version, revision(root), sources]),
  );
}

interface Written {
  /** Of the image index. */
  readonly digest: string;
  /** Bytes that a node of the platform has to pull. */
  readonly sizes: ReadonlyMap<Platform, number>;
}

/** Lines for whoever had it made. */
export function describeImage(
  path: string,
  { digest, sizes }: Written,
  { debian }: Pick<ImageSources, "debian">,
): string[] {
  return [
    `${basename(path)}: ${statSync(path).size.toLocaleString("en")} bytes, ${digest}`,
    ...[...sizes].map(
      ([{ os, arch }, size]) =>
        `  ${os}/${arch}: ${size.toLocaleString("en")} bytes; ${packageVersions(debian.get(arch) ?? "").join(", ")}`,
    ),
  ];
}

/** Writes the image as an OCI archive, whole or not at all. */
export async function writeImage(output: string, sources: ImageSources): Promise<Written> {
  const { root, archives, platforms, debian } = sources;
  const about = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    version: string;
    description: string;
    homepage: string;
    license: string;
  };
  const { commit, created } = revision(root);
  const images: Image[] = await Promise.all(
    platforms.map(async (platform) => {
      const program = await programFiles(join(archives, archiveName(platform)), platform);
      const [below, above] = await Promise.all([
        layerOf(runtimeFiles(debian.get(platform.arch) ?? "", platform.arch)),
        layerOf(program),
      ]);
      return {
        platform,
        layers: [
          { ...below, madeBy: "libraries of Debian packages, user nonroot" },
          { ...above, madeBy: `kubectl calico-upgrade v${about.version}` },
        ],
      };
    }),
  );
  const label = (name: string, value: string): [string, string] => [
    `org.opencontainers.image.${name}`,
    value,
  ];
  const digest = writeOciArchive(output, images, {
    tag: `v${about.version}`,
    created,
    config: {
      User: `${user}:${user}`,
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      Entrypoint: [`/${executable}`],
      WorkingDir: `/${home}`,
    },
    labels: Object.fromEntries([
      label("title", "kubectl calico-upgrade"),
      label("description", about.description),
      label("version", `v${about.version}`),
      label("created", timestamp(created)),
      label("licenses", about.license),
      label("url", about.homepage),
      label("source", about.homepage),
      ...(commit === undefined ? [] : [label("revision", commit)]),
    ]),
  });
  const size = ({ layers }: Image): number => layers.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return { digest, sizes: new Map(platforms.map((platform, at) => [platform, size(images[at] as Image)])) };
}

const executable = "kubectl-calico_upgrade";

async function programFiles(archive: string, platform: Platform): Promise<ImageFile[]> {
  const folder = mkdtempSync(join(tmpdir(), "image-"));
  try {
    await extract({ file: archive, cwd: folder, strict: true });
    const content = (name: string): Buffer => readFileSync(join(folder, name));
    return [
      { path: executable, mode: 0o755, content: content(executableName(platform)) },
      ...["LICENSE", "THIRD-PARTY-LICENSES.txt"].map((name) => ({
        path: `usr/share/doc/kubectl-calico-upgrade/${name}`,
        content: content(name),
      })),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The commit (`-dirty` where files differ from it) and its time, or that of SOURCE_DATE_EPOCH
 * (reproducible-builds.org: seconds since 1970). Sources without git have no commit, and 1970.
 */
function revision(root: string): { readonly commit: string | undefined; readonly created: Date } {
  const git = (...args: readonly string[]): string | undefined => {
    try {
      return execFileSync("git", args, {
        cwd: root,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
    } catch {
      return undefined;
    }
  };
  const seconds = Number(process.env["SOURCE_DATE_EPOCH"] ?? git("log", "-1", "--format=%ct") ?? 0);
  if (!Number.isInteger(seconds)) throw new Error("SOURCE_DATE_EPOCH is not a number of seconds");
  return {
    commit: git("describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"),
    created: new Date(seconds * 1000),
  };
}
