import { isAccessReview } from "./access.ts";
import { covers, narrowed, questionOf, type Question } from "./covers.ts";
import type { Connection, KubeRequest, KubeResponse } from "./port.ts";

/**
 * For a run that decides before it writes: what one part of it has read, the others need not read again.
 * Every GET and every access review is sent once and its answer, or its refusal, shared; a list of all answers who
 * asks for some of them. Watches and everything else pass. Whoever writes uses the connection itself, and reads again.
 */
export function readOnce(connection: Connection): Connection {
  const answers = new Map<string, Promise<KubeResponse>>();
  const lists: { readonly question: Question; readonly answer: Promise<KubeResponse> }[] = [];

  async function ask(asked: KubeRequest, question: Question | undefined): Promise<KubeResponse> {
    // Only what was asked before: nobody waits for an answer that waits for this one.
    const before = question === undefined ? [] : lists.filter((list) => covers(list.question, question));
    for (const { answer } of before) {
      const whole = await answer.catch(() => undefined);
      const body = whole === undefined || question === undefined ? undefined : narrowed(whole.body, question);
      if (whole !== undefined && body !== undefined) return { ...whole, body };
    }
    return await connection.request(asked);
  }

  const request = (asked: KubeRequest): Promise<KubeResponse> => {
    if (asked.method !== "GET" && !isAccessReview(asked)) return connection.request(asked);
    // Who gives up must not take the answer away from the others.
    const { signal: _own, ...shared } = asked;
    const key = keyOf(shared);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const question = questionOf(shared);
    const answer = ask(shared, question);
    answers.set(key, answer);
    if (question !== undefined && question.name === undefined) lists.push({ question, answer });
    return answer;
  };
  return { ...connection, request };
}

/** A connection that begins with what others have read. */
export interface Opening {
  readonly connection: Connection;
  /** From here on everything is asked again. */
  readonly opened: () => void;
}

/**
 * What others have read already, once each, until whoever keeps up with the cluster has begun: that and its first look
 * are of one moment.
 */
export function firstFrom(shared: Connection, connection: Connection): Opening {
  const used = new Set<string>();
  let opening = true;
  const request = (asked: KubeRequest): Promise<KubeResponse> => {
    const key = keyOf(asked);
    if (!opening || asked.method !== "GET" || used.has(key)) return connection.request(asked);
    used.add(key);
    return shared.request(asked);
  };
  return { connection: { ...connection, request }, opened: () => void (opening = false) };
}

function keyOf({ method, path, query, accept, body }: KubeRequest): string {
  return JSON.stringify([method, path, query, accept, body]);
}
