import type { DryRunStrategy } from "../../../src/model/dry-run.ts";
import { expect, test, vi } from "vitest";
import { listenerFor } from "../../../src/commands/listener.ts";
import type { AppContext } from "../../../src/context.ts";
import { testContext } from "../flags/test-context.ts";
import { listening, still } from "./on-terminal.ts";
import { upgrade, type Emit, type UpgradeOptions } from "./upgrade-events.ts";

interface Watching extends Omit<UpgradeOptions, "between"> {
  readonly rows?: number;
  /** Standard output is a file. */
  readonly elsewhere?: boolean;
  /** Called when this part has begun; what is on the screen by then. */
  readonly at?: string;
  readonly say?: (emit: Emit, part: string) => void;
}

/** What a user has on a terminal of 80 columns while an upgrade runs, and after it. */
async function watched({ rows = 24, elsewhere = false, at, say, ...options }: Watching = {}) {
  const { listener, shown, stdout } = await listening({ rows, elsewhere });
  let midway: readonly string[] = [];
  await upgrade(listener.emit, {
    ...options,
    async between(part, emit) {
      say?.(emit, part);
      if (part !== at) return;
      await vi.waitFor(() => {
        midway = still(shown.screen());
        expect(midway.some((line) => line.startsWith("*"))).toBe(true);
      }, 5_000);
    },
  });
  await listener.close();
  return { midway, screen: shown.screen(), stdout: stdout() };
}

test("a whole upgrade is one task list, every part by its everyday name, its own lines below it", async () => {
  expect((await watched({ nodes: ["node-01"] })).screen).toEqual([
    "✔ prepare: 2 objects",
    "  ✔ clusterrole.rbac.authorization.k8s.io/calico-node created",
    "  ✔ clusterrole.rbac.authorization.k8s.io/calico-kube-controllers created",
    "↓ Typha: not used here",
    "✔ controller",
    "  ↓ scale the old controller to 0: not needed",
    "  ↓ wait until its pod is gone: not needed",
    "  ✔ deployment.apps/calico-kube-controllers configured",
    "  ✔ wait for exactly one Ready controller",
    "  ✔ watch that it stays Ready",
    "✔ nodes: every node runs the newest revision",
    "  ✔ take the run's lease",
    "  ✔ node/node-01 done: down ≤ 1.1s, Ready after 2.1s of 90s, pod networking",
    "    not verified",
    "    ✔ node/node-01 cordoned",
    '    ✔ pod "pod-node-01-1004" deleted',
    "      pod pod-node-01-1004 has a 30s termination grace period; before Calico",
    "      v2.6 install-cni ignores SIGTERM, so calico-node may be down for all of",
    "      it; --grace-period shortens it",
    "    ✔ wait for its replacement to be Ready",
    "    ✔ watch that it stays Ready",
    "    ✔ node/node-01 uncordoned",
    "  ✔ end the run",
    "↓ clean up: nothing to remove",
  ]);
});

test("what has not begun is shown waiting from the beginning on", async () => {
  const { midway } = await watched({ at: "typha" });
  expect(midway).toEqual([
    "✔ prepare: 2 objects",
    "  ✔ clusterrole.rbac.authorization.k8s.io/calico-node created",
    "  ✔ clusterrole.rbac.authorization.k8s.io/calico-kube-controllers created",
    "* Typha",
    "◼ controller",
    "◼ nodes",
    "◼ clean up",
  ]);
});

test("after 30 nodes the list still fits the terminal, and at the end every mutation line is there", async () => {
  const nodes = Array.from({ length: 30 }, (_, at) => `node-${String(at + 1).padStart(2, "0")}`);
  const { midway, screen } = await watched({ nodes, at: "contract" });
  expect(midway.length).toBeLessThan(24);
  expect(midway).toContain("* clean up");
  for (const node of nodes) expect(screen).toContain(`    ✔ node/${node} uncordoned`);
});

