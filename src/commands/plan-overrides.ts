import { userError } from "../errors.ts";
import type { DatastoreType } from "../model/datastore.ts";
import type { PlanOverrides } from "../operations/plan/overrides.ts";
import { catalogue } from "../releases/catalogue.ts";
import { findRelease, newestRelease } from "../releases/find-release.ts";
import { compareVersions, parseVersion, type Version } from "../releases/version.ts";
import { seeHelp } from "./arguments.ts";
import { releaseArgument } from "./release-argument.ts";

export function readOverrides(flags: {
  readonly to: string | undefined;
  /** Whether there is a file, which names the target too. */
  readonly file: boolean;
  readonly from: string | undefined;
  readonly datastore: string | undefined;
  readonly kubernetes: string | undefined;
}): PlanOverrides {
  const { to, file, from, datastore, kubernetes } = flags;
  if (to === undefined && !file)
    throw userError('required flag(s) "to" not set; or give the target\'s manifest with -f', seeHelp("plan"));
  return {
    to: to === undefined ? undefined : releaseArgument(to),
    from: from === undefined ? undefined : running(from),
    datastore: datastore === undefined ? undefined : datastoreOf(datastore),
    kubernetes: kubernetes === undefined ? undefined : minorOf(kubernetes),
  };
}

/** What runs may be newer than what is known: then every known release is a downgrade. */
function running(text: string): Version {
  const found = findRelease(text, catalogue);
  if (found.ok) return found.version;
  const version = parseVersion(text);
  if (found.why === "newer" && version !== undefined) return version;
  throw userError(`--from: ${found.message}${found.why === "a minor" ? ": name one of its releases" : ""}`);
}

function datastoreOf(text: string): DatastoreType {
  if (text === "etcd" || text === "kubernetes") return text;
  throw userError(`--datastore must be 'etcd' or 'kubernetes', not "${text}"`);
}

function minorOf(text: string): number {
  const version = parseVersion(text);
  if (version?.major !== 1) throw userError(`--kubernetes: "${text}" is no Kubernetes version, e.g. 1.29`);
  return version.minor;
}

/** Whether a release is newer than all that this program knows. */
export function isNewer(release: Version): boolean {
  return compareVersions(release, newestRelease(catalogue)) > 0;
}
