import { isUserError } from "../../errors.ts";
import { known, type Reading } from "../../model/reading.ts";
import { targetOf, type PlanFile } from "../../operations/plan/file.ts";
import type { UpgradeTarget } from "../../operations/preflight/target.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { findRelease } from "../../releases/find-release.ts";
import { releasesOfImage } from "../../releases/release.ts";
import { versionOf, type Version } from "../../releases/version.ts";
import { readPlanFile } from "../read-plan-file.ts";
import { releaseOrNext } from "../release-argument.ts";

export interface ReadTarget extends UpgradeTarget {
  /** Why no command goes to a release that came after the catalogue. */
  readonly newer?: string;
}

/** Throws for what no check can be made against; the release that comes next is taken as it is, and `newer`. */
export async function readTarget(
  to: string | undefined,
  filename: readonly string[],
  readFile: (path: string) => Promise<string>,
): Promise<ReadTarget> {
  const named = to === undefined ? undefined : releaseOrNext(to);
  const file = await readPlanFile(filename, readFile, "preflight");
  if (named === undefined) return file === undefined ? { to: undefined, file } : ofFile(file);
  const { version, newer } = named;
  // Throws where the two do not agree.
  if (file !== undefined) targetOf(version, file);
  return { to: known(version), file, ...(newer === undefined ? {} : { newer }) };
}

function ofFile(file: PlanFile): ReadTarget {
  if (file.set?.release.by !== "newer") return { to: releaseOf(file), file };
  const found = findRelease(file.set.release.release ?? "", catalogue);
  try {
    targetOf(undefined, file);
  } catch (error) {
    if (!isUserError(error) || found.ok || found.next === undefined) throw error;
    return { to: known(found.next), file, newer: error.message };
  }
  return { to: releaseOf(file), file };
}

function releaseOf({ set, contents, path }: PlanFile): Reading<Version> {
  const [ofOperator] = contents.image === undefined ? [] : releasesOfImage(contents.image, catalogue);
  const name = set === undefined ? ofOperator : set.release.release;
  if (name !== undefined) return known(versionOf(name));
  const said = set === undefined ? contents.text : set.release.text;
  return {
    known: false,
    why: "failed",
    message: `the images of ${path} do not tell the release: ${said}; say it with --to`,
  };
}
