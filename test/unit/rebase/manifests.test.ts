/** Upstream's manifests, where they are: CALICO_MANIFESTS, or beside the project. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { assert, property, subarray } from "fast-check";
import { describe, expect, test } from "vitest";
import { parseManifest, parseWithoutCrds, type ManifestObject } from "../../../src/manifest/parse.ts";
import { formatYaml } from "../../../src/manifest/yaml.ts";
import { sameJson } from "../../../src/merge/same-json.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { rebase, type Rebased } from "../../../src/rebase/rebase.ts";
import { rebasedTexts } from "../../../src/rebase/text.ts";
import { customisations, customised, type Customisation } from "../../calico/customised.ts";

const folder = process.env["CALICO_MANIFESTS"] ?? join(import.meta.dirname, "../../../../shared/manifests");
const all = process.env["TEST_ALL"] !== undefined;

interface Pair {
  readonly name: string;
  readonly old: string;
  readonly next: string;
}

/** Every flavour of a minor and of the minor before. */
function pairs(): readonly Pair[] {
  if (!existsSync(folder)) return [];
  const minors = readdirSync(folder)
    .filter((name) => /^v\d+\.\d+$/.test(name))
    .toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return minors.slice(1).flatMap((minor, index) =>
    readdirSync(join(folder, minor)).flatMap((file) => {
      const [old, next] = [join(folder, minors[index] ?? "", file), join(folder, minor, file)];
      if (!existsSync(old) || !isInstall(old) || !isInstall(next)) return [];
      return [{ name: `${file} ${minors[index] ?? ""} → ${minor}`, old, next }];
    }),
  );
}

const isInstall = (path: string): boolean => /^ *- name: calico-node\s*$/m.test(readFileSync(path, "utf8"));
const only = (objects: readonly ManifestObject[]): readonly KubeObject[] =>
  objects.map(({ object }) => object);

interface Manifest {
  readonly text: string;
  readonly parsed: readonly ManifestObject[];
  readonly objects: readonly KubeObject[];
}

/** The file, whichever it is: the objects and the text have to agree on it. */
const name = "calico.yaml";

const manifests = new Map<string, Manifest>();

/** Read once; without CRDs, which nobody rebases and which are most of the time of reading. */
function read(path: string): Manifest {
  const known = manifests.get(path);
  if (known !== undefined) return known;
  const text = readFileSync(path, "utf8");
  const parsed = parseWithoutCrds(text, name);
  const manifest = { text, parsed, objects: only(parsed) };
  manifests.set(path, manifest);
  return manifest;
}

/** All that an install has anywhere, in an order of its own. */
const names = (Object.keys(customisations) as Customisation[]).filter((name) => name !== "older-cni");

function fitting(objects: readonly KubeObject[]): readonly Customisation[] {
  return names.filter((name) => {
    try {
      return !sameJson(customised(objects, name), objects);
    } catch {
      // The manifest has nothing that could be customised so.
      return false;
    }
  });
}

/** What is rebased, and the text of the file. */
function rebased(
  base: readonly KubeObject[],
  mine: readonly KubeObject[],
  { text, parsed }: Pick<Manifest, "text" | "parsed">,
): { readonly result: Rebased; readonly text: string; readonly parsed: readonly ManifestObject[] } {
  const result = rebase({ base, mine, target: parsed, from: "file", prefer: () => undefined });
  const made = rebasedTexts([{ name, text }], result, ({ field }) => `CONFLICT ${field}`);
  return { result, text: made, parsed: made === text ? parsed : parseWithoutCrds(made, name) };
}

/** Every value with its place, elements of lists by what names them. */
function leaves(value: unknown, at = ""): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const walk = (each: unknown, place: string): void => {
    if (Array.isArray(each)) {
      for (const one of each) {
        const { name, mountPath, containerPort } = (one ?? {}) as Record<string, string | undefined>;
        walk(one, `${place}[${mountPath ?? name ?? containerPort ?? JSON.stringify(one)}]`);
      }
    } else if (typeof each === "object" && each !== null) {
      for (const [key, one] of Object.entries(each)) walk(one, `${place}.${key}`);
    } else found.set(place, each);
  };
  walk(value, at);
  return found;
}

const placesOf = (objects: readonly KubeObject[]): ReadonlyMap<string, unknown> =>
  new Map(
    objects
      .filter(({ kind }) => kind !== "CustomResourceDefinition")
      .flatMap((object) => [...leaves(cniRead(object), `${object.kind}/${object.metadata.name}`)]),
  );

