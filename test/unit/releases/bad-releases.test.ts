import { describe, expect, test } from "vitest";
import { badTarget, isListed, type Circumstances } from "../../../src/releases/bad-releases.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { badReleases } from "../../../src/releases/faults/bad-releases.ts";
import { versionOf, within } from "../../../src/releases/version.ts";

type Seen = { readonly [K in keyof Circumstances]?: Circumstances[K] | undefined };

function met(from: string, to: string, seen: Seen = {}): readonly string[] {
  const found = badTarget({
    from: versionOf(from),
    to: versionOf(to),
    datastore: "kubernetes",
    kubernetes: 20,
    canal: false,
    typha: false,
    ebpf: false,
    vxlan: false,
    nftables: false,
    ipv6Only: false,
    nodes: [{ name: "node-01", arch: "amd64", kernel: "5.4.0" }],
    ...seen,
  } as Circumstances);
  return found.map(({ row, holds }) => (holds === true ? row.id : `${row.id}?`));
}

const intel = { name: "node-01", arch: "amd64", kernel: "5.15.0-91-generic" };
const arm = { name: "node-02", arch: "arm64", kernel: "5.4.0" };
const newest = { name: "node-03", arch: "amd64", kernel: "6.12.43+deb13-amd64" };

describe("a release with a known fault is told", () => {
  test.each([
    ["v2.5.1", "v2.6.0", {}, ["R01"]],
    ["v2.3.0", "v2.6.0", { datastore: "etcd" }, ["R01", "R02"]],
    ["v2.3.0", "v2.6.5", { datastore: "etcd" }, ["R02"]],
    ["v2.3.0", "v2.6.5", { datastore: "kubernetes" }, ["no R02"]],
    ["v2.3.0", "v2.6.6", { datastore: "etcd" }, ["no R02"]],
    ["v2.4.0", "v2.6.5", { datastore: "etcd" }, ["no R02"]],
    ["v2.5.1", "v2.6.4", {}, ["R03"]],
    ["v1.6.1", "v2.2.0", {}, ["R04"]],
    ["v1.6.1", "v2.2.1", {}, ["no R04"]],
    ["v2.0.2", "v2.1.1", {}, ["R04", "R05"]],
    ["v2.0.2", "v2.1.2", {}, ["R04"]],
    ["v2.6.4", "v3.0.0", { datastore: "etcd" }, ["R06"]],
    ["v2.6.5", "v3.0.0", { datastore: "etcd" }, ["no R06"]],
    ["v2.6.4", "v3.0.0", {}, ["no R06"]],
    ["v3.6.0", "v3.7.1", {}, ["R07"]],
    ["v3.14.0", "v3.15.0", {}, ["R08"]],
    ["v3.14.0", "v3.16.0", {}, ["R09"]],
    ["v3.14.0", "v3.16.8", {}, ["R10"]],
    ["v3.14.0", "v3.18.2", {}, ["R10"]],
    ["v3.21.0", "v3.22.1", {}, ["no R11"]],
    ["v3.21.0", "v3.22.1", { canal: true }, ["R11"]],
    ["v3.21.0", "v3.22.1", { canal: "unknown" }, ["R11?"]],
    ["v3.21.0", "v3.22.5", { ebpf: true }, ["R12"]],
    ["v3.22.0", "v3.23.2", { typha: true }, ["R13"]],
    ["v3.26.0", "v3.27.1", {}, ["R14"]],
    ["v3.26.0", "v3.27.2", {}, ["no R14", "no R18"]],
    ["v3.26.0", "v3.27.2", { nodes: [intel, arm] }, ["R18"]],
    ["v3.26.0", "v3.27.1", { nodes: [arm] }, ["R14", "R18"]],
    ["v3.26.0", "v3.27.2", { nodes: [{ name: "node-01" }] }, ["R18?"]],
    ["v3.26.0", "v3.27.2", { nodes: undefined }, ["R18?"]],
    ["v3.26.0", "v3.27.3", { nodes: [arm] }, ["no R18"]],
    ["v3.19.0", "v3.20.5", { nodes: [arm] }, ["R19"]],
    ["v3.27.0", "v3.28.2", { vxlan: true, ipv6Only: true }, ["R20"]],
    ["v3.27.0", "v3.28.2", { vxlan: true, ipv6Only: "unknown" }, ["R20?"]],
    ["v3.27.0", "v3.28.3", { vxlan: true, ipv6Only: true }, ["no R20"]],
    ["v3.27.0", "v3.28.0", { ebpf: true }, ["R21"]],
    ["v3.27.0", "v3.28.1", { vxlan: true }, ["no R22"]],
    ["v3.27.0", "v3.28.1", { vxlan: true, nodes: [intel] }, ["R22"]],
    ["v3.28.3", "v3.29.1", { vxlan: true }, ["R16", "R23"]],
    ["v3.29.7", "v3.30.4", { ebpf: true, nodes: [newest] }, ["R24"]],
    ["v3.29.7", "v3.30.4", { ebpf: true, nodes: [intel] }, ["no R24"]],
    ["v3.29.7", "v3.30.5", { ebpf: true, nodes: [newest] }, ["no R24"]],
    ["v3.29.7", "v3.30.6", { datastore: "etcd" }, ["R25"]],
    ["v3.29.7", "v3.30.7", { datastore: "etcd" }, ["no R25"]],
    ["v3.30.7", "v3.31.4", { ebpf: true }, ["R26"]],
    ["v3.30.7", "v3.32.0", { nftables: true }, ["R27"]],
    ["v3.30.7", "v3.31.6", { nftables: true }, ["no R27"]],
    ["v3.31.6", "v3.32.0", { nodes: [{ name: "z-01", arch: "s390x", kernel: "5.14.0" }] }, ["R28"]],
    ["v3.19.0", "v3.22.0", { nodes: [intel] }, ["R29"]],
    ["v3.19.0", "v3.22.0", {}, ["no R29"]],
    ["v3.27.0", "v3.28.4", { kubernetes: 24 }, ["R15"]],
    ["v3.27.0", "v3.28.4", { kubernetes: 25 }, ["no R15"]],
    ["v3.27.0", "v3.28.4", { kubernetes: "unknown" }, ["R15?"]],
    ["v3.28.0", "v3.29.3", {}, ["R16"]],
    ["v3.28.0", "v3.29.4", {}, ["no R16"]],
    ["v3.30.6", "v3.31.0", { ebpf: true, vxlan: true }, ["R17"]],
    ["v3.30.6", "v3.31.0", { ebpf: true, vxlan: "unknown" }, ["R17?"]],
    ["v3.30.6", "v3.31.0", { ebpf: "unknown", vxlan: false }, ["no R17"]],
    ["v3.30.7", "v3.31.0", { ebpf: true, vxlan: true }, ["no R17"]],
    ["v3.29.0", "v3.30.0", { ebpf: true, vxlan: true }, ["no R17"]],
  ] as const)("%s → %s %j: %j", (from, to, seen, expected) => {
    const found = met(from, to, seen);
    for (const each of expected) {
      const [, absent] = /^no (.*)$/.exec(each) ?? [];
      if (absent === undefined) expect(found).toContain(each);
      else expect(found.map((id) => id.replace("?", ""))).not.toContain(absent);
    }
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
