import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as CycloneDX from "@cyclonedx/cyclonedx-library";
import type { NodeRuntime } from "../build/node-runtime.ts";
import type { Platform } from "../build/platforms.ts";
import { bundledPackages } from "../build/licences.ts";

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly description?: string;
  readonly homepage?: string;
}

/**
 * What is in the archives, as CycloneDX JSON: the packages that the bundle took files of and the Node of each
 * platform, with the checksums of the lock file. No time and no random number: anyone can reproduce it.
 */
export function sbom(
  root: string,
  inputs: readonly string[],
  runtimes: readonly { readonly platform: Platform; readonly runtime: NodeRuntime }[],
): string {
  const { Enums, Models, Serialize, Spec } = createRequire(import.meta.url)(
    "@cyclonedx/cyclonedx-library",
  ) as typeof CycloneDX;
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { integrity?: string } | undefined>;
  };
  const read = (folder: string): Package =>
    JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Package;

  const component = (kind: CycloneDX.Enums.ComponentType, about: Package, integrity: string | undefined) => {
    const [group, name] = about.name.startsWith("@") ? about.name.split("/") : [undefined, about.name];
    const purl = `pkg:npm/${about.name.replace("@", "%40")}@${about.version}`;
    const made = new Models.Component(kind, name ?? about.name, {
      version: about.version,
      purl,
      bomRef: purl,
      ...(group === undefined ? {} : { group }),
      ...(about.description === undefined ? {} : { description: about.description }),
    });
    if (about.license !== undefined) made.licenses.add(new Models.SpdxLicense(about.license));
    if (integrity !== undefined) {
      const sum = Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");
      made.hashes.set(Enums.HashAlgorithm["SHA-512"], sum);
    }
    return made;
  };

  const own = read(".");
  const program = component(Enums.ComponentType.Application, own, undefined);
  const parts = [
    ...once(bundledPackages(inputs), (folder) => `${read(folder).name}@${read(folder).version}`).map(
      (folder) =>
        component(
          Enums.ComponentType.Library,
          read(folder),
          lock.packages[folder.slice(folder.indexOf("node_modules/"))]?.integrity,
        ),
    ),
    ...runtimes.map(({ platform, runtime }) =>
      component(
        Enums.ComponentType.Platform,
        {
          name: platform.runtime,
          version: runtime.version,
          license: "MIT",
          description: `Node.js for ${platform.os}/${platform.arch}`,
        },
        runtime.integrity,
      ),
    ),
  ];
  for (const part of parts) program.dependencies.add(part.bomRef);
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: program }),
    components: new Models.ComponentRepository(parts),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** Of those with the same key the first: npm may install one package in several places. */
function once<T>(all: readonly T[], key: (each: T) => string): T[] {
  return [...new Map(all.toReversed().map((each) => [key(each), each])).values()].toReversed();
}
