import type { ConnectionValues } from "../../flags/connection.ts";

/** The flags of a migration that writes, as the command class has them. */
export interface WriteFlags {
  readonly accept: boolean;
  readonly bundleDir: string | undefined;
  readonly dryRun: string;
  readonly yes: boolean;
  readonly connection: ConnectionValues;
}
