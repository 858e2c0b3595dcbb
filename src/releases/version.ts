import parse from "semver/functions/parse.js";

/** A version as Calico, Kubernetes and their distributors write it, read tolerantly. */
export interface Version {
  /** With v, as Calico writes it: `v3.8.8-1`. */
  readonly text: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** `rc1`, `beta.3`; undefined for a release. */
  readonly prerelease?: string;
  /** The release built once more: 1 in `v3.8.8-1`. It comes after the release, not before. */
  readonly respin?: number;
  /** What a distributor added: `gke.100`. It neither precedes nor follows the release. */
  readonly vendor?: string;
}

const prerelease = /^(0\.dev|alpha|beta|rc|pre|dev|b)(?![a-z])/i;

/**
 * Reads `3.22.2`, `v3.22.2`, `v3.22`, `v3.8.8-1`, `v2.0.0-rc2`, `v1.36.4+k3s1`, `v1.24.17-gke.100`;
 * undefined when it is no version.
 */
export function parseVersion(text: string): Version | undefined {
  const short = /^v?(\d+)\.(\d+)$/.exec(text.trim());
  const found = parse(short === null ? text.trim() : `${short[1]}.${short[2]}.0`, { loose: true });
  if (found === null) return undefined;
  const { major, minor, patch } = found;
  const [first] = found.prerelease;
  const suffix = found.prerelease.join(".");
  const kind =
    found.prerelease.length === 1 && typeof first === "number"
      ? { respin: first }
      : suffix === ""
        ? {}
        : prerelease.test(suffix)
          ? { prerelease: suffix }
          : { vendor: suffix };
  return {
    text: `v${major}.${minor}.${patch}${suffix === "" ? "" : `-${suffix}`}`,
    major,
    minor,
    patch,
    ...kind,
  };
}

/** Negative when left is older, 0 when both are the same, positive when left is newer. */
export function compareVersions(left: Version, right: Version): number {
  return (
    left.major - right.major ||
    left.minor - right.minor ||
    left.patch - right.patch ||
    comparePrerelease(left.prerelease, right.prerelease) ||
    (left.respin ?? 0) - (right.respin ?? 0)
  );
}

/** Whether `version` is at least `minimum`, a version text that this project wrote itself. */
export function atLeast(version: Version, minimum: string): boolean {
  const floor = parseVersion(minimum);
  return floor !== undefined && compareVersions(version, floor) >= 0;
}

/** A version text that this project wrote itself, read once; anything else is a mistake in it. */
export function versionOf(text: string): Version {
  // Nearly all of them; reading the whole catalogue this way takes a tenth of the time.
  const plain = /^v(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (plain !== null)
    return { text, major: Number(plain[1]), minor: Number(plain[2]), patch: Number(plain[3]) };
  const version = parseVersion(text);
  if (version === undefined) throw new Error(`${text} is no version`);
  return version;
}

/** A stretch of releases: from the first on, and before the second. */
export interface Span {
  readonly from?: Version;
  readonly before?: Version;
}

export function span(from: string | undefined, before?: string): Span {
  return {
    ...(from === undefined ? {} : { from: versionOf(from) }),
    ...(before === undefined ? {} : { before: versionOf(before) }),
  };
}

export function within(version: Version, { from, before }: Span): boolean {
  return (
    (from === undefined || compareVersions(version, from) >= 0) &&
    (before === undefined || compareVersions(version, before) < 0)
  );
}

function comparePrerelease(left: string | undefined, right: string | undefined): number {
  if (left === right) return 0;
  if (left === undefined) return 1;
  if (right === undefined) return -1;
  return left.localeCompare(right, "en", { numeric: true });
}
