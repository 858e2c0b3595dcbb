/** Answers that are not a pod, chosen by the pod's name. */
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";

/** `time` counts how often this client has asked. */
type OddAnswer = (response: ServerResponse, time: number) => void;

const html = "<html><body><h1>It works!</h1></body></html>\n";
const pod = (name: string) => ({ kind: "Pod", apiVersion: "v1", metadata: { name, namespace: "default" } });

export const oddAnswers: Readonly<Record<string, OddAnswer>> = {
  "odd-html": (response) => send(response, 200, html, "text/html"),
  "odd-html-404": (response) => send(response, 404, html, "text/html"),
  "odd-html-403": (response) => send(response, 403, html, "text/html"),
  "odd-html-502": (response) => send(response, 502, html, "text/html"),
  "odd-text-401": (response) => send(response, 401, "who are you", "text/plain"),
  "odd-text-400": (response) => send(response, 400, "bad", "text/plain"),
  "odd-text-405": (response) => send(response, 405, "", "text/plain"),
  "odd-text-409": (response) => send(response, 409, "", "text/plain"),
  "odd-text-418": (response) => send(response, 418, "teapot", "text/plain"),
  "odd-text-422": (response) => send(response, 422, "no", "text/plain"),
  "odd-text-429": (response) => send(response, 429, "slow", "text/plain"),
  "odd-text-500": (response) => send(response, 500, "oh no\n", "text/plain"),
  "odd-text-503": (response) => send(response, 503, "", "text/plain"),
  "odd-text-504": (response) => send(response, 504, "", "text/plain"),
  "odd-status": (response) =>
    json(response, 500, { kind: "Status", apiVersion: "v1", status: "Failure", message: "boom", code: 500 }),
  "odd-status-invalid": (response) =>
    json(response, 422, {
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      message: "long",
      reason: "Invalid",
      details: { kind: "Pod", name: "x", causes: [{ field: "spec", message: "wrong" }] },
      code: 422,
    }),
  "odd-empty": (response) => send(response, 200, "", "application/json"),
  "odd-nothing": (response) => response.writeHead(200).end(),
  "odd-text": (response) => send(response, 200, "OK", "text/plain"),
  "odd-broken-json": (response) => send(response, 200, '{"kind":"Pod",', "application/json"),
  "odd-cut": (response) => {
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": 1000 });
    response.write('{"kind":"Pod"', () => response.destroy());
  },
  "odd-reset-once": (response, time) => {
    if (time === 1) response.destroy();
    else json(response, 200, pod("odd-reset-once"));
  },
  "odd-gzip": (response) => {
    const body = gzipSync(JSON.stringify(pod("odd-gzip")));
    response.writeHead(200, { "Content-Type": "application/json", "Content-Encoding": "gzip" }).end(body);
  },
  "odd-busy-once": (response, time) => {
    if (time === 1) response.setHeader("Retry-After", "1");
    if (time === 1) send(response, 429, "later", "text/plain");
    else json(response, 200, pod("odd-busy-once"));
  },
  "odd-failing-once": (response, time) => {
    if (time === 1) response.setHeader("Retry-After", "1");
    if (time === 1) send(response, 503, "later", "text/plain");
    else json(response, 200, pod("odd-failing-once"));
  },
  "odd-failing-always": (response) => {
    response.setHeader("Retry-After", "0");
    send(response, 503, "later", "text/plain");
  },
  "odd-warning": (response) => {
    response.setHeader("Warning", ['299 - "first \\"one\\""', '299 - "second"', '299 - "second"']);
    json(response, 200, pod("odd-warning"));
  },
  "odd-warning-of-others": (response) => {
    response.setHeader("Warning", [
      '199 - "not for us"',
      '299 server "with agent" "Sat, 01 Jan 2022 00:00:00 GMT"',
    ]);
    json(response, 200, pod("odd-warning-of-others"));
  },
  "odd-redirect": (response) => {
    response.writeHead(302, { Location: "/api/v1/namespaces/default/pods/odd-gzip" }).end();
  },
};

function send(response: ServerResponse, status: number, body: string, type: string): void {
  response.writeHead(status, { "Content-Type": type }).end(body);
}

function json(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, JSON.stringify(body), "application/json");
}
