import { stringify } from "yaml";
import { executableName } from "../build/platforms.ts";
import type { Platform } from "../build/platforms.ts";
import { archiveName } from "./archive.ts";

/** The manifest by which krew installs a release: krew/calico-upgrade.yaml with all that a release adds. */
export function krewManifest(wanted: {
  /** The one in the repository, as it was parsed. */
  readonly template: { readonly spec: Readonly<Record<string, unknown>> };
  /** v0.1.0 */
  readonly version: string;
  readonly homepage: string;
  /** Where the archives lie; without a slash at its end. */
  readonly baseUrl: string;
  readonly archives: readonly { readonly platform: Platform; readonly sha256: string }[];
}): string {
  const { template, version, homepage, baseUrl, archives } = wanted;
  return stringify(
    {
      ...template,
      spec: {
        version,
        homepage,
        ...template.spec,
        platforms: archives.map(({ platform, sha256 }) => ({
          selector: { matchLabels: { os: platform.os, arch: platform.arch } },
          uri: `${baseUrl}/${archiveName(platform)}`,
          sha256,
          bin: executableName(platform),
        })),
      },
    },
    { lineWidth: 0 },
  );
}
