/** The image of the program that is tested, as `scripts/image` makes it, for the lab's registry. */
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { create } from "tar";
import { executableName, thisPlatform } from "../../scripts/build/platforms.ts";
import { imagePackages, writeImage } from "../../scripts/oci/image.ts";
import { archiveName } from "../../scripts/release/archive.ts";
import { archivesFolder } from "./start.ts";

const root = join(import.meta.dirname, "../..");
const repository = "lab/calico-upgrade";

/** Whatever its host and tag: every registry of a lab's nodes is its own, and it has one image of the program. */
export const programImage = `lab.example/${repository}:v1`;

/** Hands the image to the registry of a lab; says why where it cannot be made. */
export async function provideProgramImage(lab: string): Promise<{ readonly missing: string } | undefined> {
  const platform = thisPlatform();
  const debian = await imagePackages([platform], (line) => process.stderr.write(`${line}\n`));
  if ("missing" in debian) return debian;
  const work = mkdtempSync(join(tmpdir(), "lab-program-"));
  try {
    const name = executableName(platform);
    copyFileSync(join(root, "dist", name), join(work, name));
    copyFileSync(join(root, "LICENSE"), join(work, "LICENSE"));
    // A release's archive has the licences of its libraries, which no test of a lab reads.
    writeFileSync(join(work, "THIRD-PARTY-LICENSES.txt"), "");
    const files = [name, "LICENSE", "THIRD-PARTY-LICENSES.txt"];
    await create({ file: join(work, archiveName(platform)), cwd: work, gzip: { level: 1 } }, files);
    const made = join(work, "image.tar");
    await writeImage(made, { root, archives: work, platforms: [platform], debian });
    const archive = join(archivesFolder(lab), `${repository}.tar`);
    mkdirSync(dirname(archive), { recursive: true });
    copyFileSync(made, `${archive}.new`);
    renameSync(`${archive}.new`, archive);
    return undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
