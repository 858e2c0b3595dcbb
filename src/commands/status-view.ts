import type { Need } from "../cluster/observe.ts";
import type { Connection } from "../cluster/port.ts";
import type { AppContext } from "../context.ts";
import type { ConnectionValues } from "../flags/connection.ts";
import type { FactsFlags } from "../operations/facts/source.ts";
import type { UpgradeScope } from "../facts/upgrade.ts";
import type { Millis } from "../model/time.ts";
import type { Output } from "../render/output.ts";
import type { OutputFlags } from "./read-output.ts";
import type { UpgradeStatus } from "../render/status/kind.ts";
import type { StatusTableOptions } from "../render/status/print.ts";

export interface StatusOptions extends OutputFlags, StatusTableOptions, FactsFlags {
  readonly nodes: readonly string[];
  readonly noHeaders: boolean;
  readonly sortBy: string;
  readonly watch: boolean;
  readonly wait: boolean;
  readonly timeout: Millis;
  /** namespace/name */
  readonly daemonSet: string | undefined;
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
  /** What names the cluster, for commands that are shown. */
  readonly connection: ConnectionValues;
}

/** What `status` looks at, once for all its ways to show it. */
export interface StatusView {
  readonly connection: Connection;
  readonly scope: UpgradeScope;
  readonly output: Output;
  /** A status whose nodes are in the order of --sort-by. */
  readonly sorted: (status: UpgradeStatus) => UpgradeStatus;
  readonly needs: readonly Need[];
  /** Where Calico is looked for first. */
  readonly namespace: string;
}
