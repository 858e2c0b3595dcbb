import type { Connection } from "../../cluster/port.ts";
import { factsReader, type ReadFacts } from "../../cluster/facts-reader.ts";
import { observableNames } from "../../cluster/observe.ts";
import { userError } from "../../errors.ts";
import type { ClusterFacts } from "../../model/cluster-facts.ts";
import type { Millis } from "../../model/time.ts";

/** --facts and --save-facts as given. */
export interface FactsFlags {
  readonly facts: string | undefined;
  readonly saveFacts: string | undefined;
}

/** Where the facts of a command come from: a cluster, or a file that somebody saved. */
export interface FactsSource {
  /** undefined: a facts file is looked at, and no cluster. */
  readonly connection: Connection | undefined;
  /** --save-facts: the first read reads all that any command may need, and saves it. */
  readonly saving: boolean;
  /** Of the cluster, or out of the file. */
  readonly read: ReadFacts;
}

export async function factsSource(
  flags: FactsFlags,
  context: {
    readonly readFile: (path: string) => Promise<string>;
    readonly now: () => Millis;
    readonly stderr: { line(text: string): void };
  },
  connect: () => Promise<Connection>,
): Promise<FactsSource> {
  const { facts: file, saveFacts: target } = flags;
  if (file !== undefined && target !== undefined)
    throw userError(
      "--save-facts saves what a cluster says, and --facts looks at no cluster: leave one of them out",
    );
  if (file !== undefined) {
    const { readFacts } = await import("./read-facts.ts");
    const facts = await readFacts(file, context.readFile);
    return { connection: undefined, saving: false, read: () => Promise.resolve(facts) };
  }
  const saver =
    target === undefined
      ? undefined
      : await (await import("./save-facts.ts")).factsSaver(target, (text) => context.stderr.line(text));
  const connection = await connect();
  const { read: look } = clusterSource(connection, context.now);
  if (saver === undefined) return { connection, saving: false, read: look };
  let saved: Promise<ClusterFacts> | undefined;
  return {
    connection,
    saving: true,
    read: () => (saved ??= saver(connection, () => look(observableNames))),
  };
}

/** A cluster itself. `now`: this machine's clock, for a server that does not send its own. */
export function clusterSource(connection: Connection, now: () => Millis): FactsSource {
  return { connection, saving: false, read: factsReader(connection, now) };
}
