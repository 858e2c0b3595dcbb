/** One lab for all files of the project `lab`: up before the first, down after the last. */
import { randomBytes } from "node:crypto";
import type { TestProject } from "vitest/node";
import { endLab } from "./end.ts";
import { startLab } from "./lab.ts";
import { ensurePrograms } from "./programs.ts";
import { requirements } from "./requirements.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The lab's name, or why there is none. */
    readonly lab: { readonly name: string } | { readonly missing: string };
  }
}

/** Never kept for a next run: what was pulled once is on the nodes, and a lab is up in half a minute. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const found = await aLab();
  if ("missing" in found) {
    tell(`\nSKIPPED: there is no lab of real nodes, because ${found.missing}.`);
    tell("Nothing of what only real kubelets, containers and BIRD show was tested.\n");
    project.provide("lab", { missing: found.missing });
    return undefined;
  }
  project.provide("lab", found);
  return () => endLab(found.name);
}

/**
 * A machine without what a lab needs says nothing of the plugin: no package mirror, no Go modules, a kernel that
 * refuses kubelet or overlayfs. A lab that was only too slow gets a second try.
 */
async function aLab(): Promise<{ readonly name: string } | { readonly missing: string }> {
  const found = await requirements(tell);
  if ("missing" in found) return found;
  try {
    await ensurePrograms(tell);
  } catch (error) {
    return { missing: `its programs cannot be built: ${String(error)}` };
  }
  let missing = "";
  for (let attempt = 0; attempt < 2; attempt++) {
    const name = `test-lab-${randomBytes(4).toString("hex")}`;
    try {
      const { cluster } = await startLab({ name, progress: tell });
      cluster.api.close();
      return { name };
    } catch (error) {
      missing = `it does not come up: ${String(error)}`;
      tell(missing);
    }
  }
  return { missing };
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
