import { reviewAccess, type Permission } from "../../cluster/access.ts";
import type { Connection } from "../../cluster/port.ts";
import { userError } from "../../errors.ts";
import type { NeededRight } from "../../plan/node/permissions.ts";

/**
 * Refuses before the first write when a right is missing, and names each. What the server does not say
 * is not held against the user: the request itself will tell.
 */
export async function checkRights(connection: Connection, needed: readonly NeededRight[]): Promise<void> {
  const answers = await reviewAccess(connection, needed.map(permission));
  const denied = needed.filter((_right, index) => answers[index] === false);
  const missing = await Promise.all(
    denied.map(async (right) => {
      if (right.names === undefined) return [right];
      // No to "any object" may still be yes to these.
      const named = await reviewAccess(
        connection,
        right.names.map((name) => ({ ...permission(right), name })),
      );
      return named.includes(false) ? [right] : [];
    }),
  );
  const all = missing.flat();
  if (all.length === 0) return;
  throw userError(
    `missing permission: ${all.map(describe).join("; ")}; nothing was changed; ask for it, and see it with: kubectl auth can-i --list`,
  );
}

function permission({ verb, group, resource, namespace }: NeededRight): Permission {
  return { verb, group, resource, ...(namespace === undefined ? {} : { namespace }) };
}

function describe({ verb, group, resource, namespace }: NeededRight): string {
  const what = group === "" ? resource : `${resource}.${group}`;
  return `${verb} ${what}${namespace === undefined ? "" : ` in namespace ${namespace}`}`;
}
