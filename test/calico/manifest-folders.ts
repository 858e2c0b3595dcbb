/**
 * Folders of manifests, as MINOR/FLAVOUR.yaml: a small set of the project's own, which anybody's clone has, and
 * upstream's, where they are (CALICO_MANIFESTS, or beside the project).
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostedCalico, toYaml } from "./hosted-calico.ts";
import type { CalicoOptions } from "./era.ts";

interface ManifestFolder {
  readonly name: string;
  readonly path: string;
  /** Made by the builder of the tests. */
  readonly own: boolean;
}

/** A release of each stretch of minors in which manifests look alike. */
const releases = [
  "v2.5.1",
  "v2.6.12",
  "v3.0.12",
  "v3.3.7",
  "v3.5.8",
  "v3.8.9",
  "v3.10.4",
  "v3.15.5",
  "v3.20.6",
  "v3.25.2",
  "v3.27.5",
  "v3.29.7",
  "v3.30.7",
  "v3.32.1",
] as const;

/** File by file; canal came into one file with Calico in v2.6. */
const flavours: Readonly<Record<string, Omit<CalicoOptions, "version"> & { readonly since: number }>> = {
  kdd: { datastore: "kdd", since: 205 },
  etcd: { datastore: "etcd", since: 205 },
  canal: { flavour: "canal", since: 206 },
};

export const upstreamManifests =
  process.env["CALICO_MANIFESTS"] ?? join(import.meta.dirname, "../../../shared/manifests");

export function manifestFolders(): readonly ManifestFolder[] {
  return [
    { name: "the project's own manifests", path: ownManifests(), own: true },
    ...(existsSync(upstreamManifests)
      ? [{ name: "upstream's manifests", path: upstreamManifests, own: false }]
      : []),
  ];
}

/** Written for a process, which takes them away at its end. */
export function ownManifests(): string {
  const folder = mkdtempSync(join(tmpdir(), "calico-manifests-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const version of releases) {
    const [, major = "", minor = ""] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
    const path = join(folder, `v${major}.${minor}`);
    mkdirSync(path);
    for (const [name, { since, ...options }] of Object.entries(flavours))
      if (Number(major) * 100 + Number(minor) >= since)
        writeFileSync(join(path, `${name}.yaml`), toYaml(hostedCalico({ ...options, version })));
  }
  return folder;
}
