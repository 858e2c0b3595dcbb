import packageJson from "../package.json" with { type: "json" };

/** As it is released: `v0.1.0`. */
export const version = `v${packageJson.version}`;

/** What `version -o json` prints. */
export function buildInfo(): Readonly<Record<string, string>> {
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "Version",
    version,
  };
}
