import { userError } from "../../errors.ts";
import { program } from "../../model/program.ts";
import { boundary } from "../../policy/enforcement.ts";
import { judge } from "../../policy/proof.ts";
import { flowText } from "../../render/policy-migration/print.ts";
import type { Looked } from "./look.ts";
import { plural } from "../../model/words.ts";

/** Flows that a refusal names. */
const mostFlows = 5;

/**
 * Refuses a migration that must not be carried out: where the meaning of policies now is not known,
 * where a namespace is not decided, and where the plan would change a flow.
 */
export function checkMigration(
  { result, setting, calico }: Looked,
  options: { readonly accept: boolean; readonly warn: (text: string) => void },
): void {
  const line = boundary(setting.driver);
  if (setting.side === "unknown") {
    throw userError(
      `which semantics policies have now is not known: Calico is ${calico.text}, and it matters whether that is older than ${line}; nothing was changed (${program} status)`,
    );
  }
  const undecided = result.plan.namespaces.filter(({ left }) => left === "undecided");
  if (undecided.length > 0) {
    const lines = undecided.map(
      ({ namespace, why = "", drivers }) =>
        `${namespace} (${why}; ${setting.driver === "etcd" ? "the etcd driver" : "the Kubernetes driver"} took it for ${drivers[setting.driver]})`,
    );
    throw userError(
      `it is unclear whether ${undecided.length === 1 ? "this namespace is" : "these namespaces are"} closed, and nothing was changed: ${lines.join(", ")}; decide with --treat-as=NAMESPACE=isolated or --treat-as=NAMESPACE=open`,
    );
  }
  const { refused, toAccept } = judge(result);
  if (refused.length > 0) {
    const flows = refused.slice(0, mostFlows).map(({ change }) => flowText(result.universe, change));
    throw userError(
      `the plan would change what may talk to whom, and nothing more is written: ${flows.join("; ")}${more(refused.length)}; see --what-if -o wide`,
    );
  }
  if (toAccept.length === 0) return;
  for (const change of toAccept.slice(0, mostFlows)) {
    const why = change.cause === "keep" ? "by --keep" : `because ${setting.target} enforces more`;
    options.warn(`with the upgrade, ${why}: ${flowText(result.universe, change)}`);
  }
  if (options.accept) return;
  throw userError(
    `${plural(toAccept.length, "entry of flows changes", "entries of flows change")} with the upgrade to ${setting.target}, by --keep or by what it newly enforces (--what-if -o wide shows all); nothing was changed; --accept carries the plan out all the same`,
  );
}

function more(count: number): string {
  return count > mostFlows ? ` and ${String(count - mostFlows)} more` : "";
}
