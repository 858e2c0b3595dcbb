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
    const key = keyOf(shared);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = connection.request(shared);
    answers.set(key, answer);
    return answer;
  };
  return { ...connection, request };
}

/** What others have read already, once: whoever keeps up with the cluster reads anew after that. */
export function firstFrom(shared: Connection, connection: Connection): Connection {
  const used = new Set<string>();
  const request = (asked: KubeRequest): Promise<KubeResponse> => {
    const key = keyOf(asked);
    if (asked.method !== "GET" || used.has(key)) return connection.request(asked);
    used.add(key);
    return shared.request(asked);
  };
  return { ...connection, request };
}

function keyOf({ path, query, accept }: KubeRequest): string {
  return JSON.stringify([path, query, accept]);
}
