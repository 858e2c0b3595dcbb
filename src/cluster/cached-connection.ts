import type { Connection } from "./port.ts";

/** A connection that asks once what is the same for a while. */
export interface CachedConnection {
  readonly connection: Connection;
  /** Time has passed: it is asked again. */
  readonly forget: () => void;
}
