import { discoverCached } from "../cluster/discovery.ts";
import { observe, observedGroups, type Need } from "../cluster/observe.ts";
import { userError } from "../errors.ts";
import type { Observed } from "../model/observed.ts";
import { catalogue } from "../releases/catalogue.ts";
import type { Output } from "../render/output.ts";
import { upgradeStatus, type StatusScope } from "../render/status/build.ts";
import { printableStatus } from "../render/status/print.ts";
import { outputOf, resultText } from "./print-result.ts";
import { daemonSetArgument, nodeArguments } from "./arguments.ts";
import { errorsOf, isBlind } from "./status-errors.ts";
import type { StatusOptions, StatusView } from "./status-view.ts";

/** Exit code 0 when it could look, 1 when not, or when a node or DaemonSet asked for is not there. */
export async function runStatus(options: StatusOptions): Promise<number> {
  const { context } = options;
  // As written, kubectl's error shows it: with its template.
  if (options.showLabels === true && !["", "table", "wide"].includes(options.output))
    throw userError(`--show-labels option cannot be used with ${options.output} printer`);
  const output = await outputOf(options, context);
  const sorted = await sortedBy(options.sortBy, output);
  const scope = scopeOf(options);
  const needs = output.format === "name" && !options.wait ? nameNeeds : allNeeds;
  const show = async (observed: Observed): Promise<number> => {
    const status = sorted(upgradeStatus(observed, catalogue, scope));
    const errors = errorsOf(observed, status, scope);
    if (!isBlind(observed)) context.stdout.write(await resultText(output, printableStatus(status, options)));
    for (const line of errors.lines) context.stderr.write(`${line}\n`);
    return isBlind(observed) || errors.missing ? 1 : 0;
  };
  if (options.facts !== undefined || options.saveFacts !== undefined) {
    if (options.watch || options.wait)
      throw userError("--facts and --save-facts are about one look; leave out --watch and --wait");
    const { factsSource } = await import("./facts/source.ts");
    return await show(await (await factsSource(options, context, options.connect)).read(needs));
  }
  const connection = await options.connect();
  try {
    const view: StatusView = {
      connection,
      scope,
      output,
      sorted,
      needs,
      namespace: connection.namespaceGiven ? connection.namespace : "kube-system",
    };
    if (options.watch || options.wait) {
      const { runLiveStatus } = await import("./status-live.ts");
      return await runLiveStatus(view, options);
    }
    const discovered = discoverCached(connection, observedGroups);
    const observed = await observe(connection, discovered, { ...view, now: context.now() });
    return await show(observed);
  } finally {
    connection.close();
  }
}

/** A mistake in the path is told before anything is asked. */
async function sortedBy(path: string, { format }: Output): Promise<StatusView["sorted"]> {
  if (path === "") return (status) => status;
  const { makeSort } = await import("../render/sort-by.ts");
  const sort = makeSort(path, format === "table" || format === "wide");
  if (!sort.ok) throw userError(sort.message);
  return (status) => {
    const nodes = sort.value(status.nodes);
    if (!nodes.ok) throw userError(nodes.message);
    return { ...status, nodes: nodes.value };
  };
}

const nameNeeds: readonly Need[] = ["nodes", "daemonSets", "pods", "revisions"];
const allNeeds: readonly Need[] = [...nameNeeds, "workloads", "configMaps", "installation", "events"];

function scopeOf({ nodes, daemonSet }: StatusOptions): StatusScope {
  const names = nodeArguments(nodes, "status");
  if (daemonSet === undefined) return { nodes: names };
  const { namespace, name } = daemonSetArgument(daemonSet, "status");
  return { nodes: names, daemonSet: `${namespace}/${name}` };
}
