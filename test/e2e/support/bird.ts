/** `birdcl` in the containers of simulated nodes: kwok runs what is in the cluster's folder of programs. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cluster } from "../../cluster/cluster.ts";
import { clusterFolder } from "../../cluster/state.ts";

/** What a session is in: Established, Connect, … */
export type Sessions = Readonly<Record<string, string>>;

/** BIRD 1.6 has these sessions from now on; undefined: images have no birdcl. */
export function setSessions({ name }: Cluster, sessions: Sessions | undefined): void {
  const folder = clusterFolder(name).exec;
  mkdirSync(folder, { recursive: true });
  if (sessions === undefined) return rmSync(join(folder, "birdcl"), { force: true });
  const answer = [
    "BIRD 1.6.8 ready.",
    "Access restricted",
    "name     proto    table    state  since       info",
    ...Object.entries(sessions).flatMap(([session, state]) => [
      `${session} BGP      master   ${state === "Established" ? "up" : "start"}     10:12:24    ${state}`,
      "  Routes:         1 imported, 1 exported, 1 preferred",
      `  BGP state:          ${state}`,
      "    Neighbor caps:    refresh restart-able AS4",
      "",
    ]),
  ];
  writeFileSync(join(folder, "answer"), answer.join("\n"));
  writeFileSync(
    join(folder, "birdcl"),
    `#!/bin/sh\necho "$@" >> '${folder}/asked'\ncat '${folder}/answer'\n`,
    {
      mode: 0o700,
    },
  );
}
