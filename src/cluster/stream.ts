import type { IncomingMessage } from "node:http";
import { readLines, readText } from "./body.ts";
import { badAnswer } from "../errors.ts";
import type { KubeRequest } from "./port.ts";
import { knownError, open, urlOf, type Wire } from "./request.ts";
import { responseError } from "./response-error.ts";
import { withoutUser } from "../model/server-address.ts";

/**
 * One long answer of JSON lines, without a limit of time (client-node's watch ends after 30 s). Ends
 * when the server ends it, when the connection is cut, or when the signal aborts. Throws ApiError
 * with the server's Status when the answer is not 200, ConnectionError when there is none.
 */
export async function* streamRequest(wire: Wire, request: KubeRequest): AsyncGenerator {
  const url = urlOf(wire, request);
  let answer: IncomingMessage;
  try {
    ({ answer } = await open(wire, request, url));
    if (answer.statusCode !== 200) {
      const text = await readText(answer);
      throw responseError({
        status: answer.statusCode ?? 0,
        method: request.method,
        path: request.path,
        body: parse(text) ?? text,
        retryAfter: undefined,
      });
    }
  } catch (error) {
    if (request.signal?.aborted === true) return;
    throw await knownError(error, url);
  }
  try {
    for await (const line of readLines(answer)) {
      wire.log.responseBody(url.href, line);
      const event = parse(line);
      if (event === undefined) throw badAnswer(`${withoutUser(url.href)} sent a line that is not JSON`);
      yield event;
    }
  } catch (error) {
    // A cut is the end like any other: whoever reads this resumes from where they are.
    if (typeof error === "object" && error !== null && "kind" in error) throw error;
    if (request.signal?.aborted === true) return;
    wire.log.line(
      4,
      `"Stream cut" url="${withoutUser(url.href)}" err="${error instanceof Error ? error.message : ""}"`,
    );
  } finally {
    answer.destroy();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
