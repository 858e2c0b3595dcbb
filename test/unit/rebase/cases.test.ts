/** What becomes of the settings that people are known to lose, with upstream's manifests where they are. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseManifest, type ManifestObject } from "../../../src/manifest/parse.ts";
import { planFileOf } from "../../../src/operations/plan/file.ts";
import { rebaseOperation } from "../../../src/operations/rebase/operation.ts";
import { rebase } from "../../../src/rebase/rebase.ts";
import { customised, type Customisation } from "../../calico/customised.ts";

const folder = process.env["CALICO_MANIFESTS"] ?? join(import.meta.dirname, "../../../../shared/manifests");

function read(minor: string, flavour: string): readonly ManifestObject[] {
  const path = join(folder, minor, `${flavour}.yaml`);
  return parseManifest(readFileSync(path, "utf8"), path);
}

describe.skipIf(!existsSync(folder))("rebase of a setting that upgrades are known to take away", () => {
  test.each<[Customisation, string, string, string, number]>([
    ["own-cni", "kdd", "v3.29", "v3.30", 4],
    ["own-probes", "kdd", "v3.29", "v3.30", 2],
    ["own-resources", "kdd", "v3.29", "v3.30", 3],
    ["sidecar", "kdd", "v3.29", "v3.30", 2],
    ["annotations", "kdd", "v3.29", "v3.30", 1],
    ["own-strategy", "kdd", "v3.29", "v3.30", 1],
    ["typha-replicas", "kdd-typha", "v3.29", "v3.30", 1],
    ["cross-subnet", "kdd", "v3.29", "v3.30", 1],
    ["autodetection", "kdd", "v3.29", "v3.30", 1],
    ["api-server", "kdd-bpf", "v3.30", "v3.32", 2],
  ])("%s, %s %s → %s: all of it is carried over", (name, flavour, old, next, count) => {
    const { carried, conflicts } = rebased(name, flavour, old, next);
    expect([carried.length, conflicts]).toEqual([count, []]);
  });

  test.each([
    ["kdd", "kdd-vxlan", "M10", ["data.calico_backend", "CALICO_IPV4POOL_IPIP", "CALICO_IPV4POOL_VXLAN"]],
    ["kdd", "kdd-bpf", "M10", ["FELIX_BPFENABLED"]],
    ["kdd", "kdd-policy-only", "M10", ["CALICO_NETWORKING_BACKEND"]],
    ["kdd", "kdd-typha", "M12", ["data.typha_service_name"]],
    ["kdd-typha", "kdd", "M12", ["data.typha_service_name"]],
    ["kdd", "etcd", "M02", ["DATASTORE_TYPE"]],
  ])(
    "%s onto %s changes the network or the datastore: said, and the file is upstream's",
    (old, next, rule, fields) => {
      const { conflicts, carried, notes } = rebase({
        base: read("v3.29", old).map(({ object }) => object),
        mine: read("v3.29", old).map(({ object }) => object),
        target: read("v3.30", next),
        from: "file",
        prefer: () => undefined,
      });
      expect([carried, conflicts]).toEqual([[], []]);
      for (const field of fields)
        expect(notes.filter((note) => note.includes(field) && note.includes(`(${rule})`))).not.toEqual([]);
    },
  );

  test("the same kind of install changes nothing of that, and nothing is said", () => {
    for (const flavour of ["kdd", "kdd-vxlan", "kdd-bpf", "kdd-typha", "kdd-policy-only", "canal", "etcd"]) {
      const [mine, target] = [read("v3.29", flavour), read("v3.30", flavour)];
      const base = mine.map(({ object }) => object);
      const { notes } = rebase({ base, mine: base, target, from: "file", prefer: () => undefined });
      expect(notes.filter((note) => note.includes("by the new manifest"))).toEqual([]);
    }
  });

  test("few-controllers: upstream changed the list as well, and that is a conflict", () => {
    const { conflicts } = rebased("few-controllers", "kdd", "v3.29", "v3.30");
    expect(conflicts).toMatchObject([{ base: { value: "node" }, target: { value: "node,loadbalancer" } }]);
  });

  test("an image that is pinned by its digest: the others tell the release, and the digest is named", async () => {
    const path = join(folder, "v3.29", "kdd.yaml");
    const pinned = readFileSync(path, "utf8").replaceAll(
      /calico\/node:v\S+/g,
      `calico/node@sha256:${"0".repeat(64)}`,
    );
    const { base, rebased: made } = await rebaseOperation({
      file: planFileOf("calico.yaml", read("v3.30", "kdd")),
      base: undefined,
      mine: { path: "my-calico.yaml", objects: parseManifest(pinned, "my-calico.yaml") },
      daemonSet: undefined,
      prefer: () => undefined,
    });
    expect(base).toMatchObject({ kind: "record", release: "v3.29.7", flavour: "kdd" });
    expect(made.notes).toContainEqual(expect.stringContaining("was pinned by its digest"));
  });

  test("older-cni: an image of another release is no setting, the file is of one release", () => {
    const { carried, conflicts } = rebased("older-cni", "kdd", "v3.30", "v3.32");
    expect([carried, conflicts]).toEqual([[], []]);
  });
});

function rebased(name: Customisation, flavour: string, old: string, next: string) {
  const base = read(old, flavour).map(({ object }) => object);
  return rebase({
    base,
    mine: customised(base, name),
    target: read(next, flavour),
    from: "file",
    prefer: () => undefined,
  });
}
