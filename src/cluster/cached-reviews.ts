import { isAccessReview } from "./access.ts";
import type { CachedConnection } from "./cached-connection.ts";
import type { Connection, KubeRequest, KubeResponse } from "./port.ts";

/**
 * Who may do what is asked once for all parts of a run, and not by each of them: it is told before the first write so
 * that nothing is begun in vain, and the proof is the write itself.
 */
export function keepReviews(given: Connection): CachedConnection {
  const kept = new Map<string, Promise<KubeResponse>>();
  const request = (asked: KubeRequest): Promise<KubeResponse> => {
    if (!isAccessReview(asked)) return given.request(asked);
    const { signal: _own, ...shared } = asked;
    const key = JSON.stringify([asked.path, asked.body]);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const answer = given.request(shared);
    kept.set(key, answer);
    void keepAnswer(key, answer);
    return answer;
  };

  /** No answer is none to keep; whoever asks later hears nothing new of the clock. */
  async function keepAnswer(key: string, answer: Promise<KubeResponse>): Promise<void> {
    const found = await answer.catch(() => undefined);
    if (kept.get(key) !== answer) return;
    if (found === undefined) kept.delete(key);
    else kept.set(key, Promise.resolve({ status: found.status, body: found.body }));
  }
  return { connection: { ...given, request }, forget: () => kept.clear() };
}
