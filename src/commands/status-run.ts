import { setImmediate as nextTurn } from "node:timers/promises";
import { factsReader, usualNamespace } from "../cluster/facts-reader.ts";
import { discoverCached } from "../cluster/discovery.ts";
import { groupsFor, type Need } from "../cluster/observe.ts";
import { userError } from "../errors.ts";
import type { UpgradeScope } from "../facts/upgrade.ts";
import type { Output } from "../render/output.ts";
import { outputOf } from "./print-result.ts";
import { daemonSetArgument, nodeArguments } from "./arguments.ts";
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
  const shown = { scope, output, sorted };
  if (options.facts !== undefined || options.saveFacts !== undefined) {
    if (options.watch || options.wait)
      throw userError("--facts and --save-facts are about one look; leave out --watch and --wait");
    const { factsSource } = await import("../operations/facts/source.ts");
    const observed = await (await factsSource(options, context, options.connect)).read(needs);
    const { showStatus } = await import("./status-show.ts");
    return await showStatus(observed, shown, options);
  }
  const connection = await options.connect();
  try {
    const view: StatusView = {
      ...shown,
      connection,
      needs,
      namespace: usualNamespace(connection),
    };
    if (options.watch || options.wait) {
      const { runLiveStatus } = await import("./status-live.ts");
      return await runLiveStatus(view, options);
    }
    const discovered = discoverCached(connection, groupsFor(needs));
    const observing = factsReader(connection, context.now, { discovered })(needs);
    // What shows it is loaded while the cluster works: once the first questions have left.
    const showing = nextTurn().then(() => import("./status-show.ts"));
    const [observed, { showStatus }] = await Promise.all([observing, showing]);
    return await showStatus(observed, shown, options);
  } finally {
    connection.close();
  }
}

/** A mistake in the path is reported before anything is asked. */
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
const allNeeds: readonly Need[] = [
  ...nameNeeds,
  "workloads",
  "configMaps",
  "installation",
  "events",
  "ipPools",
  "felixConfigurations",
  "windowsSets",
];

function scopeOf({ nodes, daemonSet }: StatusOptions): UpgradeScope {
  const names = nodeArguments(nodes, "status");
  const named = daemonSetArgument(daemonSet, "status");
  return { nodes: names, ...(named === undefined ? {} : { daemonSet: named }) };
}
