import { discover } from "../../cluster/discovery.ts";
import { observePolicy, policyGroups } from "../../cluster/observe-policy.ts";
import { observe, observedGroups } from "../../cluster/observe.ts";
import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { explain, isBug, isInterrupted, userError } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import { program } from "../../model/program.ts";
import { sideOf, refusedTarget } from "../../policy/crossing.ts";
import { boundary, semanticsOf } from "../../policy/enforcement.ts";
import { whatIf } from "../../policy/what-if.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { parseVersion } from "../../releases/version.ts";
import { hasDifferences, policyWhatIf, type Setting } from "../../render/what-if/build.ts";
import { printableWhatIf } from "../../render/what-if/print.ts";
import { outputOf, resultText } from "../print-result.ts";
import { readDecisions, type GivenDecisions } from "./decisions.ts";
import { findCalico } from "./find-calico.ts";

export interface MigratePolicyOptions extends GivenDecisions {
  readonly whatIf: boolean;
  readonly to: string | undefined;
  readonly output: string;
  readonly extra: readonly string[];
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
}

/** Without --what-if: refuses, exit code 1. With it as kubectl diff: 0 the same, 1 different, 2 not told. */
export async function runMigratePolicy(options: MigratePolicyOptions): Promise<number> {
  const usage = `See '${program} migrate-policy -h' for help and examples`;
  if (!options.whatIf) {
    throw userError(
      "this version shows what the migration does and does not carry it out; --what-if is required. " +
        "By hand, before Calico is upgraded: in every namespace with the DefaultDeny annotation create a NetworkPolicy with `podSelector: {}` and no rules; " +
        "in every other one save its NetworkPolicies (kubectl get networkpolicy -o yaml) and delete them; `--what-if` lists both",
      usage,
    );
  }
  try {
    return await show(options, usage);
  } catch (error) {
    // 1 would mean that flows change.
    if (isBug(error) || isInterrupted(error)) throw error;
    options.context.stderr.write(`${explain(error)}\n`);
    return 2;
  }
}

async function show(options: MigratePolicyOptions, usage: string): Promise<number> {
  const { context, to, extra } = options;
  // A page for a browser: no format of kubectl's.
  const output = options.output === "html" ? undefined : await outputOf(plainOutput(options.output), context);
  // Flows have no names.
  if (output?.format === "name")
    throw userError("-o name has nothing to name here; use table, wide, json, yaml or html");
  if (extra.length > 0) throw userError(`unexpected arguments: [${extra.join(" ")}]`, usage);
  const given = readDecisions(options, usage);
  const wanted = to === undefined ? undefined : parseVersion(to);
  if (to !== undefined && wanted === undefined)
    throw userError(`--to is a release as v2.6.12, not "${to}"`, usage);

  const connection = await options.connect();
  const discovered = discover(connection, [...new Set([...observedGroups, ...policyGroups])]);
  const only = connection.namespaceGiven ? connection.namespace : undefined;
  const [seen, objects] = await Promise.all([
    observe(connection, discovered, {
      needs: ["daemonSets", "pods", "workloads", "configMaps"],
      namespace: "kube-system",
      now: context.now(),
    }),
    observePolicy(connection, discovered),
  ]);
  const calico = findCalico(seen, catalogue);
  const { driver } = calico;
  const target = wanted?.text ?? boundary(driver);
  const side = sideOf(driver, calico.releases);
  const refused = side === "past" ? undefined : refusedTarget(target, driver);
  if (refused !== undefined) throw userError(refused);
  const decisions = { ...given, ...(only === undefined ? {} : { only }) };
  const setting: Setting = {
    kubernetes: seen.serverVersion,
    calico: calico.text,
    driver,
    target,
    side,
    ...(only === undefined ? {} : { only }),
  };
  const result = whatIf({ ...objects, driver, semantics: semanticsOf(target, driver), decisions, side });
  const [misfit] = result.plan.misfits;
  if (misfit !== undefined) throw userError(result.plan.misfits.join("; "));
  const report = policyWhatIf(result, setting);
  context.stdout.write(
    output === undefined
      ? (await import("../../render/what-if/html/page.ts")).whatIfPage(report, result, only)
      : await resultText(output, printableWhatIf(report)),
  );
  return hasDifferences(report) ? 1 : 0;
}
