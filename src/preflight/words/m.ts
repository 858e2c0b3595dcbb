import type { Words } from "./shape.ts";

/** What a manifest would change. */
export const manifestWords = {} as const satisfies Readonly<Record<string, Words>>;
