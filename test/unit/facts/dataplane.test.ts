import { describe, expect, test } from "vitest";
import { known } from "../../../src/model/reading.ts";
import { calicoFacts } from "../../../src/facts/calico.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { aCalicoObject, clusterFacts, forbidden, type PreflightSpec } from "../preflight/cluster.ts";

const pool = aCalicoObject("IPPool", "pods", { vxlanMode: "CrossSubnet" });
const felix = (name: string, vxlanEnabled: boolean) =>
  aCalicoObject("FelixConfiguration", name, { vxlanEnabled });

function vxlan({ readings, ...spec }: PreflightSpec) {
  const told = { ipPools: known([]), felixConfigurations: known([]) };
  const facts = clusterFacts(spec);
  const objects = spec.objects === undefined ? told : {};
  return calicoFacts({ ...facts, ...objects, ...readings }, catalogue).vxlan;
}

const env = (value: string) => [{ name: "FELIX_VXLANENABLED", value }];

describe("whether VXLAN is in use, on which a lost packet depends (R17, B25)", () => {
  test.each<readonly [string, PreflightSpec, boolean]>([
    ["a pool", { objects: [pool, felix("other", false)] }, true],
    ["the backend", { config: { calico_backend: "vxlan" } }, true],
    ["Felix's environment", { env: env("true") }, true],
    ["Felix's environment, in another of its spellings", { env: env("1") }, true],
    ["FelixConfiguration, for all nodes", { objects: [felix("default", true), pool] }, true],
    [
      "FelixConfiguration of one node",
      { objects: [felix("default", false), felix("node.a", true), pool] },
      true,
    ],
    ["nothing", {}, false],
    ["FelixConfiguration, off in spite of a pool", { objects: [felix("default", false), pool] }, false],
    [
      "Felix's environment, off in spite of everything",
      { env: env("No"), objects: [felix("default", true), pool] },
      false,
    ],
    ["an empty variable, which says nothing", { env: env(""), objects: [pool, felix("other", false)] }, true],
  ])("%s tells", (_what, spec, value) => {
    expect(vxlan(spec)).toEqual(known(value));
  });

  test("is not known where what turns it on could not be read, or cannot be understood", () => {
    expect(vxlan({ readings: { felixConfigurations: forbidden } }).known).toBe(false);
    expect(vxlan({ readings: { ipPools: forbidden } }).known).toBe(false);
    expect(vxlan({ env: env("perhaps") }).known).toBe(false);
    expect(vxlan({ env: env("true"), readings: { ipPools: forbidden } })).toEqual(known(true));
    expect(vxlan({ datastore: "etcd" }).known).toBe(false);
  });
});
