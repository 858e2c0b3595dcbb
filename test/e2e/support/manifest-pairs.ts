/** Upstream's files of neighbouring minors, as objects. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseManifest } from "../../../src/manifest/parse.ts";
import type { KubeObject } from "../../../src/model/kube.ts";

const root = join(import.meta.dirname, "../../..");
export const manifests = process.env["CALICO_MANIFESTS"] ?? join(root, "../shared/manifests");

export interface FilePair {
  readonly name: string;
  readonly old: readonly KubeObject[];
  readonly next: readonly KubeObject[];
}

/** None where there are no manifests. `from` and `to`: minors, both included. */
export function filePairs(flavour: string, from: string, to: string): FilePair[] {
  if (!existsSync(manifests)) return [];
  const natural = (a: string, b: string): number => a.localeCompare(b, "en", { numeric: true });
  const minors = readdirSync(manifests)
    .filter((name) => /^v\d+\.\d+$/.test(name) && natural(name, from) >= 0 && natural(name, to) <= 0)
    .filter((minor) => existsSync(join(manifests, minor, `${flavour}.yaml`)))
    .sort(natural);
  const read = (minor: string): readonly KubeObject[] =>
    parseManifest(readFileSync(join(manifests, minor, `${flavour}.yaml`), "utf8"), flavour).map(
      ({ object }) => object,
    );
  return minors.slice(1).map((minor, index) => {
    const before = minors[index] ?? "";
    return {
      name: `${flavour} ${before} → ${minor}`,
      get old() {
        return read(before);
      },
      get next() {
        return read(minor);
      },
    };
  });
}
