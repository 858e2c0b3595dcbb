import { ruleError, userError } from "../../errors.ts";
import type { ConfigMapChange } from "../../merge/config-map.ts";
import type { OpenConfigMap } from "./open.ts";
import { sh } from "../../model/shell.ts";

/** Throws UserError with what stands against the change; nothing is written then. */
export function refuse(
  { ref }: OpenConfigMap,
  { applied, notOurs }: ConfigMapChange,
  problems: readonly string[],
  force: boolean,
): void {
  const where = `${ref.namespace ?? ""}/${ref.name}`;
  const [other] = notOurs;
  if (other !== undefined)
    throw userError(
      `key "${other}" of ConfigMap ${where} belongs to another manager than the one who applied it; whoever set it has to remove it (${sh`kubectl get configmap -n ${ref.namespace ?? ""} ${ref.name} -o yaml --show-managed-fields`})`,
    );
  if (problems.length > 0)
    throw userError(`${problems.length === 1 ? "" : "\n  "}${problems.join("\n  ")}; nothing was changed`);
  if (applied.conflicts.length === 0 || force) return;
  throw ruleError("H14", [
    `this changes what somebody else has set on ConfigMap ${where}:`,
    ...conflictLines({ applied }),
    "take it over with --ignore-preflight-errors=H14",
  ]);
}

/** Who set what the change takes over (hazard H14). */
export function conflictLines({ applied }: Pick<ConfigMapChange, "applied">): readonly string[] {
  return applied.conflicts.map(
    ({ field, manager, time }) =>
      `  ${field}: set by ${manager ?? "somebody"}${time === undefined ? "" : ` at ${time}`}`,
  );
}
