import type { KubeObject, Ref } from "../model/kube.ts";
import type { Millis } from "../model/time.ts";
import { follow } from "./follow.ts";
import type { Connection } from "./port.ts";

/**
 * Follows one object until `decide` answers something; undefined when the time is over or the signal
 * aborts. `decide` sees undefined while the object is not there. Throws what the server refuses for good.
 */
export async function waitForObject<T>(
  connection: Connection,
  ref: Ref,
  decide: (object: KubeObject | undefined) => T | undefined,
  options: { readonly timeout: Millis; readonly signal: AbortSignal },
): Promise<T | undefined> {
  const over = new AbortController();
  const limit = options.timeout > 0 ? [AbortSignal.timeout(options.timeout)] : [];
  const signal = AbortSignal.any([options.signal, over.signal, ...limit]);
  const served = { ...ref, namespaced: ref.namespace !== undefined, verbs: ["list", "watch"] };
  const key = ref.namespace === undefined ? ref.name : `${ref.namespace}/${ref.name}`;
  let found: T | undefined;
  const followed = follow(connection, served, {
    fieldSelector: `metadata.name=${ref.name}`,
    ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
    signal,
    onChange: () => {
      look();
    },
  });
  try {
    await followed.ready;
    look();
    if (found === undefined) await followed.ended;
    return found;
  } catch (error) {
    if (signal.aborted) return found;
    throw error;
  } finally {
    over.abort();
  }

  function look(): void {
    found ??= decide(followed.objects.get(key));
    if (found !== undefined) over.abort();
  }
}
