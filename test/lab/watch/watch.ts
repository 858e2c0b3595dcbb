/** Watches a lab while something is done to it. */
import { setTimeout as delay } from "node:timers/promises";
import { poll } from "../../cluster/wait.ts";
import { clientLines } from "../clients.ts";
import type { Lab } from "../lab.ts";
import type { LabNode } from "../node.ts";
import { connectBird } from "./bird.ts";
import type { ContainerEvent, Observed, PodChange, RouteChange, SessionLook } from "./observed.ts";
import { watchPods } from "./pods.ts";
import { watchContainers, watchRoutes } from "./programs.ts";
import { birdSocket, watchSessions } from "./sessions.ts";

/** Longer than the interval at which clients say that they are alive. */
const tail = 2000;

/** Until the work is done, every session is there again, and every client has said so. */
export async function watched<T>(
  lab: Lab,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly observed: Observed }> {
  await quiet(lab);
  const sessions: SessionLook[] = [];
  const routes: RouteChange[] = [];
  const containers: ContainerEvent[] = [];
  const pods: PodChange[] = [];
  const began = Date.now();
  const stops = [
    watchSessions(lab.nodes, sessions),
    watchRoutes(lab.nodes, routes),
    watchContainers(lab.nodes, containers),
    await watchPods(lab.cluster, pods),
  ];
  try {
    const result = await work();
    await quiet(lab);
    await delay(tail);
    const ended = Date.now();
    const clients = lab.nodes.flatMap((node) =>
      clientLines(node)
        .filter(({ time }) => Date.parse(time) >= began)
        .map((line) => ({ ...line, from: node.name })),
    );
    return { result, observed: { began, ended, sessions, routes, containers, pods, clients } };
  } finally {
    await Promise.all(stops.map((stop) => stop()));
  }
}

/** Every node has a session with every other, and pods of all nodes reach each other. */
export async function quiet(lab: Lab, timeoutMs = 120_000): Promise<void> {
  const birds = lab.nodes.map((node) => connectBird(() => birdSocket(node)));
  try {
    await poll(
      async () => {
        const seen = await Promise.all(birds.map((bird) => bird.established()));
        return seen.every((peers) => peers?.length === lab.nodes.length - 1) && lab.nodes.every(reaches);
      },
      { timeoutMs, what: "every session and every path between pods" },
    );
  } finally {
    for (const bird of birds) bird.close();
  }
}

/** Its client has had an answer on each of its paths within the last second. */
function reaches(node: LabNode): boolean {
  const recent = clientLines(node).filter(({ time }) => Date.parse(time) > Date.now() - 1500);
  const alive = recent.filter(({ event, ms }) => event === "alive" && ms < 500);
  return new Set(alive.map(({ kind, to }) => kind + to)).size === 6;
}
