import { observePolicy } from "../../cluster/observe-policy.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import { readingOf } from "../../cluster/reading.ts";
import type { Standing, Told } from "../../plan/upgrade/standing.ts";
import { hasWork, migrationPlan } from "../../policy/migration.ts";
import { atLeast } from "../../releases/version.ts";

const nothingDecided = { keep: new Set<string>(), treatAs: new Map<string, "isolated" | "open">() };

/** Whether policies are migrated; undefined where no way from here crosses the boundary (P02). */
export async function policyTold(
  connection: Connection,
  discovery: Discovery,
  { from, datastore }: Pick<Standing, "from" | "datastore">,
): Promise<Told | undefined> {
  if (atLeast(from, datastore === "etcd" ? "v2.4.0" : "v2.3.0")) return undefined;
  const seen = await readingOf(() => observePolicy(connection, Promise.resolve(discovery)));
  if (!seen.known) return { state: "unknown", because: seen.message };
  const { namespaces } = migrationPlan(seen.value.namespaces, seen.value.policies, nothingDecided);
  const open = namespaces.filter(hasWork);
  if (open.length > 0) return { state: "todo", because: `${count(open.length)} to be migrated` };
  const undecided = namespaces.filter(({ left }) => left === "undecided").length;
  return undecided > 0
    ? {
        state: "unknown",
        because: `the annotation of ${count(undecided)} cannot be read as one or the other`,
      }
    : { state: "done", because: "no namespace has policies to be migrated" };
}

function count(namespaces: number): string {
  return namespaces === 1 ? "1 namespace" : `${String(namespaces)} namespaces`;
}
