import { discover } from "../cluster/discovery.ts";
import { observe, observedGroups, type Need } from "../cluster/observe.ts";
import type { Connection } from "../cluster/port.ts";
import type { AppContext } from "../context.ts";
import { userError } from "../errors.ts";
import type { Observed } from "../model/observed.ts";
import { program } from "../model/program.ts";
import type { Millis } from "../model/time.ts";
import { catalogue } from "../releases/catalogue.ts";
import { printed, readOutput, type OutputFormat } from "../render/output.ts";
import { upgradeStatus, type StatusScope } from "../render/status/build.ts";
import type { UpgradeStatus } from "../render/status/kind.ts";
import { printableStatus } from "../render/status/print.ts";

export interface StatusOptions {
  readonly nodes: readonly string[];
  readonly output: string;
  readonly noHeaders: boolean;
  readonly watch: boolean;
  readonly wait: boolean;
  readonly timeout: Millis;
  /** namespace/name */
  readonly daemonSet: string | undefined;
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
}

/** What `status` looks at, once for all its ways to show it. */
export interface StatusView {
  readonly connection: Connection;
  readonly scope: StatusScope;
  readonly format: OutputFormat;
  readonly needs: readonly Need[];
  /** Where Calico is looked for first. */
  readonly namespace: string;
}

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

/** NODE may be `node/NAME`, as `status -o name` prints it. */
function scopeOf({ nodes, daemonSet }: StatusOptions): StatusScope {
  const names = [...new Set(nodes.map((name) => name.replace(/^nodes?\//, "")))];
  if (daemonSet === undefined) return { nodes: names };
  if (!/^[^/]+\/[^/]+$/.test(daemonSet)) {
    throw userError(
      `--daemonset is NAMESPACE/NAME, not "${daemonSet}"`,
      `See '${program} status -h' for help and examples`,
    );
  }
  return { nodes: names, daemonSet };
}

/** Neither nodes nor DaemonSets nor pods: there is nothing to show. */
export function isBlind({ nodes, daemonSets, pods }: Observed): boolean {
  return !nodes.known && !daemonSets.known && !pods.known;
}

/** What goes to stderr: what could not be read, and what was asked for and is not there. */
export function errorsOf(
  observed: Observed,
  status: UpgradeStatus,
  scope: StatusScope,
): { readonly lines: readonly string[]; readonly missing: boolean } {
  const notFound: string[] = [];
  const { daemonSet } = scope;
  if (daemonSet !== undefined && observed.daemonSets.known && status.daemonSets.length === 0) {
    const name = daemonSet.slice(daemonSet.indexOf("/") + 1);
    notFound.push(`Error from server (NotFound): daemonsets.apps "${name}" not found`);
  }
  if (observed.nodes.known) {
    const there = new Set(observed.nodes.value.map(({ name }) => name));
    for (const name of scope.nodes)
      if (!there.has(name)) notFound.push(`Error from server (NotFound): nodes "${name}" not found`);
  }
  const unread = [...new Set(status.unread.map(({ message }) => message))];
  return { lines: [...unread, ...notFound], missing: notFound.length > 0 };
}
