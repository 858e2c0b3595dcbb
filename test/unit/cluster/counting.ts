import { pathOf, type RequestPath } from "../../../src/cluster/paths.ts";
import type { Connection, KubeRequest } from "../../../src/cluster/port.ts";

/** A connection that writes down what it is asked; `answer` is the body, or throws. */
export function counting(answer: (request: KubeRequest) => unknown) {
  const asked: KubeRequest[] = [];
  const connection: Connection = {
    server: "https://here",
    namespace: "default",
    namespaceGiven: false,
    request: async (request) => {
      asked.push(request);
      return await Promise.resolve({ status: 200, body: answer(request), date: 1000 * asked.length });
    },
    stream: () => {
      throw new Error("no stream");
    },
    close: () => undefined,
  };
  return { asked, connection };
}

/** `/api/v1/nodes`: as the program makes it. */
export function pathTo(text: string): RequestPath {
  return pathOf(...text.slice(1).split("/"));
}
