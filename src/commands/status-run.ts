import { discover } from "../cluster/discovery.ts";
import { observe, observedGroups, type Need } from "../cluster/observe.ts";
import { userError } from "../errors.ts";
import { catalogue } from "../releases/catalogue.ts";
import { printed, readOutput } from "../render/output.ts";
import { upgradeStatus, type StatusScope } from "../render/status/build.ts";
import { printableStatus } from "../render/status/print.ts";
import { daemonSetArgument, nodeArguments } from "./arguments.ts";
import { errorsOf, isBlind } from "./status-errors.ts";
import type { StatusOptions, StatusView } from "./status-view.ts";

/** Exit code 0 when it could look, 1 when not, or when a node or DaemonSet asked for is not there. */
export async function runStatus(options: StatusOptions): Promise<number> {
  const { context } = options;
  const output = readOutput(options.output);
  if (!output.ok) throw userError(output.message);
  const scope = scopeOf(options);
  const connection = await options.connect();
  try {
    const view: StatusView = {
      connection,
      scope,
      format: output.format,
      needs: output.format === "name" && !options.wait ? nameNeeds : allNeeds,
      namespace: connection.namespaceGiven ? connection.namespace : "kube-system",
    };
    if (options.watch || options.wait) {
      const { runLiveStatus } = await import("./status-live.ts");
      return await runLiveStatus(view, options);
    }
    const discovered = discover(connection, observedGroups);
    const observed = await observe(connection, discovered, { ...view, now: context.now() });
    const status = upgradeStatus(observed, catalogue, scope);
    const errors = errorsOf(observed, status, scope);
    if (!isBlind(observed))
      context.stdout.write(await printed(view.format, printableStatus(status, options.noHeaders)));
    for (const line of errors.lines) context.stderr.write(`${line}\n`);
    return isBlind(observed) || errors.missing ? 1 : 0;
  } finally {
    connection.close();
  }
}

const nameNeeds: readonly Need[] = ["nodes", "daemonSets", "pods", "revisions"];
const allNeeds: readonly Need[] = [...nameNeeds, "workloads", "configMaps", "installation", "events"];

function scopeOf({ nodes, daemonSet }: StatusOptions): StatusScope {
  const names = nodeArguments(nodes, "status");
  if (daemonSet === undefined) return { nodes: names };
  const { namespace, name } = daemonSetArgument(daemonSet, "status");
  return { nodes: names, daemonSet: `${namespace}/${name}` };
}
