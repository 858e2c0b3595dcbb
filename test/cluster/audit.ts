/** Who asked the API server for what, in order: from its own audit log. */
import { randomBytes } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Api } from "./api.ts";
import type { KubeObject } from "./kube-object.ts";
import { poll } from "./wait.ts";

export type AuditLevel = "Metadata" | "Request" | "RequestResponse";

export type AuditedRequest = {
  readonly verb: string;
  /** Path and query. */
  readonly uri: string;
  readonly user: string;
  readonly userAgent: string;
  /** `ResponseStarted` is a watch that goes on. */
  readonly stage: string;
  readonly code: number | undefined;
  readonly receivedAt: string;
  readonly completedAt: string;
  readonly objectRef: Readonly<Record<string, string>> | undefined;
  /** From level Request on. */
  readonly requestObject: unknown;
};

/** A place in the log. */
export type AuditMark = number;

export type AuditFilter = {
  readonly user?: string;
  /** Matches a part. */
  readonly userAgent?: string;
  /** By default those that are answered; `ResponseStarted` for running watches. */
  readonly stages?: readonly string[];
};

export type Audit = {
  readonly mark: () => Promise<AuditMark>;
  /** All requests since then that were answered before this call, in the order of the log. */
  readonly since: (mark: AuditMark, filter?: AuditFilter) => Promise<AuditedRequest[]>;
};

export function auditPolicy(level: AuditLevel): KubeObject {
  return {
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    metadata: { name: "tests" },
    omitStages: ["RequestReceived"],
    rules: [
      // The nodes' heartbeats would be most of it.
      {
        level: "None",
        users: ["system:kwok"],
        resources: [{ group: "coordination.k8s.io", resources: ["leases"] }],
      },
      { level },
    ],
  };
}

const markerPath = "/version?audit-mark=";

export function openAudit(api: Api, file: string): Audit {
  /** The log is written in order, so what was answered before the marker's request stands before it. */
  const writeMarker = async (from: number): Promise<string> => {
    const marker = `${markerPath}${randomBytes(8).toString("hex")}`;
    await api.ask("GET", marker);
    await poll(async () => readFrom(file, from).includes(`${marker}"`), { what: "the audit log's marker" });
    return marker;
  };

  return {
    mark: async () => {
      const from = size(file);
      const marker = await writeMarker(from);
      const log = readFrom(file, from);
      return from + Buffer.byteLength(log.slice(0, log.indexOf("\n", log.indexOf(marker)) + 1));
    },
    since: async (mark, { user, userAgent = "", stages = ["ResponseComplete", "Panic"] } = {}) => {
      await writeMarker(mark);
      return readFrom(file, mark)
        .split("\n")
        .filter((line) => line.endsWith("}"))
        .map(parse)
        .filter((request) => !request.uri.startsWith(markerPath) && stages.includes(request.stage))
        .filter(
          (request) => (user === undefined || request.user === user) && request.userAgent.includes(userAgent),
        );
    },
  };
}

function parse(line: string): AuditedRequest {
  const event = JSON.parse(line) as {
    verb: string;
    requestURI: string;
    user: { username?: string };
    userAgent?: string;
    stage: string;
    responseStatus?: { code?: number };
    requestReceivedTimestamp: string;
    stageTimestamp: string;
    objectRef?: Record<string, string>;
    requestObject?: unknown;
  };
  return {
    verb: event.verb,
    uri: event.requestURI,
    user: event.user.username ?? "",
    userAgent: event.userAgent ?? "",
    stage: event.stage,
    code: event.responseStatus?.code,
    receivedAt: event.requestReceivedTimestamp,
    completedAt: event.stageTimestamp,
    objectRef: event.objectRef,
    requestObject: event.requestObject,
  };
}

function size(file: string): number {
  const handle = openSync(file, "r");
  try {
    return fstatSync(handle).size;
  } finally {
    closeSync(handle);
  }
}

function readFrom(file: string, offset: number): string {
  const handle = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(Math.max(0, fstatSync(handle).size - offset));
    readSync(handle, buffer, 0, buffer.length, offset);
    return buffer.toString();
  } finally {
    closeSync(handle);
  }
}
