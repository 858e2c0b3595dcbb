/** The lab of a test file, and what tests of it have in common. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, onTestFinished } from "vitest";
import { hostedCalico, toYaml } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import { at } from "../cluster/kube-object.ts";
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

/** Tests without a lab count as skipped; global-setup.ts says loudly why. */
export const noLab = "missing" in provided;

export async function theLab(): Promise<Lab> {
  if ("missing" in provided) throw new Error(provided.missing);
  return await attachLab(provided.name);
}

/** No fault is left, no node is in the hands of a run that failed, and everybody reaches everybody. */
export async function healthy(lab: Lab): Promise<void> {
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

/** What is printed as held against the budget, in milliseconds: `≤ 3.4s of 90s`, `1m5s of 90s`. */
export type Claim = { readonly ms: number; readonly atLeast: boolean };

/** Undefined where nothing is claimed of that node: not verified, unknown. */
export function claimOf({ stderr }: Pick<Result, "stderr">, node: NodeName): Claim | undefined {
  const said = stderr.split("\n").findLast((line) => line.includes(node) && timeOfBudget.test(line));
  const parts = timeOfBudget.exec(said ?? "");
  if (parts === null) return undefined;
  return { ms: Number(parts[2] ?? 0) * 60_000 + Number(parts[3]) * 1000, atLeast: parts[1] !== undefined };
}

const timeOfBudget = /(≥ )?(?:(\d+)m ?)?([\d.]+)s of [\dm.]+s/;

/** H22: what bounds the routes is never printed shorter than it was; half a display digit is rounding. */
export function expectClaimHolds(result: Result, observed: Observed, node: NodeName): void {
  const claim = claimOf(result, node);
  if (claim === undefined || claim.atLeast) return;
  const measured = sessionGap(observed, node);
  expect(
    claim.ms + 50,
    `printed ${claim.ms} ms, without a session for ${measured} ms:\n${result.stderr}`,
  ).toBeGreaterThanOrEqual(measured);
}

/** H22: a restart, a continued one too, ends with a word on how long the node was without calico-node or sessions. */
export function expectTimeSaid(result: Result, node: NodeName): void {
  const line = result.stderr.split("\n").find((each) => each.startsWith(`node/${node} done`));
  expect(line).toMatch(/\b(down|session|Ready after)\b/);
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
