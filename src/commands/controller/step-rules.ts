import type { AppContext } from "../../context.ts";
import { parseImage } from "../../model/image.ts";
import { known, type Reading } from "../../model/reading.ts";
import type { Subject } from "../../preflight/subject.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { identifyRelease, releasesOfImage } from "../../releases/release.ts";
import { parseVersion, type Version } from "../../releases/version.ts";
import { checkStep } from "../preflight/step.ts";
import type { ControllerOptions } from "./options.ts";
import type { Prepared } from "./prepare.ts";

/**
 * The rules of preflight about the release that the controller is brought to; throws UserError where they
 * forbid it. P02 is asked by `boundaryFindings`, of the policies as they are now.
 */
export async function checkControllerStep(
  { connection, namespace, seen }: Prepared,
  image: string | undefined,
  { ignored }: Pick<ControllerOptions, "ignored">,
  context: Pick<AppContext, "now">,
  warn: (text: string) => void,
): Promise<void> {
  const place = { connection, now: context.now(), namespace, known: seen };
  const subject: Subject = image === undefined ? {} : { to: releaseAskedFor(image) };
  await checkStep("controller", place, subject, new Set([...ignored, "P02"]), warn);
}

/** The newest release with that controller: an image may be part of several (calico-facts 1.7). */
function releaseAskedFor(image: string): Reading<Version> {
  const candidates = releasesOfController(image);
  const version = parseVersion(candidates.at(-1) ?? "");
  return version === undefined
    ? { known: false, why: "failed", message: `the controller's image ${image} does not tell its release` }
    : known(version);
}

/** The controller's own numbers came to be Calico's with v3.0. */
export function releasesOfController(image: string): readonly string[] {
  const parsed = parseImage(image);
  const found = releasesOfImage(parsed, catalogue);
  return found.length > 0 ? found : identifyRelease(parsed, [], catalogue).candidates;
}
