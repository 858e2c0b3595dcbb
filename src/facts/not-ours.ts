import type { Install } from "./install.ts";
import { procedureFor } from "./procedure.ts";

/** Whether nothing but the name that the cluster goes by says that somebody owns it. */
export function isOwnedByNameOnly({ kind, owners }: Install): boolean {
  return kind === "distribution" && owners.some(({ byName }) => byName === true);
}

/**
 * Why a command leaves this Calico alone: the operator or a distribution would take the change back. What a chart
 * installed may be changed: Helm writes it again only when somebody upgrades the chart.
 */
export function notOurs(install: Install): string | undefined {
  return ["operator", "migrating", "distribution"].includes(install.kind) && !isOwnedByNameOnly(install)
    ? `${procedureFor(install) ?? ""} (seen: ${install.evidence.join("; ")})`
    : undefined;
}
