/** Which faults are tried on which requests, and what has to become of them. */
import type { Fault } from "./fault.ts";
import { className, type RequestClass } from "./request.ts";

export const faultNames = [
  "reset",
  "half",
  "lost",
  "401",
  "403",
  "409",
  "410",
  "429",
  "500",
  "503",
  "delay",
] as const;
export type FaultName = (typeof faultNames)[number];

/** The time that servers and what stands before them hang when they are in trouble. */
const longDelayMillis = 30_000;

/** Servers name a time with both. */
const retryAfter = 1;

/** Undefined: such a request cannot fail so. */
export function faultOf(name: FaultName, { verb }: RequestClass): Fault | undefined {
  switch (name) {
    case "reset":
    case "half":
      return { kind: name };
    case "lost":
      return verb === "watch" ? undefined : { kind: "lost" };
    case "delay":
      return { kind: "delay", millis: longDelayMillis };
    case "410":
      // Within the stream, where servers say it.
      return verb === "watch" ? { kind: "expired" } : { kind: "status", code: 410 };
    case "409":
      return isRead(verb) ? undefined : { kind: "status", code: 409 };
    case "429":
      return { kind: "status", code: 429, retryAfter };
    case "503":
      return { kind: "status", code: 503, retryAfter };
    case "401":
    case "403":
    case "500":
      return { kind: "status", code: Number(name) as 401 | 403 | 500 };
  }
}

/** What clients of Kubernetes ask again by themselves: nobody should hear of it. */
export function isPassing(name: FaultName, { verb }: RequestClass): boolean {
  if (["429", "503", "delay"].includes(name)) return true;
  if (verb === "watch") return name !== "401" && name !== "403";
  return isRead(verb) && ["reset", "half", "lost"].includes(name);
}

export function isRead(verb: string): boolean {
  return ["get", "list", "watch"].includes(verb);
}

const cut = /connection|EOF|reset|broke off|cut|no answer|timed? ?out/i;

/** What an error that tells the truth about it has in its text. */
export function truthOf(name: FaultName): RegExp {
  if (name === "401") return /logged in|a fault of the test: Unauthorized/;
  if (name === "403") return /forbidden/i;
  // Of a look at the version the reason is not told: what rests on it is not known then.
  return /^\d/.test(name) ? /a fault of the test|the server did not tell its version/ : cut;
}

/**
 * `patch nodes`; of what is no write the time as well, because what fails before the first write has to leave
 * everything as it was. All of discovery is one class.
 */
export function classOf(request: RequestClass & { readonly path: string }, hasWritten: boolean): string {
  if (request.writes) return className(request);
  const isDryRun = request.path.includes("dryRun=");
  const isDiscovery = request.verb === "get" && request.resource.startsWith("/");
  const what = isDiscovery ? "get discovery" : className(request);
  return `${what}${isDryRun ? ", dry run" : ""}, ${hasWritten ? "between writes" : "before any write"}`;
}
