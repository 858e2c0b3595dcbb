/** `scripts/image`: the container image of the program, without a daemon. Its path on stdout, progress on stderr. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { describeImage, imageName, imagePackages, imagePlatforms, writeImage } from "./oci/image.ts";
import { areCurrent, makeArchives } from "./release/archives.ts";

const root = join(import.meta.dirname, "..");
const all = imagePlatforms.map(({ os, arch }) => `${os}/${arch}`);
const usage = `usage: scripts/image [--platform OS/ARCH]… [--output FILE] [--update]

Build the container image of the program as an OCI archive. No container runtime is needed.

  --platform OS/ARCH   only this platform; can be repeated (default ${all.join(" and ")})
  --output FILE        where the archive is written (default dist/${imageName})
  --update             fetch the Debian packages again (default: those that were fetched last)

The executables are those of dist/release if it is up to date; otherwise they are built. To push the image, run one of:

  skopeo copy --all oci-archive:dist/${imageName} docker://REGISTRY/NAME:TAG
  mkdir image && tar -xf dist/${imageName} -C image && crane push image REGISTRY/NAME:TAG
`;

try {
  const { values } = parseArgs({
    options: {
      platform: { type: "string", multiple: true, default: all },
      output: { type: "string", default: join(root, "dist", imageName) },
      update: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) process.stdout.write(usage);
  else await makeImage(values.platform, resolve(values.output), values.update);
} catch (error) {
  say(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function makeImage(names: readonly string[], output: string, update: boolean): Promise<void> {
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`--platform ${unknown}: must be ${all.join(" or ")}`);
  const platforms = imagePlatforms.filter(({ os, arch }) => names.includes(`${os}/${arch}`));
  const debian = await imagePackages(platforms, say, update);
  if ("missing" in debian) throw new Error(debian.missing);
  const release = join(root, "dist/release");
  const work = mkdtempSync(join(tmpdir(), "archives-"));
  try {
    const archives = areCurrent(root, release) ? release : work;
    if (archives === work) await makeArchives(root, work, platforms, say);
    mkdirSync(dirname(output), { recursive: true });
    const sources = { root, archives, platforms, debian };
    for (const line of describeImage(output, await writeImage(output, sources), sources)) say(line);
    process.stdout.write(`${output}\n`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
