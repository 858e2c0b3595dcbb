/** `node` on real nodes: what it says, and what sessions, routes and packets did meanwhile. */
import { describe, expect, test } from "vitest";
import { cordonLease, isCordoned, node, podOf } from "../e2e/support/calico-cluster.ts";
import { workloadsReady } from "../calico/install.ts";
import { at } from "../cluster/kube-object.ts";
import { poll } from "../cluster/wait.ts";
import { offered } from "../faults/continuation.ts";
import {
  anyRelease,
  expectClaimHolds,
  expectUndisturbed,
  manifestOf,
  noLab,
  pluginOn,
  podCidrOf,
  restartTime,
  slack,
  tellRow,
  withLab,
} from "./a-lab.ts";
import { firstCalico, type Lab } from "./lab.ts";
import type { NodeName } from "./layout.ts";
import { stopAndMend } from "./stop-and-mend.ts";
import { packetGap, sessionGap, withdrawnRoutes } from "./watch/measures.ts";
import { watched } from "./watch/watch.ts";

/** What takes long, and is close to another test, is run with --all only. */
const all = process.env["TEST_ALL"] !== undefined;
const again = ["--restart", "--force", "--settle=1s"];

describe.skipIf(noLab)("node on real kubelets, containers and BIRD", () => {
  let lab: Lab;
  withLab((given) => {
    lab = given;
  });

  // First: no node has pulled any image but those of its first release.
  test("H21: by what real nodes list, the images that run are there, and those of a new release are certainly not", async () => {
    const plugin = pluginOn(lab);
    // A kubelet looks for its images every half minute.
    for (const { name } of lab.nodes) {
      await poll(
        async () =>
          JSON.stringify(at(await node(lab.cluster, name), "status", "images") ?? []).includes("calico/node"),
        {
          what: `images of ${name}`,
          timeoutMs: 90_000,
        },
      );
    }
    const found = async (version: string): Promise<unknown> => {
      const { stdout, stderr } = await plugin.run("preflight", "-f", manifestOf(version), "-o", "json");
      const { findings } = JSON.parse(stdout) as { readonly findings: readonly { readonly id: string }[] };
      return findings.find(({ id }) => id === "H21") ?? stderr;
    };
    expect(await found(firstCalico)).toMatchObject({
      outcome: "pass",
      because: expect.stringMatching(/^all \d images of the file are on all 3 nodes$/),
    });
    expect(await found("v3.29.7")).toMatchObject({
      outcome: "fail",
      severity: "warning",
      because: expect.stringContaining("are not on 3 of 3 nodes yet"),
    });
  });

  test("an upgraded node keeps its routes: no stream breaks, and the time that is printed covers the sessions", async () => {
    const plugin = pluginOn(lab);
    const { result, observed } = await watched(lab, () =>
      plugin.run("node", "node-01", "-f", manifestOf("v3.29.5"), "--force", "--settle=1s"),
    );
    tellRow("node -f", result, observed, "node-01");
    expect(result).toMatchObject({ code: 0 });
    expect(imageOf(await podOf(lab.cluster, "node-01"))).toMatch(/:v3\.29\.5$/);
    expect(sessionGap(observed, "node-01")).toBeGreaterThan(0);
    expectUndisturbed(observed);
    expectClaimHolds(result, observed, "node-01");
  });

  test("BGP sessions are named as BIRD has them, and the time that is printed for them is never shorter than they were down", async () => {
    const plugin = pluginOn(lab);
    const { result, observed } = await watched(lab, () =>
      plugin.run("node", "node-02", ...again, "--bgp-check=exec", "-o", "json"),
    );
    tellRow("BIRD asked by exec", result, observed, "node-02");
    expect(result).toMatchObject({ code: 0 });
    const { nodes } = JSON.parse(result.stdout) as {
      readonly nodes: readonly { readonly sessionsAfterSeconds?: number; readonly bgpSessions?: object }[];
    };
    expect(nodes[0]?.bgpSessions).toMatchObject({
      verified: true,
      before: 2,
      after: 2,
      down: [],
      withoutGracefulRestart: [],
    });
    const gap = sessionGap(observed, "node-02");
    expect(gap).toBeGreaterThan(0);
    expect((nodes[0]?.sessionsAfterSeconds ?? 0) * 1000 + slack).toBeGreaterThanOrEqual(gap);
    expectUndisturbed(observed);
  });

  test.runIf(all)("H22: BIRD that starts late is part of the time that is printed", async () => {
    lab.node("node-02").setFaults({ startSeconds: 15 });
    const plugin = pluginOn(lab);
    const { result, observed } = await watched(lab, () => plugin.run("node", "node-02", ...again));
    tellRow("BIRD 15 s late", result, observed, "node-02");
    expect(result).toMatchObject({ code: 0 });
    expect(sessionGap(observed, "node-02")).toBeGreaterThan(15_000);
    expectUndisturbed(observed);
    expectClaimHolds(result, observed, "node-02");
  });

  test("H22: after a crash loop the last start counts, and a time over the budget is called so", async () => {
    await restartTime(lab, "10s");
    try {
      lab.node("node-03").setFaults({ crashes: 2 });
      const plugin = pluginOn(lab);
      const { result, observed } = await watched(lab, () => plugin.run("node", "node-03", ...again));
      tellRow("crash loop, peers keep routes 10 s", result, observed, "node-03");
      expect(result).toMatchObject({ code: 0 });
      // Peers keep routes for 10 s; the kubelet backs off for 10 s before the third start.
      expect(sessionGap(observed, "node-03")).toBeGreaterThan(10_000);
      expect(withdrawnRoutes(observed)).toContain(`node-01: ${await podCidrOf(lab, "node-03")}`);
      expectClaimHolds(result, observed, "node-03");
      expect(result.stderr).toMatch(/over (the )?[\w-]* ?budget/i);
    } finally {
      await restartTime(lab, undefined);
    }
  });

  test("a run that is killed is continued by the command that it is told, and what that says still covers the sessions", async () => {
    const plugin = pluginOn(lab);
    const { result, observed } = await watched(lab, async () => {
      const first = plugin.start("node", "node-01", ...again);
      await first.says(/^pod "\S+" deleted$/m);
      first.signal("SIGKILL");
      await first.ended;
      return await plugin.run("node", "node-01", "--force", "--settle=1s", "--take-over");
    });
    tellRow("killed, continued", result, observed, "node-01");
    expect(result).toMatchObject({ code: 0 });
    expect(await isCordoned(lab.cluster, "node-01")).toBe(false);
    expect(await cordonLease(lab.cluster, "node-01")).toBeUndefined();
    expectUndisturbed(observed);
    expectClaimHolds(result, observed, "node-01");
  });

  test.runIf(all)(
    "Ctrl-C in the middle: the node at work is brought to its end, and the command that is printed does the other",
    async () => {
      const plugin = pluginOn(lab);
      const { result, observed } = await watched(lab, async () => {
        // With --restart the same command would restart node-03 once more.
        const first = plugin.start("node", "node-03", "node-02", "-f", manifestOf("v3.29.6"), "--force");
        await first.says(/^pod "\S+" deleted$/m);
        first.signal("SIGINT");
        const stopped = await first.ended;
        expect(stopped.code, stopped.stderr).toBe(130);
        for (const name of ["node-03", "node-02"] as const)
          expect(await isCordoned(lab.cluster, name), stopped.stderr).toBe(false);
        expect(stopped.stderr).not.toContain("node/node-02 cordoned");
        const [next, ...others] = offered(stopped.stderr);
        expect(others, stopped.stderr).toEqual([]);
        const rest = await plugin.run(...(next ?? []));
        return { ...rest, stderr: stopped.stderr + rest.stderr };
      });
      for (const name of ["node-03", "node-02"] as const) {
        tellRow(`Ctrl-C, continued, ${name}`, result, observed, name);
        expect(await cordonLease(lab.cluster, name)).toBeUndefined();
      }
      expect(result).toMatchObject({ code: 0 });
      expectUndisturbed(observed);
      for (const name of ["node-03", "node-02"] as const) expectClaimHolds(result, observed, name);
    },
  );

  test("a kubelet that falls silent is what the user is told of, not the pod's last state", async () => {
    const silent = lab.node("node-02");
    const plugin = pluginOn(lab);
    const { result, observed } = await watched(lab, async () => {
      const running = plugin.start("node", "node-02", ...again, "--timeout=150s");
      await running.says(/^pod "\S+" deleted$/m);
      silent.pause("kubelet");
      try {
        await running.says(/kubelet[^\n]* (is )?silent|silent[^\n]* kubelet/i);
      } finally {
        silent.proceed("kubelet");
      }
      return await running.ended;
    });
    tellRow("kubelet silent", result, observed, "node-02");
    expect(result).toMatchObject({ code: 0 });
    expectUndisturbed(observed);
    expectClaimHolds(result, observed, "node-02");
  });

  test.runIf(all)(
    "an image that the registry lacks stops the run, and the same command goes on when it is there",
    async () => {
      lab.setRegistryFaults({ missing: ["calico/node:v3.29.1", "calico/cni:v3.29.1"] });
      await stopAndMend(lab, {
        what: "image missing, then there",
        nodes: ["node-01"],
        flags: ["-f", manifestOf("v3.29.1"), ...anyRelease, "--prepull=never"],
        timeout: "20s",
        says: /ErrImagePull|ImagePullBackOff/,
        mend: () => lab.setRegistryFaults({}),
      });
    },
  );

  // What the tests above do not see is only worth something if the same watchers would have seen it.
  test("counter-proof: without graceful restart the watchers see the outage", async () => {
    lab.node("node-03").setFaults({ noGracefulRestart: true });
    const plugin = pluginOn(lab);
    try {
      // The session that is lost has to be one without it.
      await replacePod(lab, "node-03");
      const { result, observed } = await watched(lab, () => plugin.run("node", "node-03", ...again));
      tellRow("no graceful restart", result, observed, "node-03");
      expect(result).toMatchObject({ code: 0 });
      expect(withdrawnRoutes(observed)).toContain(`node-01: ${await podCidrOf(lab, "node-03")}`);
      expect(packetGap(observed)).toBeGreaterThan(2000);
      expect(observed.clients.filter(({ event }) => event === "failed")).not.toEqual([]);
    } finally {
      // Its sessions are without it until the next start: the next test's would be.
      lab.node("node-03").setFaults({});
      await replacePod(lab, "node-03");
    }
  });
});

/** As somebody does it who deletes the pod. */
async function replacePod({ cluster }: Lab, name: NodeName): Promise<void> {
  const { metadata } = await podOf(cluster, name);
  await cluster.api.ask("DELETE", `/api/v1/namespaces/kube-system/pods/${metadata.name}`);
  await cluster.waitFor(
    "/api/v1/namespaces/kube-system/pods",
    (pods) => !pods.some((pod) => pod.metadata.uid === metadata.uid),
    { timeoutMs: 120_000, what: `the end of pod ${metadata.name}` },
  );
  await workloadsReady(cluster, 120_000);
}

function imageOf(pod: unknown): unknown {
  return at(pod, "spec", "containers", 0, "image");
}
