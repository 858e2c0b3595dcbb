import { known, type Reading } from "../../model/reading.ts";
import type { Subject } from "../../preflight/subject.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { releasesOfController } from "../../releases/running.ts";
import { parseVersion, type Version } from "../../releases/version.ts";
import { checkStep } from "../preflight/step.ts";
import type { ControllerOptions } from "./options.ts";
import type { Prepared } from "./prepare.ts";

/**
 * The rules of preflight about the release that the controller is brought to; throws UserError where they
 * forbid it.
 */
export async function checkControllerStep(
  { connection, discovery, clock, namespace, daemonSet, seen }: Prepared,
  image: string | undefined,
  { ignored }: Pick<ControllerOptions, "ignored">,
  warn: (text: string) => void,
): Promise<void> {
  const place = {
    connection,
    discovery,
    now: clock.now(),
    namespace,
    known: seen,
    ...(daemonSet === undefined ? {} : { daemonSet }),
  };
  const subject: Subject = image === undefined ? {} : { to: releaseAskedFor(image) };
  await checkStep("controller", place, subject, ignored, warn);
}

/** The newest release with that controller: an image may be part of several (calico-facts 1.7). */
function releaseAskedFor(image: string): Reading<Version> {
  const candidates = releasesOfController(image, catalogue);
  const version = parseVersion(candidates.at(-1) ?? "");
  return version === undefined
    ? { known: false, why: "failed", message: `the controller's image ${image} does not tell its release` }
    : known(version);
}
