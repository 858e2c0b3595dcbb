import type { Catalogue, CatalogueRelease } from "./catalogue.ts";
import { compareVersions, parseVersion, versionOf, type Version } from "./version.ts";

export type ReleaseLookup =
  | { readonly ok: true; readonly release: CatalogueRelease; readonly version: Version }
  | {
      readonly ok: false;
      readonly why: "no version" | "a minor" | "newer" | "unknown";
      readonly message: string;
      /** The version, where it comes next: newer than all that is known, by a minor at most. */
      readonly next?: Version;
    };

/** A release as somebody writes it: `3.22.2`, `v3.22.2`, `v3.8.8-1`. What is not catalogued is not guessed. */
export function findRelease(text: string, catalogue: Catalogue): ReleaseLookup {
  const version = parseVersion(text);
  if (version === undefined) return { ok: false, why: "no version", message: `"${text}" is no version` };
  const { major, minor, patch, respin } = version;
  const name = respin === undefined ? version.text : `v${major}.${minor}.${patch}`;
  const release = catalogue.releases.get(name);
  const exact = /(?<!\d)\d+\.\d+\.\d/.test(text);
  if (release !== undefined && exact) return { ok: true, release, version: versionOf(name) };
  const line = [...catalogue.releases.keys()].filter((each) => each.startsWith(`v${major}.${minor}.`));
  if (!exact && line.length > 0) {
    const message = `${text.trim()} is a line of releases; its newest is ${line.at(-1) ?? ""}`;
    return { ok: false, why: "a minor", message };
  }
  const newest = newestRelease(catalogue);
  return compareVersions(version, newest) > 0
    ? {
        ok: false,
        why: "newer",
        message: `${version.text} is newer than the releases that this program knows, the newest is ${newest.text}`,
        ...(comesNext(version, newest) ? { next: version } : {}),
      }
    : { ok: false, why: "unknown", message: `there is no Calico release ${version.text}` };
}

export function newestRelease(catalogue: Catalogue): Version {
  return [...catalogue.releases.keys()].map(versionOf).reduce((a, b) => (compareVersions(a, b) > 0 ? a : b));
}

function comesNext({ major, minor }: Version, newest: Version): boolean {
  return major === newest.major && minor - newest.minor <= 1;
}
