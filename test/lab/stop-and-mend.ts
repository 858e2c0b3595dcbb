/** A run that stops at a node, a cause that is taken away, and the same command, which ends what the first began. */
import { expect } from "vitest";
import { isCordoned } from "../e2e/support/calico-cluster.ts";
import { expectClaimHolds, expectUndisturbed, pluginOn, tellRow } from "./a-lab.ts";
import type { Lab } from "./lab.ts";
import type { NodeName } from "./layout.ts";
import { watched } from "./watch/watch.ts";

export interface Stopped {
  /** The row's name in docs/proof.md. */
  readonly what: string;
  /** In their order; the run stops at the first. */
  readonly nodes: readonly [NodeName, ...NodeName[]];
  readonly flags: readonly string[];
  readonly timeout: string;
  /** Why it stops, on standard error. */
  readonly says: RegExp;
  readonly mend: () => void;
}

export async function stopAndMend(lab: Lab, stopped: Stopped): Promise<void> {
  const { what, nodes, flags, timeout, says, mend } = stopped;
  const [first, ...others] = nodes;
  const plugin = pluginOn(lab);
  const command = ["node", ...nodes, ...flags, "--force", "--settle=1s"];
  const { result, observed } = await watched(lab, async () => {
    const run = await plugin.run(...command, `--timeout=${timeout}`);
    expect(run).toMatchObject({ code: 1, stderr: expect.stringMatching(says) });
    expect(await isCordoned(lab.cluster, first)).toBe(true);
    for (const other of others) expect(await isCordoned(lab.cluster, other)).toBe(false);
    mend();
    return await plugin.run(...command);
  });
  tellRow(what, result, observed, first);
  expect(result).toMatchObject({ code: 0 });
  expect(await isCordoned(lab.cluster, first)).toBe(false);
  expectUndisturbed(observed);
  for (const node of nodes) expectClaimHolds(result, observed, node);
}
