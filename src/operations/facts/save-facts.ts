import { open } from "node:fs/promises";
import type { Connection } from "../../cluster/port.ts";
import { userError } from "../../errors.ts";
import type { ClusterFacts } from "../../model/cluster-facts.ts";
import { factsText } from "../../model/facts-file.ts";
import { known } from "../../model/reading.ts";
import { version } from "../../version.ts";
import { askRights } from "../node/rights.ts";
import { rightsFor } from "./rights.ts";

type Saver = (connection: Connection, look: () => Promise<ClusterFacts>) => Promise<ClusterFacts>;

/** The file is made before the cluster is asked: a path that cannot be written to is told first. */
export async function openFactsFile(path: string): Promise<Saver> {
  // What a cluster looks like is nobody else's business.
  const file = await open(path, "w", 0o600).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw userError(`--save-facts: "${path}" cannot be written: ${why}`);
  });
  return async (connection, look) => {
    try {
      const seen = await look();
      const sets = seen.daemonSets.known ? seen.daemonSets.value : [];
      const facts = { ...seen, rights: known(await askRights(connection, rightsFor(sets, seen))) };
      await file.writeFile(factsText(facts, version));
      return facts;
    } finally {
      await file.close();
    }
  };
}
