import { userError } from "../../errors.ts";
import { known, type Reading } from "../../model/reading.ts";
import { targetOf, type PlanFile } from "../../operations/plan/file.ts";
import type { Target } from "../../operations/preflight/target.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { findRelease } from "../../releases/find-release.ts";
import { releasesOfImage } from "../../releases/release.ts";
import { parseVersion, versionOf, type Version } from "../../releases/version.ts";
import { readPlanFile } from "../read-plan-file.ts";

/** Throws for what no check can be made against; a release newer than what is known is taken as it is. */
export async function readTarget(
  to: string | undefined,
  filename: readonly string[],
  readFile: (path: string) => Promise<string>,
): Promise<Target> {
  const version = to === undefined ? undefined : namedRelease(to);
  const file = await readPlanFile(filename, readFile, "preflight");
  if (file === undefined) return { to: version === undefined ? undefined : known(version), file };
  if (version !== undefined) {
    // Throws where the two do not agree.
    targetOf(version, file);
    return { to: known(version), file };
  }
  return { to: releaseOf(file), file };
}

function namedRelease(text: string): Version {
  const found = findRelease(text, catalogue);
  if (found.ok) return found.version;
  const version = parseVersion(text);
  if (found.why === "newer" && version !== undefined) return version;
  const after =
    found.why === "a minor" ? ": name one of its releases" : "; the known ones: version --releases";
  throw userError(`--to: ${found.message}${after}`);
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
