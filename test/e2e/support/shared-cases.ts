/** The small inputs of `../shared/cases` that failed once, and upstream's files that they are made of. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseManifest } from "../../../src/manifest/parse.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { manifests } from "./manifest-pairs.ts";

/** CALICO_CASES=DIR names another place. */
export const cases = process.env["CALICO_CASES"] ?? join(manifests, "../cases");

/** Says so where the inputs of a case are not there. */
export function hasCase(name: string, ...paths: readonly string[]): boolean {
  const missing = paths.find((path) => !existsSync(path));
  if (missing !== undefined) console.warn(`LEFT OUT: the case ${name}, because ${missing} is not there`);
  return missing === undefined;
}

/** Upstream's file of a minor, as it is. */
export function upstream(minor: string, flavour = "kdd"): string {
  return join(manifests, minor, `${flavour}.yaml`);
}

export function objectsIn(path: string): readonly KubeObject[] {
  return parseManifest(readFileSync(path, "utf8"), path).map(({ object }) => object);
}

/** Throws what kubectl says where it fails. */
export async function kubectl(cluster: Cluster, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(args);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}
