import type { OpenBundle } from "../bundle/write.ts";
import type { Draft } from "../model/draft.ts";
import type { KubeObject } from "../model/kube.ts";
import type { Write } from "../model/write.ts";

type Answer = KubeObject | undefined;

/**
 * Sends a write once what it changes is saved, and notes what the server made of it. `draftOf`: undefined where
 * there is nothing to take back.
 */
export function saving<T extends Answer>(
  bundle: OpenBundle,
  draftOf: (write: Write) => Draft | undefined,
  send: (write: Write) => Promise<T>,
): (write: Write) => Promise<T> {
  // A step that lost a race is saved anew: what was saved before is no longer what it changes.
  return async (write) => {
    const draft = draftOf(write);
    if (draft === undefined) return await send(write);
    const [id] = await bundle.save([draft]);
    try {
      const answer = await send(write);
      if (id !== undefined) bundle.done(id, answer?.kind === write.ref.kind ? answer : undefined);
      return answer;
    } catch (error) {
      const { status } = error as { readonly status?: number };
      // Refused for sure: nothing to take back.
      if (id !== undefined && status !== undefined && status < 500) bundle.dropped(id);
      throw error;
    }
  };
}
