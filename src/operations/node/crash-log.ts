import { objectPath } from "../../cluster/paths.ts";
import type { Connection } from "../../cluster/port.ts";
import type { PodFacts } from "../../model/pod.ts";

/** Enough to see why a container crashed. */
const tail = 5;

/** The last log lines of the container that crashed; empty when none has, or they cannot be read. */
export async function lastLogLines(
  connection: Connection,
  pod: { readonly name: string; readonly namespace: string },
  world: { readonly pods: readonly PodFacts[] },
): Promise<readonly string[]> {
  const facts = world.pods.find(({ name }) => name === pod.name);
  const crashed = [...(facts?.initContainers ?? []), ...(facts?.containers ?? [])].find(
    ({ restarts, waiting, terminated }) =>
      waiting?.reason === "CrashLoopBackOff" ||
      restarts > 0 ||
      (terminated !== undefined && terminated.exitCode !== 0),
  );
  if (crashed === undefined) return [];
  for (const previous of [true, false]) {
    try {
      const answer = await connection.request({
        method: "GET",
        path: objectPath({ group: "", version: "v1", resource: "pods", ...pod }, "log"),
        query: { container: crashed.name, tailLines: String(tail), previous: previous ? "true" : undefined },
        accept: "*/*",
      });
      const lines = String(answer.body)
        .split("\n")
        .filter((line) => line !== "");
      if (lines.length > 0)
        return [`last log lines of ${pod.name}/${crashed.name}:`, ...lines.map((line) => `    ${line}`)];
    } catch {
      // No right to read logs, or the kubelet does not answer: the reason in the status is what there is.
    }
  }
  return [];
}
