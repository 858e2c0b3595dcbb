import { createHash } from "node:crypto";
import type { ManifestObject } from "../manifest/parse.ts";

/** What tells one manifest from another in a run's lease (hazard H33): 16 hexadecimal digits of a SHA-256. */
export function manifestHash(objects: readonly ManifestObject[]): string {
  const text = JSON.stringify(objects.map(({ object }) => object));
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
