/** Upstream's files of neighbouring minors, as objects, and which test server takes them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseManifest } from "../../../src/manifest/parse.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { kubeVersions, type KubeVersion } from "../../cluster/binaries/recipes.ts";

const root = join(import.meta.dirname, "../../..");
export const manifests = process.env["CALICO_MANIFESTS"] ?? join(root, "../shared/manifests");

export interface FilePair {
  readonly name: string;
  readonly old: readonly KubeObject[];
  readonly next: readonly KubeObject[];
  /** The newest server that takes both files whole, or at least the workloads of both. */
  readonly server: KubeVersion | undefined;
}

/**
 * Every file that `apply` takes (those with a calico-node), beside that of the minor before. None where there
 * are no manifests. Objects are parsed when they are asked for: there are hundreds of files.
 */
export function filePairs(): readonly FilePair[] {
  if (!existsSync(manifests)) return [];
  const minors = readdirSync(manifests).filter((name) => /^v\d+\.\d+$/.test(name));
  const files = minors.flatMap((minor) =>
    readdirSync(join(manifests, minor)).flatMap((file) => {
      if (!file.endsWith(".yaml")) return [];
      const text = readFileSync(join(manifests, minor, file), "utf8");
      const flavour = file.slice(0, -".yaml".length);
      return runsCalicoNode.test(text) ? [{ minor, flavour, text }] : [];
    }),
  );
  const natural = (a: string, b: string): number => a.localeCompare(b, "en", { numeric: true });
  return [...Map.groupBy(files, ({ flavour }) => flavour)].flatMap(([flavour, all]) => {
    const sorted = all.toSorted((a, b) => natural(a.minor, b.minor));
    return sorted.slice(1).flatMap((next, index): FilePair[] => {
      const old = sorted[index];
      if (old === undefined) return [];
      const name = `${flavour} ${old.minor} → ${next.minor}`;
      return [
        {
          name,
          server: serverOf([old.text, next.text]),
          get old() {
            return objectsOf(old.text);
          },
          get next() {
            return objectsOf(next.text);
          },
        },
      ];
    });
  });
}

const runsCalicoNode = /^ *- name: calico-node\s*(#.*)?\n(.*\n)*? *image: /m;

const objectsOf = (text: string): readonly KubeObject[] =>
  parseManifest(text, "upstream's manifest").map(({ object }) => object);

/** Group versions that a server of these versions does not serve, of those that the manifests use. */
const notServed: Readonly<Record<KubeVersion, RegExp>> = {
  "1.36": /^(extensions|apiextensions\.k8s\.io|policy|rbac\.authorization\.k8s\.io|apps)\/v1beta/,
  "1.24": /^(extensions|apiextensions\.k8s\.io|rbac\.authorization\.k8s\.io|apps)\/v1beta/,
  "1.15": /^(apiextensions\.k8s\.io|policy)\/v1$/,
};

/** Where no server takes both whole, CRDs and budgets of one of them are left out. */
function serverOf(texts: readonly string[]): KubeVersion | undefined {
  const versions = texts.flatMap((text) =>
    [...text.matchAll(/^apiVersion: *["']?([\w./]+)/gm)].map(([, one]) => one ?? ""),
  );
  const workloads = versions.filter((version) => /^(apps|extensions)\//.test(version));
  return [versions, workloads]
    .map((wanted) =>
      kubeVersions.find((server) => !wanted.some((version) => notServed[server].test(version))),
    )
    .find((server) => server !== undefined);
}
