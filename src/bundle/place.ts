import { isAbsolute, join, resolve } from "node:path";
import { userError } from "../errors.ts";

/**
 * Where bundles are kept: --bundle-dir, else $XDG_STATE_HOME/calico-upgrade, else
 * ~/.local/state/calico-upgrade. Throws UserError where there is no such place.
 */
export function bundleRoot(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  if (given === "") throw userError("--bundle-dir is a directory, not empty");
  if (given !== undefined) return resolve(given);
  const { XDG_STATE_HOME: state = "", HOME = "", USERPROFILE = "" } = env;
  // A relative one is to be ignored (XDG Base Directory Specification).
  if (isAbsolute(state)) return join(state, "calico-upgrade");
  const home = [HOME, USERPROFILE].find((path) => isAbsolute(path));
  if (home === undefined) {
    throw userError(
      "there is no place to save what the run changes: neither XDG_STATE_HOME nor HOME names one; name it with --bundle-dir",
    );
  }
  return join(home, ".local", "state", "calico-upgrade");
}
