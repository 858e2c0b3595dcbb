/** The near side of `guardian.ts`. */
import { spawn } from "node:child_process";
import { join } from "node:path";

export type Guard = {
  /** The cluster stays; nobody watches over it any more. */
  readonly release: () => void;
};

export function guard(cluster: string, program = join(import.meta.dirname, "guardian.ts")): Guard {
  const guardian = spawn(process.execPath, [program, cluster], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    // Whatever instruments the tests shall not instrument it.
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  guardian.unref();
  const { stdin } = guardian;
  stdin.on("error", () => undefined);
  if ("unref" in stdin && typeof stdin.unref === "function") stdin.unref();
  return { release: () => void stdin.end("keep\n") };
}
