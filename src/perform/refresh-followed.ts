import type { Followed } from "../cluster/follow.ts";
import type { Write } from "../model/write.ts";

/**
 * Brings what is followed up to date after a write of it failed: the watch is about to tell who was quicker; where it
 * does not, it is listed.
 */
export async function refreshFollowed(followed: Followed<unknown> | undefined, write: Write): Promise<void> {
  if (followed === undefined) return;
  const from = basisOf(write);
  const { namespace, name } = write.ref;
  const key = namespace === undefined ? name : `${namespace}/${name}`;
  if (from !== undefined && (await followed.changedFrom(key, from))) return;
  await followed.relist();
}

/** The version that a write was decided on. */
function basisOf(write: Write): string | undefined {
  if (write.verb === "delete") return write.resourceVersion;
  const { metadata } = (write.body ?? {}) as { readonly metadata?: { readonly resourceVersion?: string } };
  return write.verb === "patch" ? metadata?.resourceVersion : undefined;
}
