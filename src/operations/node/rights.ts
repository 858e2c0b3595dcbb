import { reviewAccess, type Permission } from "../../cluster/access.ts";
import type { Connection } from "../../cluster/port.ts";
import { userError } from "../../errors.ts";
import { rightText, unnamed, type NeededRight, type RightFacts } from "../../model/right.ts";

/**
 * Refuses before the first write when a right is missing, and names each. What the server does not say
 * is not held against the user: the request itself will tell.
 */
export async function checkRights(connection: Connection, needed: readonly NeededRight[]): Promise<void> {
  const missing = (await askRights(connection, needed)).filter(({ allowed }) => allowed === false);
  if (missing.length === 0) return;
  throw userError(
    `missing permission: ${missing.map(rightText).join("; ")}; nothing was changed; ask for it, and see it with: kubectl auth can-i --list`,
  );
}

/** Which of these rights this user has, in the same order; asked side by side. */
export async function askRights(
  connection: Connection,
  needed: readonly NeededRight[],
): Promise<readonly RightFacts[]> {
  // One answer for an administrator, as `kubectl auth can-i '*' '*'` asks.
  const [everything] = needed.length === 0 ? [true] : await reviewAccess(connection, [anything]);
  if (everything === true) return needed.map((right) => ({ ...right, allowed: true }));
  const answers = await reviewAccess(connection, needed.map(permission));
  return await Promise.all(
    needed.map(async (right, index): Promise<RightFacts> => {
      const answer = answers[index] ?? "unknown";
      const { names } = right;
      // A yes to a request without a name is one to any object, unless such a request is meant as well.
      if (names === undefined || (answer !== false && !names.includes(unnamed)))
        return { ...right, allowed: answer };
      // No to "any object" may still be yes to these.
      const named = await reviewAccess(
        connection,
        names.map((name) => ({ ...permission(right), name })),
      );
      const allowed = named.includes(false)
        ? false
        : named.includes("unknown")
          ? "unknown"
          : named.length > 0;
      return { ...right, allowed };
    }),
  );
}

const anything: Permission = { verb: "*", group: "*", resource: "*" };

function permission({ verb, group, resource, namespace }: NeededRight): Permission {
  const [name = "", subresource] = resource.split("/");
  return {
    verb,
    group,
    resource: name,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}
