import type { Connection } from "../../cluster/port.ts";
import type { NeededRight } from "../../model/right.ts";
import type { Served } from "../../model/served.ts";
import type { Write } from "../../model/write.ts";
import { askRights, checkRights } from "../node/rights.ts";

/**
 * Refuses before the first write when the user may not do one of them, or not see what others change. Asked for
 * all namespaces at once, and only where the answer is no for each one.
 */
export async function checkMigrationRights(
  connection: Connection,
  writes: readonly Write[],
  policies: Served,
): Promise<void> {
  const rights = writes.map(({ verb, ref }): NeededRight => {
    const { group, resource, namespace, name } = ref;
    return namespace === undefined
      ? { verb, group, resource, names: [name] }
      : { verb, group, resource, namespace };
  });
  const kinds = Map.groupBy([...rights, ...watching(policies)], ({ verb, group, resource }) =>
    [verb, resource, group].join(" "),
  );
  const everywhere = [...kinds.values()].flatMap(([first]) => (first === undefined ? [] : [first]));
  const answers = await askRights(
    connection,
    everywhere.map(({ verb, group, resource }) => ({ verb, group, resource })),
  );
  const asked = [...kinds.values()].filter((_kind, at) => answers[at]?.allowed === false).flat();
  const each = new Map(asked.map((right) => [JSON.stringify(right), right]));
  if (each.size > 0) await checkRights(connection, [...each.values()]);
}

/** What a plan was proven on is followed while it is carried out (hazard H32). */
function watching({ group, resource }: Served): readonly NeededRight[] {
  return [
    { verb: "watch", group: "", resource: "namespaces" },
    { verb: "watch", group, resource },
  ];
}
