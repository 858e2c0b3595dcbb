/** How sources are named in the pages: an address where there is one, else the document. */
export const issue = (number: number): string => `https://github.com/projectcalico/calico/issues/${number}`;
export const pull = (number: number): string => `https://github.com/projectcalico/calico/pull/${number}`;
export const notes = (...releases: readonly string[]): string => `release notes of ${releases.join(", ")}`;
export const manifests = "manifests of the releases";
/** The document that this program carries out. */
export const seed = "upgrade document of Calico v2.5 (getting-started/kubernetes/upgrade)";
export const upgradeReadme =
  "https://github.com/projectcalico/calico/blob/release-legacy/upgrade/v2.5/README.md";
export const manifestsCompared =
  "manifests of the releases, compared: what a manifest sets replaces what was edited into the old one";
export const calicoUpgrade = "https://github.com/projectcalico/calico-upgrade";
