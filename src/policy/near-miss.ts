import type { NamespaceFacts } from "../model/namespace.ts";
import { isolationOf } from "./isolation.ts";

/** An annotation that closes nothing, although somebody seems to have meant it to. */
export interface NearMiss {
  readonly namespace: string;
  readonly key: string;
  readonly value: string;
}

/**
 * The annotation of an open namespace that misses DefaultDeny narrowly: its key is another (`networkpolicy`),
 * or its value (`defaultdeny`). Every old Calico took such a namespace for open (calico-facts 2.2).
 */
export function nearMiss(facts: NamespaceFacts, exact: string): NearMiss | undefined {
  if (isolationOf(facts).isolation !== "open") return undefined;
  const found = Object.entries({
    ...(facts.annotation === undefined ? {} : { [exact]: facts.annotation }),
    ...facts.misspelt,
  }).find(([, value]) =>
    value
      .toLowerCase()
      .replaceAll(/[^a-z]/g, "")
      .includes("defaultdeny"),
  );
  return found === undefined ? undefined : { namespace: facts.name, key: found[0], value: found[1] };
}