test("a part that fails is marked, and those after it were not reached", async () => {
  const { screen } = await watched({ nodes: ["node-01", "node-02"], forbidAt: 3 });
  expect(screen.slice(10)).toEqual([
    "✖ nodes",
    "  ✔ take the run's lease",
    "  ⚠ node/node-01",
    "    ✔ node/node-01 cordoned",
    "    ✖ delete the calico-node pod",
    "      pod pod-node-01-1005 has a 30s termination grace period; before Calico",
    "      v2.6 install-cni ignores SIGTERM, so calico-node may be down for all of",
    "      it; --grace-period shortens it",
    "    ↓ wait for its replacement to be Ready: not reached",
    "    ↓ watch that it stays Ready: not reached",
    "    ↓ uncordon: not reached",
    "  ↓ node/node-02: not reached",
    "  ↓ end the run: not reached",
    "↓ clean up: not reached",
  ]);
});

test("warnings and notes are in the list where they were told, and before it on the terminal", async () => {
  const { screen } = await watched({
    nodes: ["node-01"],
    say(emit, part) {
      if (part === "typha") emit({ kind: "warning", text: "the API server is slow" });
      if (part === "controller") emit({ kind: "note", text: "the old controller is v3.29.7" });
    },
  });
  expect(screen.slice(3, 8)).toEqual([
    "↓ Typha: not used here",
    "  Warning: the API server is slow",
    "✔ controller",
    "  the old controller is v3.29.7",
    "  ↓ scale the old controller to 0: not needed",
  ]);
});

test("with stdout elsewhere exactly the mutation lines go there, and the list does not repeat them", async () => {
  const { screen, stdout } = await watched({ nodes: ["node-01"], elsewhere: true });
  expect(stdout.split("\n")).toEqual([
    "clusterrole.rbac.authorization.k8s.io/calico-node created",
    "clusterrole.rbac.authorization.k8s.io/calico-kube-controllers created",
    "deployment.apps/calico-kube-controllers configured",
    "node/node-01 cordoned",
    'pod "pod-node-01-1004" deleted',
    "node/node-01 uncordoned",
    "",
  ]);
  expect(screen).toContain("  ✔ clusterrole.rbac.authorization.k8s.io/calico-node");
  expect(screen.join("\n")).not.toMatch(/created|cordoned/);
});

test("a question takes the list off the terminal, and it comes back", async () => {
  const { listener, shown } = await listening();
  await upgrade(listener.emit, {
    nodes: ["node-01"],
    async between(part) {
      if (part !== "controller") return;
      await vi.waitFor(() => expect(shown.screen().join()).toContain("prepare"), 5_000);
      await listener.aside(async () => {
        shown.stream.write("Cordon it? [y/N]: y\n");
        await vi.waitFor(() => expect(shown.screen()).toEqual(["Cordon it? [y/N]: y"]));
      });
    },
  });
  await listener.close();
  expect(shown.screen()[0]).toBe("Cordon it? [y/N]: y");
  expect(shown.screen()[1]).toBe("✔ prepare: 2 objects");
});

async function piped(dryRun: DryRunStrategy = "none", change: Partial<AppContext> = {}) {
  const { context, stdout, stderr } = testContext(change);
  const listener = await listenerFor(context, { format: "table", dryRun, color: "auto" });
  await upgrade(listener.emit, { nodes: ["node-01"] });
  await listener.close();
  return { stdout: stdout(), stderr: stderr() };
}

test("without a terminal: one line a change, and one for each part, by its id", async () => {
  const { stdout, stderr } = await piped();
  expect(stdout).toContain("deployment.apps/calico-kube-controllers configured\nnode/node-01 cordoned\n");
  const parts = stderr.split("\n").filter((line) => /^(expand|typha|controller|nodes|contract):/.test(line));
  expect(parts).toEqual([
    "expand: 2 objects",
    "typha: not used here",
    "nodes: every node runs the newest revision",
    "contract: nothing to remove",
  ]);
});

test("TERM=dumb on a terminal gets plain lines", async () => {
  const { stderr } = await piped("none", {
    env: { TERM: "dumb" },
    terminal: { ...testContext().context.terminal, stderrTty: true, columns: 80 },
  });
  expect(stderr).toContain("typha: not used here\n");
  expect(stderr).not.toContain("\u001B");
});
