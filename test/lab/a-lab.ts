/** The lab of a test file, and what tests of it have in common. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, inject, onTestFinished } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import { at } from "../cluster/kube-object.ts";
import { poll } from "../cluster/wait.ts";
import { node } from "../e2e/support/calico-cluster.ts";
import { runPlugin, startPlugin, type Result, type Running } from "../e2e/support/plugin.ts";
import { attachLab, type Lab } from "./lab.ts";
import { type NodeName, nodeNames } from "./layout.ts";
import {
  brokenStreams,
  containerGap,
  conversations,
  packetGap,
  sessionGap,
  withdrawnRoutes,
} from "./watch/measures.ts";
import type { Observed } from "./watch/observed.ts";
import { quiet } from "./watch/watch.ts";

const provided = inject("lab");

/** For an image that no node has: the newer ones are other tests'. */
export const anyRelease = ["--ignore-preflight-errors=P11"];

/** Tests without a lab count as skipped; global-setup.ts says loudly why. */
export const noLab = "missing" in provided;

/** Hands the lab to a test file; each of its tests begins with it healthy. */
export function withLab(take: (lab: Lab) => void): void {
  let lab: Lab | undefined;
  beforeAll(async () => {
    if ("missing" in provided) throw new Error(provided.missing);
    lab = await attachLab(provided.name);
    take(lab);
  });
  beforeEach(async () => {
    if (lab !== undefined) await healthy(lab);
  });
  afterAll(() => lab?.cluster.api.close());
}

/** No fault is left, no node is in the hands of a run that failed, and everybody reaches everybody. */
async function healthy(lab: Lab): Promise<void> {
  lab.setRegistryFaults({});
  for (const node of lab.nodes) node.setFaults({});
  const { api } = lab.cluster;
  const daemonSet = "/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node";
  await api.ask("PATCH", daemonSet, { metadata: { annotations: { "calico-upgrade/run": null } } });
  for (const name of nodeNames) {
    await api.ask("PATCH", `/api/v1/nodes/${name}`, {
      metadata: { annotations: { "calico-upgrade/cordon": null } },
      spec: { unschedulable: null },
    });
  }
  await workloadsReady(lab.cluster, 120_000);
  await quiet(lab);
}

/** The addresses of a node's pods, as routes to it name them. */
export async function podCidrOf({ cluster }: Lab, name: NodeName): Promise<string> {
  return String(at(await node(cluster, name), "spec", "podCIDR"));
}

export type Plugin = {
  readonly run: (...args: readonly string[]) => Promise<Result>;
  readonly start: (...args: readonly string[]) => Running;
};

/** The plugin with a state folder of its own, which the test's end removes. */
export function pluginOn({ cluster }: Lab): Plugin {
  const state = mkdtempSync(join(tmpdir(), "lab-state-"));
  onTestFinished(() => rmSync(state, { recursive: true, force: true }));
  const options = { env: { XDG_STATE_HOME: state } };
  return {
    run: (...args) => runPlugin(cluster, args, options),
    start: (...args) => startPlugin(cluster, args, options),
  };
}

