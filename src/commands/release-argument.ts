import { userError } from "../errors.ts";
import { catalogue } from "../releases/catalogue.ts";
import { findRelease, type ReleaseLookup } from "../releases/find-release.ts";
import type { Version } from "../releases/version.ts";

/** The release that --to names; what is not catalogued is refused by every command in the same words. */
export function releaseArgument(text: string): Version {
  const found = findRelease(text, catalogue);
  if (found.ok) return found.version;
  throw unknownRelease(found);
}

/** A release as `releaseArgument` has it, or one that came after the catalogue and is a minor newer at most. */
export interface NamedRelease {
  readonly version: Version;
  /** Why no command goes there; undefined: the release is known. */
  readonly newer?: string;
}

/** For the one command that only looks: rules may name the release that is coming. */
export function releaseOrNext(text: string): NamedRelease {
  const found = findRelease(text, catalogue);
  if (found.ok) return { version: found.version };
  if (found.next === undefined) throw unknownRelease(found);
  return { version: found.next, newer: unknownRelease(found).message };
}

function unknownRelease(found: Extract<ReleaseLookup, { ok: false }>): Error {
  const after = {
    newer: "; nothing is guessed about it: take a newer version of this program",
    "a minor": ": name one of its releases",
    unknown: "; the known ones: version --releases",
    "no version": "; the known ones: version --releases",
  }[found.why];
  return userError(`--to: ${found.message}${after}`);
}
