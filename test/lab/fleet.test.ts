/**
 * One run over all nodes, from this machine and from a pod on a node that it upgrades. Order matters: each run starts
 * where the one before ended, and the last one ends at the release that the lab begins with.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { at, type KubeObject } from "../cluster/kube-object.ts";
import { isCordoned, podOf, runLease } from "../e2e/support/calico-cluster.ts";
import type { Result } from "../e2e/support/plugin.ts";
import { offered } from "../faults/continuation.ts";
import {
  expectClaimHolds,
  expectUndisturbed,
  manifestOf,
  noLab,
  pluginOn,
  tellRow,
  withLab,
} from "./a-lab.ts";
import type { Lab } from "./lab.ts";
import { nodeNames } from "./layout.ts";
import { programImage, provideProgramImage } from "./program-image.ts";
import type { Observed } from "./watch/observed.ts";
import { sessionGap } from "./watch/measures.ts";
import { watched } from "./watch/watch.ts";

const all = process.env["TEST_ALL"] !== undefined;
const detached = "calico-upgrade-detached";
// On a busy machine a node may have become Ready a moment ago, and no release of these is the newest.
const flags = ["--all", "-y", "--ignore-preflight-errors=H17,P11", "--settle=1s"];

describe.skipIf(noLab)("all real nodes in one run", { retry: 0 }, () => {
  let lab: Lab;
  withLab((given) => {
    lab = given;
  });

  async function expectRelease(version: string): Promise<void> {
    for (const node of nodeNames) {
      const image = String(at(await podOf(lab.cluster, node), "spec", "containers", 0, "image"));
      expect([node, image.slice(image.lastIndexOf(":") + 1)]).toEqual([node, version]);
      expect([node, await isCordoned(lab.cluster, node)]).toEqual([node, false]);
    }
    expect(await runLease(lab.cluster)).toBeUndefined();
  }

  function expectKept(what: string, result: Result, observed: Observed): void {
    for (const node of nodeNames) tellRow(`${what}, ${node}`, result, observed, node);
    for (const node of nodeNames) expect(sessionGap(observed, node)).toBeGreaterThan(0);
    expectUndisturbed(observed);
    for (const node of nodeNames) expectClaimHolds(result, observed, node);
  }

  test("node --all: images everywhere, a canary, then the others, and no pod notices", async () => {
    const { result, observed } = await watched(lab, () =>
      pluginOn(lab).run("node", ...flags, "-f", manifestOf("v3.29.5")),
    );
    expect(result).toMatchObject({ code: 0 });
    expect(result.stderr).toMatch(/^images: 3 of 3 nodes/m);
    await expectRelease("v3.29.5");
    expectKept("`node --all`", result, observed);
  });

  test.runIf(all)(
    "node --all that halts at its second node: the third is not touched, and the command that is printed does the rest",
    async () => {
      const plugin = pluginOn(lab);
      const manifest = manifestOf("v3.29.6");
      lab.node("node-02").setFaults({ neverReady: true });
      const { result, observed } = await watched(lab, async () => {
        const halted = await plugin.run("node", ...flags, "-f", manifest, "--timeout=40s");
        expect(halted).toMatchObject({ code: 1, stderr: expect.stringMatching(/^node\/node-01 done: /m) });
        expect(halted.stdout).toContain("node/node-02 cordoned");
        expect(halted.stdout).not.toContain("node-03");
        lab.node("node-02").setFaults({});
        const [command = [], ...others] = offered(halted.stderr);
        expect(others).toEqual([]);
        const rest = await plugin.run(...command, "-y");
        return { ...rest, stderr: `${halted.stderr}${rest.stderr}` };
      });
      expect(result).toMatchObject({ code: 0 });
      await expectRelease("v3.29.6");
      expectKept("`node --all`, halted at its second node, continued", result, observed);
    },
  );

  describe("by a Job", () => {
    beforeAll(async () => {
      const made = await provideProgramImage(lab.cluster.name);
      if (made !== undefined) throw new Error(made.missing);
    });

    const detach = async (manifest: string): Promise<void> => {
      const begun = await pluginOn(lab).run(
        "node",
        ...flags,
        "-f",
        manifest,
        "--detach",
        `--image=${programImage}`,
      );
      expect(begun).toMatchObject({ code: 0 });
    };

    /** A pod of the Job that works; other than this one. */
    const atWork = (before?: string): Promise<KubeObject> =>
      lab.cluster.waitFor(
        "/api/v1/namespaces/kube-system/pods",
        (pods) =>
          pods.find(
            ({ metadata, status }) =>
              metadata.labels?.["job-name"] === detached &&
              metadata.name !== before &&
              at(status, "phase") === "Running",
          ),
        { what: "a pod of the Job", timeoutMs: 120_000 },
      );

    /** All that the pod says, up to its end. */
    const logOf = async ({ metadata }: KubeObject): Promise<string> => {
      const { stdout } = await lab.cluster.kubectl(["-n", "kube-system", "logs", "-f", metadata.name]);
      return stdout;
    };

    const objectsGone = async (): Promise<void> => {
      for (const path of [
        "/apis/batch/v1/namespaces/kube-system/jobs",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles",
        "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
        "/api/v1/namespaces/kube-system/serviceaccounts",
        "/api/v1/namespaces/kube-system/configmaps",
        "/api/v1/namespaces/kube-system/pods",
      ])
        await lab.cluster.waitFor(
          path,
          (found) => found.every(({ metadata }) => !metadata.name.startsWith(detached)),
          { what: `${path} without what the run created`, timeoutMs: 60_000 },
        );
    };

    test("a detached run upgrades every node, its own too, and nothing of it stays", async () => {
      const { result, observed } = await watched(lab, async () => {
        await detach(manifestOf("v3.29.4"));
        const stderr = await logOf(await atWork());
        await objectsGone();
        return { code: 0, stdout: "", stderr };
      });
      await expectRelease("v3.29.4");
      expectKept("detached", result, observed);
    });

    test.runIf(all)(
      "its pod is killed in the middle of a node: the next one takes over at once and ends the run",
      async () => {
        const { result, observed } = await watched(lab, async () => {
          await detach(manifestOf("v3.29.5"));
          const first = await atWork();
          const cordoned = lab.cluster.waitFor(
            "/api/v1/nodes",
            (nodes) => nodes.some(({ spec }) => at(spec, "unschedulable") === true),
            { what: "a node at work", timeoutMs: 120_000 },
          );
          await cordoned;
          const killed = Date.now();
          const kill = `-n kube-system delete pod ${first.metadata.name} --grace-period=0 --force --wait=false`;
          await lab.cluster.kubectl(kill.split(" "));
          const next = await atWork(first.metadata.name);
          // A lease that nobody gives back lasts a minute.
          expect(Date.now() - killed).toBeLessThan(30_000);
          const stderr = await logOf(next);
          await objectsGone();
          return { code: 0, stdout: "", stderr };
        });
        await expectRelease("v3.29.5");
        expectUndisturbed(observed);
        for (const node of nodeNames.filter((name) => result.stderr.includes(`node/${name} done: `))) {
          tellRow(`detached, its pod killed, ${node}`, result, observed, node);
          expectClaimHolds(result, observed, node);
        }
      },
    );

    test.runIf(all)(
      "node --stop: the node at work is brought to its end, and the command that is printed does the rest",
      async () => {
        const plugin = pluginOn(lab);
        const { result, observed } = await watched(lab, async () => {
          await detach(manifestOf("v3.29.4"));
          const log = logOf(await atWork());
          await lab.cluster.waitFor(
            "/api/v1/nodes",
            (nodes) => nodes.some(({ spec }) => at(spec, "unschedulable") === true),
            { what: "a node at work", timeoutMs: 120_000 },
          );
          const stopped = await plugin.run("node", "--stop");
          expect(stopped).toMatchObject({ code: 0 });
          await objectsGone();
          const [command = [], ...others] = offered(stopped.stderr);
          expect(others).toEqual([]);
          expect(command).toContain("--detach");
          expect(await plugin.run(...command, "-y")).toMatchObject({ code: 0 });
          const rest = await logOf(await atWork());
          await objectsGone();
          return { code: 0, stdout: "", stderr: `${await log}${rest}` };
        });
        await expectRelease("v3.29.4");
        expectKept("detached, stopped, continued", result, observed);
      },
    );
  });
});
