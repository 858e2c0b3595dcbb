import type { Words } from "./shape.ts";

/** Data migrations (calico-facts 3). */
export const dataWords = {} as const satisfies Readonly<Record<string, Words>>;
