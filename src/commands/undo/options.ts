import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import type { FleetValues } from "../../flags/fleet.ts";
import type { ConnectionValues } from "../../flags/connection.ts";

export interface UndoOptions {
  readonly list: boolean;
  readonly force: readonly string[];
  readonly bundleDir: string | undefined;
  readonly dryRun: string;
  readonly yes: boolean;
  /** Leaves what reads a ConfigMap's values as it is. */
  readonly noRestart: boolean;
  /** For the nodes that go back. */
  readonly ignored: readonly string[];
  readonly fleet: FleetValues;
  readonly output: string;
  /** What was given as BUNDLE. */
  readonly bundles: readonly string[];
  readonly connection: ConnectionValues;
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
}
