import type { Need } from "../cluster/observe.ts";
import type { Connection } from "../cluster/port.ts";
import type { AppContext } from "../context.ts";
import type { Millis } from "../model/time.ts";
import type { OutputFormat } from "../render/output.ts";
import type { StatusScope } from "../render/status/build.ts";

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
