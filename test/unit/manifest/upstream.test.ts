/** Whole manifests: the project's own, and upstream's where they are. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { covers } from "../../../src/manifest/covers.ts";
import { missing, type Missing } from "../../../src/manifest/missing.ts";
import { templateNeeds } from "../../../src/manifest/needs.ts";
import { parseManifest, type ManifestObject } from "../../../src/manifest/parse.ts";
import { rulesOf } from "../../../src/model/rbac.ts";
import { addMissing } from "../../../src/merge/add-missing.ts";
import { runsCalicoNode } from "../../../src/model/install.ts";
import { groupOf, type KubeObject } from "../../../src/model/kube.ts";
import { templateFacts } from "../../../src/model/template.ts";
import { isOwn } from "../../../src/operations/undo/own.ts";
import { missingLine } from "../../../src/render/missing-lines.ts";
import { manifestFolders } from "../../calico/manifest-folders.ts";
import { liveOf } from "./live.ts";

const few = process.env["TEST_ALL"] === undefined;

const parsed = new Map<string, readonly ManifestObject[]>();

const only = (objects: readonly ManifestObject[]): KubeObject[] => objects.map(({ object }) => object);

function calicoNode(objects: readonly ManifestObject[]): KubeObject | undefined {
  return only(objects).find(
    ({ kind, spec }) =>
      kind === "DaemonSet" &&
      runsCalicoNode(templateFacts((spec as { readonly template?: unknown }).template)),
  );
}

describe.each(manifestFolders())("$name", { timeout: 120_000 }, ({ path: folder, own }) => {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.ya?ml$/.test(path))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const sampled = files.filter(
    (path, index) =>
      own || !few || index % 40 === 0 || /^v(2\.[456]|3\.(0|25|30|32))\/(kdd|canal|etcd)\.yaml$/.test(path),
  );

  function read(path: string): readonly ManifestObject[] {
    const objects =
      parsed.get(join(folder, path)) ?? parseManifest(readFileSync(join(folder, path), "utf8"), path);
    parsed.set(join(folder, path), objects);
    return objects;
  }

  function lacking(from: readonly KubeObject[], path: string): readonly Missing[] {
    const file = read(path);
    const daemonSet = calicoNode(file);
    return daemonSet === undefined ? [] : missing(templateNeeds(file, daemonSet), liveOf(from));
  }

  test("each is read", () => {
    for (const path of sampled) expect(read(path).length).toBeGreaterThan(0);
  });

  test("H34: each object is Calico's own, so that undo of an apply has nothing to be named", () => {
    const foreign = sampled.flatMap((path) =>
      only(read(path))
        .filter(({ apiVersion, kind, metadata: { name, namespace } }) => {
          const group = groupOf({ apiVersion });
          const at = kind.startsWith("ClusterRole") || namespace === undefined ? {} : { namespace };
          return !isOwn({ group, kind, name, ...at }, undefined);
        })
        .map(({ kind, metadata }) => `${path}: ${kind} ${metadata.namespace ?? ""}/${metadata.name}`),
    );
    expect(foreign).toEqual([]);
  });

  test("H05: where a manifest is applied, its own template lacks nothing that it brings", () => {
    const seen = sampled.filter((path) => calicoNode(read(path)) !== undefined);
    expect(seen.length).toBeGreaterThan(sampled.length / 4);
    const complaints = seen.flatMap((path) =>
      lacking(only(read(path)), path).map((one) => `${path}: ${missingLine(one)}`),
    );
    const unexplained = complaints.filter(
      (line) => !/ServiceAccount |addon-manager-daemonset.* ConfigMap /.test(line),
    );
    expect(unexplained).toEqual([]);
  });

  test.each([
    ["v3.29/kdd.yaml", "v3.30/kdd.yaml", "stagednetworkpolicies.crd.projectcalico.org"],
    ["v3.25/kdd.yaml", "v3.27/kdd.yaml", "ServiceAccount kube-system/calico-cni-plugin is not there"],
    ["v2.6/kdd.yaml", "v3.0/kdd.yaml", "CustomResourceDefinition "],
  ])("H05: %s → %s lacks %s, and H01: adding it takes nothing away", (from, to, what) => {
    const live = only(read(from));
    const file = read(to);
    const found = lacking(live, to);
    expect(found.map(missingLine).join("\n")).toContain(what);
    const { objects, left } = addMissing(found, file, liveOf(live), "default");
    expect(left).toEqual([]);
    for (const added of objects.filter(({ kind }) => kind === "ClusterRole")) {
      const old = live.find(
        ({ kind, metadata }) => kind === added.kind && metadata.name === added.metadata.name,
      );
      expect(covers(rulesOf(added), old === undefined ? [] : rulesOf(old))).toBe(true);
    }
    const names = new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
    const after = [
      ...live.filter(({ kind, metadata }) => !names.has(`${kind}/${metadata.name}`)),
      ...objects,
    ];
    expect(lacking(after, to).map(missingLine)).toEqual([]);
  });
});
