import type { Words } from "./shape.ts";

/** The policy boundary (calico-facts 2). */
export const policyWords = {} as const satisfies Readonly<Record<string, Words>>;
