import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileFacts } from "../../src/manifest/file-facts.ts";
import { parseManifest } from "../../src/manifest/parse.ts";
import type { KubeObject } from "../../src/model/kube.ts";
import { catalogue } from "../../src/releases/catalogue.ts";
import { releaseOfTemplate } from "../../src/releases/running.ts";
import type { UpstreamData } from "../../src/releases/upstream.ts";
import { compareVersions, versionOf } from "../../src/releases/version.ts";

/** Not for the objects of a hosted install: the operator's, the API server's, and the CRDs by themselves. */
const others = /^(apiserver|crds|operator)/;

/** What a folder of upstream's manifests (MINOR/FLAVOUR.yaml) has of the minors that the catalogue knows. */
export function upstreamData(folder: string): UpstreamData {
  const places = new Map<string, number>();
  const objects: KubeObject[] = [];
  const placeOf = (object: KubeObject): number => {
    const text = JSON.stringify(object);
    const place = places.get(text) ?? objects.push(object) - 1;
    places.set(text, place);
    return place;
  };
  const minors = minorsIn(folder).map((minor) => {
    const files = readdirSync(join(folder, minor)).filter(
      (name) => /\.ya?ml$/.test(name) && !others.test(name),
    );
    const read = files.toSorted(usualFirst).map((name) => {
      const path = join(folder, minor, name);
      return [name.replace(/\.ya?ml$/, ""), parseManifest(readFileSync(path, "utf8"), path)] as const;
    });
    const release = read
      .map(([, manifest]) => fileFacts(manifest, "kube-system"))
      .flatMap(({ daemonSets, workloads }) => {
        const [set] = daemonSets.known ? daemonSets.value : [];
        if (set === undefined) return [];
        const found = releaseOfTemplate(set.template, workloads.known ? workloads.value : [], catalogue);
        return found.candidates.slice(-1);
      })
      .at(0);
    if (release === undefined) throw new Error(`the images of ${minor} tell no release`);
    const manifests = read.map(([flavour, manifest]) => [
      flavour,
      manifest
        .map(({ object }) => object)
        .filter(({ kind }) => kind !== "CustomResourceDefinition")
        .map(placeOf),
    ]);
    return [
      minor,
      { release, manifests: Object.fromEntries(manifests) as Record<string, number[]> },
    ] as const;
  });
  return { objects, minors: Object.fromEntries(minors) };
}

function minorsIn(folder: string): readonly string[] {
  const names = [...catalogue.releases.keys()].map((name) => /^v\d+\.\d+/.exec(name)?.[0] ?? "");
  return [...new Set(names)]
    .filter((minor) => existsSync(join(folder, minor)))
    .toSorted((a, b) => compareVersions(versionOf(`${a}.0`), versionOf(`${b}.0`)));
}

/** Where several flavours fit an install, the first one counts. */
function usualFirst(a: string, b: string): number {
  const rank = (name: string): number => ["kdd.yaml", "etcd.yaml", "canal.yaml"].indexOf(name) >>> 0;
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}
