import type { Connection, KubeRequest, KubeResponse } from "./port.ts";

/**
 * For a run that decides before it writes: what one part of it has read, the others need not read again.
 * Every GET is sent once and its answer, or its refusal, shared; watches and everything else pass. Whoever
 * writes uses the connection itself, and reads anew.
 */
export function readOnce(connection: Connection): Connection {
  const answers = new Map<string, Promise<KubeResponse>>();
  const request = (asked: KubeRequest): Promise<KubeResponse> => {
    if (asked.method !== "GET") return connection.request(asked);
    // Who gives up must not take the answer away from the others.
    const { signal: _own, ...shared } = asked;
    const key = JSON.stringify([shared.path, shared.query, shared.accept]);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = connection.request(shared);
    answers.set(key, answer);
    return answer;
  };
  return { ...connection, request };
}