/** The CNI configuration as what it says: how its JSON is written is nobody's setting. */
function cniRead(object: KubeObject): unknown {
  const data = object["data"] as Readonly<Record<string, string>> | undefined;
  const text = data?.["cni_network_config"];
  if (text === undefined) return object;
  for (const each of [text, text.replaceAll(/: *__([A-Z0-9_]+)__/g, ': "__$1__"')]) {
    try {
      const typed = JSON.stringify(JSON.parse(each)).replaceAll('"type":', '"mountPath":');
      return { ...object, data: { ...data, cni_network_config: JSON.parse(typed) as unknown } };
    } catch {
      // Upstream's own text is no JSON where a number is to be filled in.
    }
  }
  return object;
}

/** Where two manifests differ; images are the release's. */
function differences(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (place) => !place.endsWith(".image") && before.get(place) !== after.get(place),
  );
}

const found = pairs();
const sampled = found.filter(
  (pair, index) => all || index % 26 === 0 || /(kdd-typha|canal)\.yaml v3\.29 /.test(pair.name),
);

describe.skipIf(found.length === 0)(
  `rebase over ${String(sampled.length)} of ${String(found.length)} pairs of upstream's manifests`,
  { timeout: 600_000 },
  () => {
    test.each(sampled)(
      "without a setting of your own the file stays byte for byte: $name",
      ({ old, next }) => {
        const base = read(old).objects;
        expect(rebased(base, base, read(next)).text).toBe(readFileSync(next, "utf8"));
      },
    );

    test.each(sampled)(
      "each setting is in the file or a conflict, and everything else is upstream's: $name",
      ({ old, next }) => {
        const base = read(old).objects;
        const target = read(next);
        const upstreams = placesOf(target.objects);
        const former = placesOf(base);
        const possible = fitting(base);
        assert(
          property(subarray([...possible], { minLength: 1 }), (chosen) => {
            const mine = customised(base, ...chosen);
            const own = placesOf(mine);
            const { result, parsed, text } = rebased(base, mine, target);
            const now = placesOf(only(parsed));
            const yours = differences(former, own);
            const lost = yours.filter((place) => now.get(place) !== own.get(place));
            // Each of them is below a field that is told.
            expect([chosen, lost.filter((place) => !isTold(place, result))]).toEqual([chosen, []]);
            const changed = differences(upstreams, now).filter((place) => !yours.includes(place));
            expect([chosen, changed]).toEqual([chosen, []]);
            // Twice is once.
            const again = rebased(base, mine, { text, parsed });
            expect(again.text).toBe(text);
          }),
          { numRuns: all ? 12 : 3, seed: 18, endOnFailure: true },
        );
      },
    );

    test.each(sampled)("onto the same release, your own manifest comes out again: $name", ({ old }) => {
      const base = read(old).objects;
      const mine = customised(base, ...fitting(base));
      const { parsed, result } = rebased(base, mine, read(old));
      const objects = only(parsed);
      expect(result.conflicts).toEqual([]);
      expect(differences(placesOf(mine), placesOf(objects))).toEqual([]);
      expect(imagesOf(objects)).toEqual(imagesOf(mine));
    });

    test("a manifest that was written anew by a program is rebased as well", () => {
      const [pair] = sampled;
      if (pair === undefined) return;
      const base = read(pair.old).objects;
      const mine = customised(base, ...fitting(base));
      // With its CRDs, as the command reads it.
      const whole = parseManifest(readFileSync(pair.next, "utf8"), name);
      const text = only(whole)
        .map((object) => formatYaml(object))
        .join("---\n");
      const objects = (manifest: Pick<Manifest, "text" | "parsed">): readonly KubeObject[] =>
        only(rebased(base, mine, manifest).parsed);
      expect(placesOf(objects({ text, parsed: parseManifest(text, name) }))).toEqual(
        placesOf(objects(read(pair.next))),
      );
    });
  },
);

/** By the last name in the field of a conflict. */
function isTold(place: string, { conflicts }: Rebased): boolean {
  const bare = (text: string): string => text.replaceAll(/\[\w+="?([^"\]]*)"?\]/g, "[$1]");
  return conflicts.some(({ object, field }) => {
    const [kind = "", name = ""] = object.split(" ");
    return place.startsWith(`${kind}/${name.split("/").at(-1) ?? ""}.${bare(field)}`);
  });
}

function imagesOf(objects: readonly KubeObject[]): readonly unknown[] {
  return [...placesOf(objects)]
    .filter(([place]) => place.endsWith(".image"))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([place, image]) => `${place} ${String(image).replace(/^docker\.io\//, "")}`);
}
