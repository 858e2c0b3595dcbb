import type { DiscoveryCache } from "./discovery-cache.ts";
import type { KubeObject } from "../model/kube.ts";
import type { RequestPath } from "./paths.ts";
import type { Served, ServedFacts } from "../model/served.ts";
import type { Millis } from "../model/time.ts";

/** What the tool needs of a cluster. `connect.ts` makes one from a kubeconfig. */
export interface Connection {
  /** The API server's address, as in the kubeconfig. */
  readonly server: string;
  /** The context of the kubeconfig; "" without one. */
  readonly context?: string;
  /** Namespace of the context, or of -n. */
  readonly namespace: string;
  /** Whether the namespace was asked for with -n. */
  readonly namespaceGiven: boolean;
  /** One request; throws ApiError for a Status, ConnectionError when there is no answer. */
  request(request: KubeRequest): Promise<KubeResponse>;
  /** One long answer of JSON lines (watch, follow); ends when the server or the signal ends it. */
  stream(request: KubeRequest): AsyncIterable<unknown>;
  /** Runs a program in a container; absent where a connection can only be asked. */
  exec?(request: ExecRequest): Promise<ExecAnswer>;
  /** What is served where, kept on disk; absent where there is no place for it. */
  readonly discoveryCache?: DiscoveryCache;
  /** Ends keep-alive connections, so that the process can exit. */
  close(): void;
}

export interface KubeRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path below the server: /api/v1/nodes/node-01. */
  readonly path: RequestPath;
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: unknown;
  /** Content type of the body; application/json unless given. */
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

export interface KubeResponse {
  readonly status: number;
  /** Parsed JSON, or text where the answer is not JSON (logs). */
  readonly body: unknown;
  /** The server's own clock (Date header): leases are judged by it. */
  readonly date?: Millis;
}

/** A program to be run in a container of a pod; nothing is written to it. */
export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly string[];
  /** How long it may take. */
  readonly timeout: Millis;
  /** How much it may say, in bytes. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

export type ExecAnswer =
  | { readonly kind: "exited"; readonly code: number; readonly stdout: string; readonly stderr: string }
  /** It was not run to its end. `status`: of HTTP, where the server refused it; `why` is one line from elsewhere. */
  | { readonly kind: "failed"; readonly why: string; readonly status?: number };

/** Where each kind is served, from discovery; group versions are never hard-coded. */
export interface Discovery {
  /** Server version, `v1.36.4`. */
  readonly version: string;
  /** The preferred served place of the first of these groups that is served; undefined when none is. */
  find(resource: string, groups: readonly string[]): Served | undefined;
  /** Whether group/version is served. */
  serves(groupVersion: string): boolean;
  /** The place of an object's own apiVersion and kind; undefined when it is not served. */
  forKind(apiVersion: string, kind: string): Served | undefined;
  /** All of it, as it is kept. */
  served(): ServedFacts;
}

/** One change that a watch tells. */
export type WatchEvent =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: KubeObject }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string };
