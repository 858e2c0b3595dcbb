import { userError } from "../../errors.ts";
import { isImageReference } from "../../model/image.ts";
import type { NodeValues } from "./options.ts";

type Values = Pick<
  NodeValues,
  | "detach"
  | "image"
  | "stop"
  | "unpin"
  | "release"
  | "printMissing"
  | "restart"
  | "takeOver"
  | "untilStep"
  | "fleet"
>;

/** The image that a detached run is performed by; undefined: it is performed here. Throws UserError. */
export function detachOptions(values: Values, help: string): string | undefined {
  const { detach, image, stop } = values;
  if (!detach) {
    if (image !== undefined) throw userError("--image goes with --detach", help);
    return undefined;
  }
  if (image === undefined)
    throw userError(
      "--detach needs --image=IMAGE, an image of this program; no registry has it: push the release's calico-upgrade.oci.tar, or what scripts/image builds, to one that the nodes can pull from",
      help,
    );
  if (!isImageReference(image))
    throw userError(
      `--image must be the name of an image (registry/repository:tag), not ${JSON.stringify(image)}`,
      help,
    );
  const apart = [
    [stop, "--stop", ""],
    [values.unpin, "--unpin", ""],
    [values.release, "--release", ""],
    [values.printMissing, "--print-missing", ""],
    [values.restart, "--restart", ": a pod that takes over would restart the same nodes again"],
    [values.takeOver, "--take-over", ": take the run over from here first, and end it with Ctrl-C"],
    [values.untilStep !== undefined, "--until-step", ": pull the images from here"],
    [values.fleet.pauseAfter !== undefined, "--pause-after", ": nobody is there to ask"],
  ] as const;
  for (const [given, flag, why] of apart)
    if (given) throw userError(`${flag} cannot be combined with --detach${why}`, help);
  return image;
}
