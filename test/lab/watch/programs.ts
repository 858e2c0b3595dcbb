/** Programs that print a line whenever something happens on a node: `ip monitor` and containerd's events. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { LabNode } from "../node.ts";
import { networkOf } from "../namespace.ts";
import type { ContainerEvent, RouteChange } from "./observed.ts";

export function watchRoutes(nodes: readonly LabNode[], changes: RouteChange[]): () => Promise<void> {
  return follow(nodes, ({ name, pid }) => ({
    args: [`--net=${networkOf(pid())}`, "ip", "monitor", "route"],
    take: (line) => {
      const change = routeOf(line);
      if (change !== undefined) changes.push({ at: Date.now(), node: name, ...change });
    },
  }));
}

/** `Deleted 10.244.1.0/24 via 10.99.0.12 dev eth0 proto bird`; others' routes are of no interest. */
export function routeOf(line: string): Pick<RouteChange, "deleted" | "destination"> | undefined {
  const parts = /^(Deleted )?([\d./]+) via .*\bproto bird\b/.exec(line);
  if (parts === null) return undefined;
  return { deleted: parts[1] !== undefined, destination: parts[2] ?? "" };
}

export function watchContainers(nodes: readonly LabNode[], events: ContainerEvent[]): () => Promise<void> {
  return follow(nodes, ({ name, pid }) => ({
    args: [`--target=${pid()}`, "--mount", "/run/programs/ctr", "--namespace=k8s.io", "events"],
    take: (line) => {
      const event = containerOf(line);
      if (event !== undefined) events.push({ at: Date.now(), node: name, ...event });
    },
  }));
}

/** `… k8s.io /tasks/exit {"container_id":"…","id":"…",…}`; an id of its own has a process that joined, as a probe does. */
export function containerOf(line: string): Pick<ContainerEvent, "what" | "container"> | undefined {
  const parts = /\/tasks\/(start|exit) (\{.*\})/.exec(line);
  if (parts === null) return undefined;
  const told = JSON.parse(parts[2] ?? "") as { readonly container_id: string; readonly id?: string };
  if (told.id !== undefined && told.id !== told.container_id) return undefined;
  return { what: parts[1] === "start" ? "start" : "exit", container: told.container_id };
}

type Follow = { readonly args: readonly string[]; readonly take: (line: string) => void };

function follow(nodes: readonly LabNode[], how: (node: LabNode) => Follow): () => Promise<void> {
  const children = nodes.map((node) => {
    const { args, take } = how(node);
    const child = spawn("nsenter", args, { stdio: ["ignore", "pipe", "ignore"] });
    createInterface({ input: child.stdout }).on("line", take);
    return child;
  });
  return async () => {
    await Promise.all(children.map(end));
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGKILL");
  await ended;
}
