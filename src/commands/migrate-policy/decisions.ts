import { userError } from "../../errors.ts";
import type { Decisions } from "../../policy/migration.ts";

export interface GivenDecisions {
  /** NAMESPACE/NAME */
  readonly keep: readonly string[];
  /** NAMESPACE=isolated or NAMESPACE=open */
  readonly treatAs: readonly string[];
}

/** Throws UserError for what cannot be read, and for two decisions about one namespace. */
export function readDecisions({ keep, treatAs }: GivenDecisions, usage: string): Decisions {
  for (const name of keep) {
    if (!/^[^/]+\/[^/]+$/.test(name)) throw userError(`--keep is NAMESPACE/NAME, not "${name}"`, usage);
  }
  const decided = new Map<string, "isolated" | "open">();
  for (const text of treatAs) {
    const [, namespace, as] = /^([^=]+)=(isolated|open)$/.exec(text) ?? [];
    if (namespace === undefined || (as !== "isolated" && as !== "open"))
      throw userError(`--treat-as is NAMESPACE=isolated or NAMESPACE=open, not "${text}"`, usage);
    if ((decided.get(namespace) ?? as) !== as)
      throw userError(`--treat-as says both isolated and open for namespace "${namespace}"`, usage);
    decided.set(namespace, as);
  }
  return { keep: new Set(keep), treatAs: decided };
}
