import type { Connection } from "../../cluster/port.ts";
import { checkWritable, writeWhole } from "../../cluster/write-whole.ts";
import { userError, type UserError } from "../../errors.ts";
import type { ClusterFacts } from "../../model/cluster-facts.ts";
import { factsText } from "../../model/facts-file.ts";
import { maskSecrets } from "../../model/mask.ts";
import { known } from "../../model/reading.ts";
import { plural } from "../../model/words.ts";
import { version } from "../../version.ts";
import { readUpstreams } from "../installed.ts";
import { askRights } from "../node/rights.ts";
import { rightsFor } from "./rights.ts";

type FactsSaver = (connection: Connection, look: () => Promise<ClusterFacts>) => Promise<ClusterFacts>;

/**
 * A path that cannot be written to is reported before the cluster is asked. What an earlier run saved there stays until
 * all is read.
 */
export async function factsSaver(path: string, say: (text: string) => void): Promise<FactsSaver> {
  await checkWritable(path).catch((error: unknown) => {
    throw notWritten(path, error);
  });
  return async (connection, look) => {
    const seen = await look();
    const sets = seen.daemonSets.known ? seen.daemonSets.value : [];
    const [rights, installed] = await Promise.all([
      askRights(connection, rightsFor(sets, seen)),
      readUpstreams(connection, sets[0]?.namespace ?? "kube-system"),
    ]);
    const facts = { ...seen, rights: known(rights), installed };
    // What a cluster looks like is nobody else's business.
    const { value: shown, count } = withoutSecrets(facts);
    await writeWhole(path, factsText(shown, version), { mode: 0o600 }).catch((error: unknown) => {
      throw notWritten(path, error);
    });
    if (count > 0)
      say(
        `${plural(count, "value")} that ${count === 1 ? "looks" : "look"} like a secret ${count === 1 ? "is" : "are"} masked in ${path}`,
      );
    return facts;
  };
}

/** Readings that hold no text of templates and ConfigMaps are not looked through: of 5,000 nodes they are long. */
const plain: ReadonlySet<string> = new Set(["nodes", "pods", "networkPolicies", "rights", "served"]);

function withoutSecrets(facts: ClusterFacts): { readonly value: ClusterFacts; readonly count: number } {
  const entries = Object.entries(facts);
  const { value, count } = maskSecrets(Object.fromEntries(entries.filter(([name]) => !plain.has(name))));
  return { value: { ...facts, ...value }, count };
}

function notWritten(path: string, error: unknown): UserError {
  const why = error instanceof Error ? error.message : String(error);
  // Node names the call and the draft's path, which say nothing here.
  return userError(`--save-facts: "${path}" cannot be written: ${why.replace(/, \w+ '.*$/s, "")}`);
}
