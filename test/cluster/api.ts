/** The API of a test cluster: JSON in, JSON out, nothing hidden; only what was turned away at the door is sent again. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { Pem } from "./certificates.ts";
import { at } from "./kube-object.ts";

export type Headers = Readonly<Record<string, string>>;

export type ApiResponse = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The decoded JSON, or the text where it is none. */
  readonly body: unknown;
};

export type Api = {
  readonly server: string;
  /** Answers whatever the server answers; throws only when there is no answer. */
  readonly request: (method: string, path: string, body?: unknown, headers?: Headers) => Promise<ApiResponse>;
  /** Throws `ApiFailure` for everything from 400 on. */
  readonly ask: (method: string, path: string, body?: unknown, headers?: Headers) => Promise<unknown>;
  /** The raw response, for watches. */
  readonly open: (method: string, path: string, signal: AbortSignal) => Promise<IncomingMessage>;
  readonly close: () => void;
};

export class ApiFailure extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(request: string, { status, body }: ApiResponse) {
    const message = at(body, "message");
    super(`${request}: ${status} ${typeof message === "string" ? message : JSON.stringify(body)}`);
    this.status = status;
    this.body = body;
  }
}

export type ApiOptions = { readonly server: string; readonly authority: string; readonly credentials?: Pem };

const mostAttempts = 10;

export function connectApi({ server, authority, credentials }: ApiOptions): Api {
  const agent = new Agent({
    keepAlive: true,
    ca: authority,
    ...(credentials === undefined ? {} : { cert: credentials.certificate, key: credentials.key }),
  });

  const send = (method: string, path: string, headers: Headers, body?: string, signal?: AbortSignal) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = httpsRequest(new URL(path, server), {
        method,
        agent,
        headers,
        ...(signal === undefined ? {} : { signal }),
      });
      outgoing.once("response", resolve).once("error", reject);
      outgoing.end(body);
    });

  const request: Api["request"] = async (method, path, body, headers = {}) => {
    const content = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
    const described =
      content === undefined
        ? {}
        : {
            "content-type": contentType(method),
            // Node leaves it out for DELETE, and the next request on the connection is lost.
            "content-length": String(Buffer.byteLength(content)),
          };
    const all = { accept: "application/json", ...described, ...headers };
    for (let attempt = 1; ; attempt += 1) {
      const response = await send(method, path, all, content);
      const answer = decode(await text(response));
      // Turned away at the door, as by a CRD whose names were accepted this moment: every client comes again.
      const later = response.statusCode === 503 ? Number(response.headers["retry-after"]) : Number.NaN;
      if (Number.isNaN(later) || attempt === mostAttempts)
        return { status: response.statusCode ?? 0, headers: response.headers, body: answer };
      await delay(later * 1000);
    }
  };

  return {
    server,
    request,
    ask: async (method, path, body, headers) => {
      const response = await request(method, path, body, headers);
      if (response.status >= 400) throw new ApiFailure(`${method} ${path}`, response);
      return response.body;
    },
    open: (method, path, signal) => send(method, path, { accept: "application/json" }, undefined, signal),
    close: () => agent.destroy(),
  };
}

function contentType(method: string): string {
  return method === "PATCH" ? "application/merge-patch+json" : "application/json";
}

function decode(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return content;
  }
}
