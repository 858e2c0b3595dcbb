import type { Millis } from "./time.ts";

/** How long peers keep a node's routes: BIRD's graceful restart period as the procedure's document gives it (calico-facts 7). */
export const gracefulRestart: Millis = 90_000;
