/** Releases that are broken for some clusters: told where they bite, and nowhere else. */
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/model/kube.ts";
import { badReleases } from "../../../src/releases/faults/bad-releases.ts";
import { versionOf, within } from "../../../src/releases/version.ts";
import { aNode } from "../build/a-cluster.ts";
import { casesOf } from "./cases.ts";
import { aCalicoObject, findingOf, forbidden, ruleOf } from "./cluster.ts";

const on = (name: string, nodeInfo: Readonly<Record<string, string>>): KubeObject => {
  const made = aNode(name);
  return { ...made, status: { ...(made["status"] as object), nodeInfo } };
};
const arm = on("node-02", { architecture: "arm64", kernelVersion: "5.15.0" });
const pool = (name: string, cidr: string): KubeObject =>
  aCalicoObject("IPPool", name, { cidr, vxlanMode: "CrossSubnet" });

casesOf("calico-node would not start on arm64 any more", ruleOf("R18"), [
  {
    because: "one node of that architecture is enough, and it is named",
    release: "v3.26.4",
    nodes: [aNode("node-01"), arm],
    to: "v3.27.2",
    says: "fail",
    severity: "error",
    seen: ["Node node-02"],
    fix: "v3.27.3",
  },
  { because: "on amd64 it works", release: "v3.26.4", to: "v3.27.2", says: "n/a" },
  {
    because: "nodes that may not be listed are unknown, and block",
    release: "v3.26.4",
    readings: { nodes: forbidden },
    to: "v3.27.2",
    says: "unknown",
    severity: "error",
  },
  {
    because: "where it runs already, it is told",
    release: "v3.27.2",
    nodes: [arm],
    says: "fail",
    severity: "info",
  },
  { because: "where it runs and does no harm, nobody is told", release: "v3.27.2", says: "n/a" },
]);

casesOf("routes between IPv6 nodes would be missing", ruleOf("R20"), [
  {
    because: "with pools of IPv6 alone",
    release: "v3.27.5",
    objects: [pool("six", "fd00:10::/48")],
    to: "v3.28.2",
    says: "fail",
    severity: "warning",
  },
  {
    because: "with IPv4 as well nothing is missing",
    release: "v3.27.5",
    objects: [pool("six", "fd00:10::/48"), pool("four", "10.0.0.0/16")],
    to: "v3.28.2",
    says: "n/a",
  },
]);

casesOf("Felix would crash in nftables mode", ruleOf("R27"), [
  {
    because: "FelixConfiguration turns it on",
    release: "v3.30.7",
    objects: [aCalicoObject("FelixConfiguration", "default", { nftablesMode: "Enabled" })],
    to: "v3.31.5",
    says: "fail",
  },
  {
    because: "so does calico-node's environment",
    release: "v3.30.7",
    env: [{ name: "FELIX_NFTABLESMODE", value: "Enabled" }],
    to: "v3.31.5",
    says: "fail",
  },
  {
    because: "Auto is decided on each node",
    release: "v3.30.7",
    objects: [aCalicoObject("FelixConfiguration", "default", { nftablesMode: "Auto" })],
    to: "v3.31.5",
    says: "unknown",
  },
  { because: "iptables is the default", release: "v3.30.7", to: "v3.31.5", says: "n/a" },
]);

describe("what to take instead", () => {
  test("R14 does not lead somebody with arm64 from one broken release to the next", () => {
    expect(findingOf(ruleOf("R14"), { release: "v3.26.4", nodes: [arm] }, "v3.27.1").fix).toContain(
      "v3.27.3",
    );
  });

  test.each(badReleases.map((row) => [row.id, row] as const))("%s: is none of the bad ones", (_id, row) => {
    const named = /v\d+\.\d+\.\d+/.exec(row.instead ?? "")?.[0];
    const broken = badReleases.filter(
      ({ id, severity, releases, targets }) =>
        // One that bites on the way from it leaves it itself in order.
        targets === undefined &&
        named !== undefined &&
        id !== row.id &&
        severity === "error" &&
        releases.some((each) => within(versionOf(named), each)),
    );
    expect(broken.map(({ id }) => id)).toEqual([]);
  });
});
