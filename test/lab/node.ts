/** One node of a lab: switched on and off, its programs held, its faults set. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify, isAlive } from "../cluster/process-identity.ts";
import { lastLines, startProcess } from "../cluster/processes.ts";
import { readProcesses } from "../cluster/state.ts";
import { poll } from "../cluster/wait.ts";
import { addressOf, hub, nodeFolder, type NodeName } from "./layout.ts";
import { hasOwnNetwork, ip } from "./namespace.ts";

/** What calico-node of this node does wrong; read at each of its starts (test/go/lab/calico-node/faults.go). */
export type NodeFaults = {
  readonly crashes?: number;
  readonly startSeconds?: number;
  readonly neverReady?: boolean;
  readonly noGracefulRestart?: boolean;
};

export type LabNode = {
  readonly name: NodeName;
  readonly address: string;
  /** Process 1, as seen from outside. */
  readonly pid: () => number;
  /** The node's file, as a path outside; only what survives a power failure: /var/lib, /var/log, /opt. */
  readonly file: (path: string) => string;
  /** The node's file as long as it is on, whatever it lies on. */
  readonly liveFile: (path: string) => string;
  readonly setFaults: (faults: NodeFaults) => void;
  /** SIGSTOP: it neither answers nor ends. */
  readonly pause: (program: "kubelet" | "containerd") => void;
  readonly proceed: (program: "kubelet" | "containerd") => void;
  readonly powerOff: () => Promise<void>;
  readonly powerOn: () => Promise<void>;
};

export function labNode(lab: string, name: NodeName, nodeInit: string, programs: readonly string[]): LabNode {
  const folder = nodeFolder(lab, name);
  const component = `node-init-${name}`;
  const pid = () => Number(readFileSync(join(folder, "pid"), "utf8"));
  const file = (path: string) => {
    const kept = /^\/(var\/lib|var\/log|opt)\/(.+)$/.exec(path);
    if (kept === null) throw new Error(`${path} does not survive a power failure`);
    return join(folder, "disk", (kept[1] ?? "").replace("/", "-"), kept[2] ?? "");
  };
  const signal = (program: string, signal: string) => {
    const id = readFileSync(join(folder, `${program}.pid`), "utf8");
    execFileSync("nsenter", [
      `--target=${pid()}`,
      "--pid",
      "--mount",
      "--",
      "sh",
      "-c",
      `kill -${signal} ${id}`,
    ]);
  };
  return {
    name,
    address: addressOf(name),
    pid,
    file,
    liveFile: (path) => join("/proc", String(pid()), "root", path),
    setFaults: (faults) => {
      const path = file("/var/lib/calico/faults.json");
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(`${path}.new`, JSON.stringify(faults));
      renameSync(`${path}.new`, path);
    },
    pause: (program) => signal(program, "STOP"),
    proceed: (program) => signal(program, "CONT"),
    powerOff: async () => {
      const first = identify(pid());
      if (first === undefined) return;
      process.kill(first.pid, "SIGKILL");
      // The kernel ends the whole pid namespace with it.
      await poll(async () => !isAlive(first), { what: `${name} off` });
      // The network would last as long as somebody outside looks into it.
      ip(bridgeOf(lab), [`link delete ${name}`]);
    },
    powerOn: async () => {
      rmSync(join(folder, "pid"), { force: true });
      const namespaces = ["--net", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child"];
      const started = startProcess(lab, {
        component,
        path: "unshare",
        args: [...namespaces, "--propagation=private", "--", nodeInit, folder, ...programs],
      });
      await poll(
        async () => {
          if (!isAlive(started)) throw new Error(`${name} ended:\n${lastLines(lab, component)}`);
          return existsSync(join(folder, "pid"));
        },
        { what: `process 1 of ${name}` },
      );
      await connect(lab, name, pid());
    },
  };
}

/** A cable from the bridge to the node. */
async function connect(lab: string, name: NodeName, pid: number): Promise<void> {
  await hasOwnNetwork(pid);
  ip(bridgeOf(lab), [
    `link add ${name} type veth peer name eth0 netns ${pid}`,
    `link set ${name} master br0 up`,
  ]);
  ip(pid, [`address add ${addressOf(name)}/24 dev eth0`, "link set eth0 up", `route add default via ${hub}`]);
}

/** The process whose network namespace the bridge is in. */
function bridgeOf(lab: string): number {
  const bridge = readProcesses(lab).find(({ component }) => component === "network");
  if (bridge === undefined) throw new Error(`lab ${lab} has no network`);
  return bridge.pid;
}
