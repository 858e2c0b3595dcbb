import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import type { FactsFlags } from "../../operations/facts/source.ts";

export interface PlanOptions extends FactsFlags {
  readonly to: string | undefined;
  /** At most one. */
  readonly filename: readonly string[];
  readonly from: string | undefined;
  readonly datastore: string | undefined;
  readonly kubernetes: string | undefined;
  /** namespace/name */
  readonly daemonSet: string | undefined;
  readonly printCommands: boolean;
  readonly output: string;
  readonly extra: readonly string[];
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
  readonly warn: (message: string) => void;
}
