/** A page of the program in a headless Chromium, for a file of tests. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { openBrowser, type Page } from "./browser.ts";
import { findChromium } from "./find.ts";

export interface PageInBrowser {
  /** Of a test that runs, not of its file. */
  readonly page: () => Page;
  readonly show: (html: string) => Promise<void>;
  /** Leaves a picture for people in `$PICTURES`, where that is set. */
  readonly look: (name: string) => Promise<void>;
}

/** `what`: what nobody looked at where there is no Chromium; the tests are skipped then. */
export function inBrowser(what: string, tests: (browser: PageInBrowser) => void): void {
  const chromium = findChromium();
  if (chromium === undefined)
    console.warn(`SKIPPED: no Chromium (node scripts/browser.ts, or $CHROMIUM): nobody looked at ${what}`);
  describe.skipIf(chromium === undefined)("the page in a browser", () => {
    let page: Page;
    let folder = "";
    const pictures = process.env["PICTURES"];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "page-"));
      page = await openBrowser(chromium ?? "");
    }, 60_000);
    afterAll(async () => {
      await page?.close();
      rmSync(folder, { recursive: true });
    });

    tests({
      page: () => page,
      async show(html) {
        const file = join(folder, "page.html");
        writeFileSync(file, html);
        await page.open(file);
      },
      async look(name) {
        if (pictures === undefined) return;
        mkdirSync(pictures, { recursive: true });
        writeFileSync(join(pictures, `${name}.png`), await page.picture());
      },
    });
  });
}
