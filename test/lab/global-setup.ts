/** One lab for all files of the project `lab`: up before the first, down after the last. */
import { randomBytes } from "node:crypto";
import type { TestProject } from "vitest/node";
import { isInUse } from "../cluster/state.ts";
import { ofCheckout } from "../e2e/test-cluster.ts";
import { endLab } from "./end.ts";
import { startLab } from "./lab.ts";
import { requirements } from "./requirements.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The lab's name, or why there is none. */
    readonly lab: { readonly name: string } | { readonly missing: string };
  }
}

/** `scripts/test lab` leaves its lab for the next run, as other parts do with clusters. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const found = await requirements(tell);
  if ("missing" in found) {
    tell(`\nSKIPPED: there is no lab of real nodes, because ${found.missing}.`);
    tell("Nothing of what only real kubelets, containers and BIRD show was tested.\n");
    project.provide("lab", { missing: found.missing });
    return undefined;
  }
  const keep = process.env["KEEP_CLUSTERS"] !== undefined;
  const name = keep ? `kept-lab-${ofCheckout}` : `test-lab-${randomBytes(4).toString("hex")}`;
  project.provide("lab", { name });
  if (keep && isInUse(name)) return undefined;
  const { cluster } = await startLab({ name, keep, progress: tell });
  cluster.api.close();
  return keep ? undefined : () => endLab(name);
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
