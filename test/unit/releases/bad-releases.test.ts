import { describe, expect, test } from "vitest";
import { badTarget, isListed, type Circumstances } from "../../../src/releases/bad-releases.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { badReleases } from "../../../src/releases/faults/index.ts";
import { versionOf, within } from "../../../src/releases/version.ts";

function met(from: string, to: string, seen: Partial<Circumstances> = {}): readonly string[] {
  const found = badTarget({
    from: versionOf(from),
    to: versionOf(to),
    datastore: "kubernetes",
    kubernetes: 20,
    canal: false,
    typha: false,
    ebpf: false,
    vxlan: false,
    ...seen,
  });
  return found.map(({ row, holds }) => (holds === true ? row.id : `${row.id}?`));
}

describe("a release with a known fault is told", () => {
  test.each([
    ["v2.5.1", "v2.6.0", {}, ["R01"]],
    ["v2.3.0", "v2.6.0", { datastore: "etcd" }, ["R01", "R02"]],
    ["v2.3.0", "v2.6.5", { datastore: "etcd" }, ["R02"]],
    ["v2.3.0", "v2.6.5", { datastore: "kubernetes" }, []],
    ["v2.3.0", "v2.6.6", { datastore: "etcd" }, []],
    ["v2.4.0", "v2.6.5", { datastore: "etcd" }, []],
    ["v2.5.1", "v2.6.4", {}, ["R03"]],
    ["v1.6.1", "v2.2.0", {}, ["R04"]],
    ["v1.6.1", "v2.2.1", {}, []],
    ["v2.0.2", "v2.1.1", {}, ["R04", "R05"]],
    ["v2.0.2", "v2.1.2", {}, ["R04"]],
    ["v2.6.4", "v3.0.0", { datastore: "etcd" }, ["R06"]],
    ["v2.6.5", "v3.0.0", { datastore: "etcd" }, []],
    ["v2.6.4", "v3.0.0", {}, []],
    ["v3.6.0", "v3.7.1", {}, ["R07"]],
    ["v3.14.0", "v3.15.0", {}, ["R08"]],
    ["v3.14.0", "v3.16.0", {}, ["R09"]],
    ["v3.14.0", "v3.16.8", {}, ["R10"]],
    ["v3.14.0", "v3.18.2", {}, ["R10"]],
    ["v3.21.0", "v3.22.1", {}, []],
    ["v3.21.0", "v3.22.1", { canal: true }, ["R11"]],
    ["v3.21.0", "v3.22.1", { canal: "unknown" }, ["R11?"]],
    ["v3.21.0", "v3.22.5", { ebpf: true }, ["R12"]],
    ["v3.22.0", "v3.23.2", { typha: true }, ["R13"]],
    ["v3.26.0", "v3.27.1", {}, ["R14"]],
    ["v3.27.0", "v3.28.4", { kubernetes: 24 }, ["R15"]],
    ["v3.27.0", "v3.28.4", { kubernetes: 25 }, []],
    ["v3.27.0", "v3.28.4", { kubernetes: "unknown" }, ["R15?"]],
    ["v3.28.0", "v3.29.3", {}, ["R16"]],
    ["v3.28.0", "v3.29.4", {}, []],
    ["v3.30.6", "v3.31.0", { ebpf: true, vxlan: true }, ["R17"]],
    ["v3.30.6", "v3.31.0", { ebpf: true, vxlan: "unknown" }, ["R17?"]],
    ["v3.30.6", "v3.31.0", { ebpf: "unknown", vxlan: false }, []],
    ["v3.30.7", "v3.31.0", { ebpf: true, vxlan: true }, []],
    ["v3.29.0", "v3.30.0", { ebpf: true, vxlan: true }, []],
  ] as const)("%s → %s %j: %j", (from, to, seen, expected) => {
    expect(met(from, to, seen)).toEqual(expected);
  });

  test("every row names releases that there are, so that none is dead", () => {
    const names = [...catalogue.releases.keys()].map(versionOf);
    const dead = badReleases.filter(({ releases }) =>
      releases.some((each) => !names.some((name) => within(name, each))),
    );
    expect(dead.map(({ id }) => id)).toEqual([]);
  });

  test("no upgrade passes through one of them, and through every other", () => {
    expect(["v2.6.0", "v2.6.5", "v3.8.8"].map((name) => isListed(versionOf(name)))).toEqual([
      true,
      true,
      false,
    ]);
  });
});
