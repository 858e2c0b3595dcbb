import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheFolder } from "../cluster/binaries/cache.ts";

/** The build that `node scripts/browser.ts` fetches: a headless Chromium out of an npm package. */
export const packagedBrowser = { name: "@sparticuz/chromium", version: "153.0.0" } as const;

export function browserFolder(): string {
  return join(cacheFolder(), `chromium-${packagedBrowser.version}`);
}

/** $CHROMIUM, one in the PATH, or the one that was fetched; undefined where there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const inPath = (env["PATH"] ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  const asked = env["CHROMIUM"];
  return [...(asked === undefined ? [] : [asked]), join(browserFolder(), "chromium"), ...inPath].find(
    (path) => existsSync(path),
  );
}
