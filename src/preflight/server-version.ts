/** The minor of a Kubernetes version (`v1.15.12` → 15; `v1.29+` of some distributions → 29). */
export function minorVersion(version: string): number {
  const minor = /^v?1\.(\d+)/.exec(version)?.[1];
  return minor === undefined ? Number.NaN : Number(minor);
}