/** A release's manifest as a file. */
export function manifestOf(version: string): string {
  const folder = mkdtempSync(join(tmpdir(), "lab-manifest-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, `calico-${version}.yaml`);
  writeFileSync(file, toYaml(hostedCalico({ version })));
  return file;
}

/** On a busy machine the plugin and those who watch it notice the same thing that much apart. */
export const slack = 500;

/**
 * H22: a restart, a continued one too, ends with a word on how long the node was without calico-node (`down ≤ 3.6s`)
 * and without sessions (`Ready after 4.3s of 90s`), and neither is printed shorter than it was.
 */
export function expectClaimHolds(result: Result, observed: Observed, node: NodeName): void {
  const line = result.stderr.split("\n").findLast((each) => each.startsWith(`node/${node} done: `)) ?? "";
  expect(line, result.stderr).toMatch(/: down (≤ |≥ )?[\dm.]+s, Ready after (≥ )?[\dm.]+s/);
  const down = timeIn(line, /down (≤ |≥ )?(?:(\d+)m)?([\d.]+)s/);
  // Both ends of what is printed without a sign are a node's times, in whole seconds.
  const clock = down?.bound === undefined ? 1000 : 0;
  expectCovered("without calico-node", down, (containerGap(observed, node) ?? 0) - clock);
  if (line.includes("BGP session not verified")) return;
  const ready = timeIn(line, /Ready after (≥ )?(?:(\d+)m)?([\d.]+)s/);
  expectCovered("without a session", ready, sessionGap(observed, node));

  function expectCovered(what: string, claim: Claim | undefined, measured: number): void {
    if (claim === undefined || claim.bound === "≥") return;
    expect(claim.ms + slack, `${what} for ${measured} ms, printed: ${line}`).toBeGreaterThanOrEqual(measured);
  }
}

type Claim = { readonly ms: number; readonly bound: string | undefined };

/** The pattern's parts are sign, minutes and seconds. */
function timeIn(line: string, pattern: RegExp): Claim | undefined {
  const parts = pattern.exec(line);
  if (parts === null) return undefined;
  return { ms: Number(parts[2] ?? 0) * 60_000 + Number(parts[3]) * 1000, bound: parts[1]?.trim() };
}

/** A row of docs/proof.md, on the screen: what was printed, and what was measured. */
export function tellRow(run: string, result: Result, observed: Observed, node: NodeName): void {
  const printed =
    new RegExp(`^node/${node} done: (.*)$`, "m").exec(result.stderr)?.[1] ?? `exit ${result.code}`;
  const cells = [
    run,
    printed,
    inSeconds(containerGap(observed, node)),
    inSeconds(sessionGap(observed, node)),
    inSeconds(packetGap(observed)),
    `${brokenStreams(observed).length} broken, ${withdrawnRoutes(observed).length} withdrawn`,
  ];
  process.stderr.write(`| ${cells.join(" | ")} |\n`);
}

function inSeconds(ms: number | undefined): string {
  return ms === undefined ? "–" : `${(ms / 1000).toFixed(1)} s`;
}

/** Pods talked to each other on all paths, and nobody noticed anything. */
export function expectUndisturbed(observed: Observed): void {
  expect(conversations(observed)).toBe(18);
  expect(brokenStreams(observed)).toEqual([]);
  expect(packetGap(observed)).toBeLessThanOrEqual(2000);
  expect(withdrawnRoutes(observed)).toEqual([]);
}

/** BGPConfiguration's nodeMeshMaxRestartTime, which calico-node hands to BIRD and the plugin's budget keeps to. */
export async function restartTime({ cluster, nodes, ...lab }: Lab, time: string | undefined): Promise<void> {
  const path = "/apis/crd.projectcalico.org/v1/bgpconfigurations";
  if (time === undefined) await cluster.api.ask("DELETE", `${path}/default`);
  else {
    await cluster.api.ask("POST", path, {
      apiVersion: "crd.projectcalico.org/v1",
      kind: "BGPConfiguration",
      metadata: { name: "default" },
      spec: { nodeMeshMaxRestartTime: time },
    });
  }
  const wanted = `graceful restart time ${Number.parseInt(time ?? "120", 10)};`;
  await poll(
    async () =>
      nodes.every((each) => readFileSync(each.liveFile("/run/calico/bird.cfg"), "utf8").includes(wanted)),
    { what: `BIRD everywhere with ${wanted}` },
  );
  await quiet({ cluster, nodes, ...lab });
}

/** `node NAME` whose node's containerd stands still for a while, from the moment on when the old pod is deleted. */
export async function withoutRuntime(
  lab: Lab,
  name: NodeName,
  ms: number,
  ...flags: readonly string[]
): Promise<Result> {
  const node = lab.node(name);
  const running = pluginOn(lab).start("node", name, ...flags);
  await running.says(/^pod "\S+" deleted$/m);
  node.pause("containerd");
  const stopped = setTimeout(() => node.proceed("containerd"), ms);
  try {
    return await running.ended;
  } finally {
    clearTimeout(stopped);
    node.proceed("containerd");
  }
}
