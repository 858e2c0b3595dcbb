/** Images that are pulled ahead, by a real registry and real kubelets: no pull falls into a node's gap. */
import { describe, expect, test } from "vitest";
import { purposeLabel } from "../../src/model/names.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { cordonLease, isCordoned, podOf, runLease } from "../e2e/support/calico-cluster.ts";
import {
  anyRelease,
  expectClaimHolds,
  expectUndisturbed,
  manifestOf,
  noLab,
  pluginOn,
  tellRow,
  withLab,
} from "./a-lab.ts";
import type { Lab } from "./lab.ts";
import { containerGap, sessionGap } from "./watch/measures.ts";
import { watched } from "./watch/watch.ts";

const release = "v3.29.0";
const both = ["node-02", "node-03"] as const;

describe.skipIf(noLab)("images pulled ahead on real nodes", () => {
  let lab: Lab;
  withLab((given) => {
    lab = given;
  });

  const command = () =>
    ["node", ...both, "-f", manifestOf(release), ...anyRelease, "--force", "--settle=1s"] as const;

  test("an image that the registry lacks stops the run before any node is touched, in the registry's words", async () => {
    lab.setRegistryFaults({ missing: [`calico/cni:${release}`] });
    const before = await Promise.all(both.map((node) => podOf(lab.cluster, node)));
    const { result, observed } = await watched(lab, () => pluginOn(lab).run(...command()));
    expect(result).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /H21: images cannot be pulled on 2 of 2 nodes: node-02, node-03: .*calico\/cni:v3\.29\.0.*not found.*nothing was changed/,
      ),
    });
    expect(await Promise.all(both.map((node) => podOf(lab.cluster, node)))).toMatchObject(
      before.map(({ metadata: { uid } }) => ({ metadata: { uid } })),
    );
    for (const node of both) {
      expect(await isCordoned(lab.cluster, node)).toBe(false);
      expect(await cordonLease(lab.cluster, node)).toBeUndefined();
    }
    expect(await ourPods(lab)).toEqual([]);
    expect(await runLease(lab.cluster)).toBeUndefined();
    expectUndisturbed(observed);
  });

  test("H22: with a registry that takes 6 s a layer and is gone before the first restart, no gap has a pull in it", async () => {
    lab.setRegistryFaults({ delaySeconds: 6 });
    const { result, observed } = await watched(lab, async () => {
      const running = pluginOn(lab).start(...command());
      await running.says(/^images: 2 of 2 nodes/m);
      // Whatever is not there now will never come.
      lab.setRegistryFaults({ refuse: 503 });
      return await running.ended;
    });
    for (const node of both)
      tellRow(`images pulled ahead, no registry after that, ${node}`, result, observed, node);
    expect(result).toMatchObject({ code: 0 });
    const took = [...result.stderr.matchAll(/^images: \d of 2 nodes \(node-0\d in ([\d.]+)s\)$/gm)].map(
      ([, time]) => Number(time),
    );
    expect(Math.max(...took)).toBeGreaterThan(6);
    for (const node of both) {
      expect(String(at(await podOf(lab.cluster, node), "spec", "containers", 0, "image"))).toContain(release);
      expect(containerGap(observed, node)).toBeLessThan(6000);
      expect(sessionGap(observed, node)).toBeGreaterThan(0);
      expectClaimHolds(result, observed, node);
    }
    expectUndisturbed(observed);
    expect(await ourPods(lab)).toEqual([]);
  });
});

async function ourPods({ cluster }: Lab): Promise<readonly string[]> {
  const path = `/api/v1/namespaces/kube-system/pods?labelSelector=${encodeURIComponent(purposeLabel)}`;
  const found = listAt(await cluster.api.ask("GET", path), "items") as KubeObject[];
  return found.map(({ metadata }) => metadata.name);
}
