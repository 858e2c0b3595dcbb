import { apiError, connectionError } from "../../../src/errors.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import type { Write } from "../../../src/model/write.ts";
import { now as start } from "./world.ts";

/** What can happen to a write. */
export const everyFault = [
  "conflict",
  "reset before",
  "reset after",
  "forbidden",
  "unavailable",
  "kill before",
  "kill after",
] as const;

export type Fault = (typeof everyFault)[number];

class Killed extends Error {}

/** An API server with a clock of its own, whose answers can be made to fail, for a process that can be killed. */
export abstract class SimulatedServer {
  now = start;
  writes = 0;
  /** The process that writes was killed: nothing it tries afterwards happens. */
  killed = false;

  /** What the rest of the cluster does in this time, milliseconds. */
  abstract advance(time: number): void;
  /** Carries a write out, or throws what the server would answer. */
  protected abstract apply(write: Write): KubeObject | undefined;

  absorb(): void {}
  async refresh(): Promise<void> {
    this.advance(200);
  }
  async fetchEvents(): Promise<void> {}

  async send(write: Write, fault?: Fault): Promise<KubeObject | undefined> {
    if (this.killed) throw new Killed();
    this.writes += 1;
    this.advance(10);
    this.killed = fault === "kill before" || fault === "kill after";
    if (fault === "kill before") throw new Killed();
    if (fault === "reset before") throw connectionError("connection reset");
    if (fault === "forbidden") throw apiError({ status: 403, reason: "Forbidden", message: "forbidden" });
    if (fault === "unavailable")
      throw apiError({ status: 503, reason: "ServiceUnavailable", message: "try later" });
    if (fault === "conflict") throw apiError({ status: 409, reason: "Conflict", message: "changed" });
    const answer = this.apply(write);
    if (fault === "kill after") throw new Killed();
    if (fault === "reset after") throw connectionError("connection reset");
    return answer;
  }
}
