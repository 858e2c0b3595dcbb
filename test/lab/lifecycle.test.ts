/** A lab leaves the machine as it found it, however it ends. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { isAlive } from "../cluster/process-identity.ts";
import { clusterFolder, readProcesses } from "../cluster/state.ts";
import { poll } from "../cluster/wait.ts";
import { noLab } from "./a-lab.ts";
import { hierarchies } from "./cgroups.ts";
import { endLab } from "./end.ts";
import { cgroupOf } from "./layout.ts";

describe.skipIf(noLab)("a lab that is not wanted any more", () => {
  test.each(["SIGINT", "SIGKILL"] as const)(
    "%s while it comes up: no process, cgroup, interface or kernel setting stays behind",
    async (signal) => {
      const before = machine();
      const name = `gone-${randomBytes(4).toString("hex")}`;
      onTestFinished(() => endLab(name));
      const up = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), "up", "--name", name], {
        env: { ...process.env, NODE_OPTIONS: "" },
        stdio: ["ignore", "ignore", "pipe"],
      });
      let said = "";
      up.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
      await poll(async () => said.includes("nodes on") || up.exitCode !== null, {
        timeoutMs: 120_000,
        what: "nodes on",
      });
      expect(said).toContain("nodes on");
      const started = readProcesses(name);
      // Kubelets run by now, or are about to.
      await poll(async () => existsSync(join(clusterFolder(name).path, "nodes/node-01/kubelet.pid")));
      const ended = once(up, "close");
      up.kill(signal);
      await ended;
      await poll(async () => !existsSync(clusterFolder(name).path), {
        timeoutMs: 120_000,
        what: "the lab's folder removed",
      });
      expect(started.filter(isAlive)).toEqual([]);
      expect(hierarchies().filter((path) => existsSync(join(path, cgroupOf(name))))).toEqual([]);
      expect(machine()).toEqual(before);
    },
  );
});

/** What kubelets and networks like to change for everybody. */
function machine(): unknown {
  const settings = [
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
    "net/ipv4/ip_forward",
  ];
  return {
    settings: Object.fromEntries(
      settings.map((name) => [name, readFileSync(join("/proc/sys", name), "utf8")]),
    ),
    interfaces: readdirSync("/sys/class/net"),
    mounts: readFileSync("/proc/self/mounts", "utf8"),
    etc: readdirSync("/etc"),
    opt: existsSync("/opt") ? readdirSync("/opt") : [],
  };
}
