import type { KubeObject } from "../../model/kube.ts";
import { known, type Reading } from "../../model/reading.ts";
import type { Subject } from "../../preflight/subject.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { releasesOfController } from "../../releases/running.ts";
import { parseVersion, type Version } from "../../releases/version.ts";
import { checkStep } from "../preflight/step.ts";
import type { Session } from "../session.ts";
import { writtenAlone } from "../written-alone.ts";
import type { OpenController } from "./open.ts";
import type { ControllerRequest } from "./request.ts";

/**
 * The rules of preflight about the release that the controller is brought to; throws UserError where they
 * forbid it.
 */
export async function checkControllerStep(
  { discovery, namespace, daemonSet, places, seen }: OpenController,
  session: Session,
  image: string | undefined,
  /** Of the file; none: the one that runs is restarted. */
  objects: readonly KubeObject[],
  { ignored }: Pick<ControllerRequest, "ignored">,
): Promise<void> {
  const { connection, clock } = session;
  const alone =
    objects.length === 0 || daemonSet === undefined
      ? undefined
      : await writtenAlone(connection, objects, {
          ...places.daemonSets,
          namespace: daemonSet.namespace,
          name: daemonSet.name,
        });
  const place = {
    connection,
    discovery,
    now: clock.now(),
    namespace,
    known: { ...seen, ...alone?.known },
    ...(daemonSet === undefined ? {} : { daemonSet }),
  };
  const subject: Subject = {
    ...(image === undefined ? {} : { to: releaseAskedFor(image) }),
    ...alone?.subject,
  };
  // Its strategy is refused, or put right, by the command itself.
  await checkStep("controller", place, subject, ignored, session.emit, new Set(["M19"]));
}

/** The newest release with that controller: an image may be part of several (calico-facts 1.7). */
function releaseAskedFor(image: string): Reading<Version> {
  const candidates = releasesOfController(image, catalogue);
  const version = parseVersion(candidates.at(-1) ?? "");
  return version === undefined
    ? { known: false, why: "failed", message: `the controller's image ${image} does not tell its release` }
    : known(version);
}
