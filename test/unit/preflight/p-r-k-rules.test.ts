import { describe, expect, test } from "vitest";
import { clusterRules } from "../../../src/preflight/cluster-rules.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { badReleases } from "../../../src/releases/faults/bad-releases.ts";
import { limits } from "../../../src/releases/limits/kubernetes-limits.ts";
import { pathRules } from "../../../src/releases/paths/path-rules.ts";
import { aWorkload } from "../build/a-cluster.ts";
import { casesOf, type Case } from "./cases.ts";
import { aCalicoObject, forbidden, ruleOf, rulesOf } from "./cluster.ts";

describe("what releases know is asked of every cluster", () => {
  test("no path rule is left out", () => {
    expect(rulesOf("P").map(({ id }) => id)).toEqual(pathRules.map(({ id }) => id));
  });

  test("no row of the bad releases is left out", () => {
    expect(rulesOf("R").map(({ id }) => id)).toEqual(badReleases.map(({ id }) => id));
  });

  test("no limit is left out, and none is asked twice", () => {
    const asked = clusterRules.map(({ id }) => id);
    expect(limits.map(({ id }) => asked.filter((each) => each === id))).toEqual(limits.map(({ id }) => [id]));
  });
});

const unknownNodes = {
  because: "a release that nobody can tell is unknown",
  to: "v3.30.7",
  readings: { pods: forbidden },
  says: "unknown",
} as const;
const notHere = { because: "elsewhere it does not apply", to: "v3.30.7", says: "n/a" } as const;

const path: Readonly<Record<string, readonly Case[]>> = {
  P01: [
    {
      because: "a way that nobody documented is refused",
      release: "v1.5.0",
      datastore: "etcd",
      to: "v2.0.2",
      says: "fail",
      severity: "error",
    },
    notHere,
    unknownNodes,
  ],
  P04: [
    {
      because: "CRDs on a server without them are refused",
      release: "v2.4.1",
      kubernetes: "v1.6.13",
      to: "v2.5.1",
      says: "fail",
      severity: "error",
      fix: "1.7",
    },
    { because: "1.7 has them", release: "v2.4.1", kubernetes: "v1.7.16", to: "v2.5.1", says: "n/a" },
    {
      because: "a server that does not tell its version is unknown",
      release: "v2.4.1",
      kubernetes: "",
      to: "v2.5.1",
      says: "unknown",
    },
  ],
  P05: [
    {
      because: "data that v3.0 cannot convert is refused, and the stop named",
      release: "v2.6.4",
      to: "v3.0.12",
      says: "fail",
      severity: "error",
      fix: "kubectl calico-upgrade plan",
    },
    { because: "v2.6.5 can be converted", release: "v2.6.5", to: "v3.0.12", says: "n/a" },
    unknownNodes,
  ],
  P06: [
    {
      because: "from v2 straight to v3.6 is refused",
      release: "v2.6.12",
      to: "v3.6.5",
      says: "fail",
      severity: "error",
    },
    { because: "from v3.5 it is documented", release: "v3.5.8", to: "v3.6.5", says: "n/a" },
    unknownNodes,
  ],
  P07: [
    {
      because: "data that v3.23 cannot read is refused",
      release: "v2.6.12",
      to: "v3.23.5",
      says: "fail",
      severity: "error",
    },
    { because: "v3.22 could", release: "v2.6.12", to: "v3.22.5", says: "n/a" },
    unknownNodes,
  ],
  P08: [
    {
      because: "a way that begins before v3.15 is refused",
      release: "v3.14.1",
      to: "v3.28.5",
      says: "fail",
      severity: "error",
    },
    { because: "from v3.15 on it is documented", release: "v3.15.5", to: "v3.28.5", says: "n/a" },
    unknownNodes,
  ],
  P10: [
    {
      because: "that the etcd server may be migrated first is told",
      release: "v2.6.12",
      datastore: "etcd",
      to: "v3.0.12",
      says: "pass",
      severity: "info",
    },
    notHere,
    unknownNodes,
  ],
  P11: [
    { because: "a downgrade is refused", release: "v3.29.1", to: "v3.28.5", says: "fail", severity: "error" },
    { because: "the same release is none", release: "v3.29.1", to: "v3.29.1", says: "n/a" },
    unknownNodes,
  ],
  P13: [
    {
      because: "minors that are passed over are told",
      release: "v3.15.5",
      to: "v3.29.1",
      says: "fail",
      severity: "warning",
    },
    { because: "the next minor passes over none", release: "v3.29.1", to: "v3.30.7", says: "n/a" },
    unknownNodes,
  ],
};
for (const [id, cases] of Object.entries(path)) casesOf("the way to the target", ruleOf(id), cases);

const installation: KubeObject = {
  apiVersion: "operator.tigera.io/v1",
  kind: "Installation",
  metadata: { name: "default" },
};

casesOf("moving to the operator and upgrading at once would be refused by it", ruleOf("P12"), [
  {
    because: "an operator's manifest of another release is refused",
    release: "v3.29.1",
    to: "v3.30.7",
    file: [installation],
    says: "fail",
    severity: "error",
  },
  {
    because: "so is one for etcd",
    release: "v3.29.1",
    datastore: "etcd",
    to: "v3.29.1",
    file: [installation],
    says: "fail",
    words: "etcd",
  },
  {
    because: "its own release is taken over",
    release: "v3.29.1",
    to: "v3.29.1",
    file: [installation],
    says: "n/a",
  },
  {
    because: "a hosted manifest is none",
    release: "v3.29.1",
    to: "v3.30.7",
    file: [aWorkload()],
    says: "n/a",
  },
]);

const bpf = aCalicoObject("FelixConfiguration", "default", { bpfEnabled: true });
const vxlan = aCalicoObject("IPPool", "pods", { vxlanMode: "Always" });
const typha = aWorkload({ name: "calico-typha", image: "calico/typha:v3.22.5" });
const canal = { daemonSet: { name: "canal" } } as const;

/** The condition, and where it is not met. */
const faults: Readonly<Record<string, readonly Case[]>> = {
  R01: [
    {
      because: "it is refused as a target",
      release: "v2.5.1",
      to: "v2.6.0",
      says: "fail",
      severity: "error",
      fix: "v2.6.6",
    },
  ],
  R02: [
    {
      because: "with etcd, from v2.3, it is refused",
      release: "v2.3.0",
      datastore: "etcd",
      to: "v2.6.3",
      says: "fail",
      severity: "error",
      fix: "v2.6.6",
    },
    {
      because: "from v2.4 there is nothing left over",
      release: "v2.4.1",
      datastore: "etcd",
      to: "v2.6.3",
      says: "n/a",
    },
    { because: "the Kubernetes datastore has no such policy", release: "v2.2.1", to: "v2.6.3", says: "n/a" },
  ],
  R03: [
    {
      because: "it is refused as a target",
      release: "v2.5.1",
      to: "v2.6.4",
      says: "fail",
      severity: "error",
    },
  ],
  R04: [
    { because: "it is told as a target", release: "v2.1.5", to: "v2.2.0", says: "fail", severity: "info" },
  ],
  R05: [
    {
      because: "it is warned of as a target",
      release: "v2.0.2",
      to: "v2.1.1",
      says: "fail",
      severity: "warning",
    },
  ],
  R06: [
    {
      because: "from v2.6.4 with etcd it is refused",
      release: "v2.6.4",
      datastore: "etcd",
      to: "v3.0.0",
      says: "fail",
      severity: "error",
    },
    { because: "from v2.6.5 it works", release: "v2.6.5", datastore: "etcd", to: "v3.0.0", says: "n/a" },
  ],
  R07: [
    {
      because: "it is warned of as a target",
      release: "v3.6.5",
      to: "v3.7.1",
      says: "fail",
      severity: "warning",
    },
  ],
  R08: [
    {
      because: "it is warned of as a target",
      release: "v3.14.1",
      to: "v3.15.0",
      says: "fail",
      severity: "warning",
    },
  ],
  R09: [
    {
      because: "it is warned of as a target",
      release: "v3.15.5",
      to: "v3.16.0",
      says: "fail",
      severity: "warning",
    },
  ],
  R10: [
    { because: "it is told as a target", release: "v3.15.5", to: "v3.16.8", says: "fail", severity: "info" },
  ],
  R11: [
    {
      because: "with canal it is warned of",
      release: "v3.21.6",
      ...canal,
      to: "v3.22.1",
      says: "fail",
      severity: "warning",
    },
    { because: "Calico's own network has no flannel", release: "v3.21.6", to: "v3.22.1", says: "n/a" },
  ],
  R12: [
    {
      because: "with eBPF it is warned of",
      release: "v3.21.6",
      objects: [bpf],
      to: "v3.22.5",
      says: "fail",
      severity: "warning",
    },
    { because: "without eBPF it does not matter", release: "v3.21.6", to: "v3.22.5", says: "n/a" },
    {
      because: "FelixConfigurations that may not be read are unknown",
      release: "v3.21.6",
      readings: { felixConfigurations: forbidden },
      to: "v3.22.5",
      says: "unknown",
      words: "whether eBPF is in use is not known",
    },
  ],
  R13: [
    {
      because: "with Typha it is warned of",
      release: "v3.22.5",
      objects: [typha],
      to: "v3.23.2",
      says: "fail",
      severity: "warning",
    },
    { because: "without Typha it does not matter", release: "v3.22.5", to: "v3.23.2", says: "n/a" },
  ],
  R14: [
    { because: "it is told as a target", release: "v3.26.5", to: "v3.27.1", says: "fail", severity: "info" },
  ],
  R15: [
    {
      because: "on Kubernetes 1.24 it is refused",
      release: "v3.27.5",
      kubernetes: "v1.24.17",
      to: "v3.28.4",
      says: "fail",
      severity: "error",
    },
    { because: "on 1.28 it works", release: "v3.27.5", kubernetes: "v1.28.9", to: "v3.28.4", says: "n/a" },
    {
      because: "a server that does not tell its version is unknown",
      release: "v3.27.5",
      kubernetes: "",
      to: "v3.28.4",
      says: "unknown",
    },
  ],
  R16: [
    {
      because: "it is warned of as a target",
      release: "v3.28.5",
      to: "v3.29.2",
      says: "fail",
      severity: "warning",
    },
  ],
  R17: [
    {
      because: "with eBPF and VXLAN it is refused",
      release: "v3.30.3",
      objects: [bpf, vxlan],
      to: "v3.31.7",
      says: "fail",
      severity: "error",
      fix: "v3.30.7 first",
    },
    {
      because: "from v3.30.7 it works",
      release: "v3.30.7",
      objects: [bpf, vxlan],
      to: "v3.31.7",
      says: "n/a",
    },
    {
      because: "without VXLAN it does not matter",
      release: "v3.30.3",
      objects: [bpf],
      to: "v3.31.7",
      says: "n/a",
    },
    {
      because: "pools that may not be read are unknown, and block",
      release: "v3.30.3",
      objects: [bpf],
      readings: { ipPools: forbidden },
      to: "v3.31.7",
      says: "unknown",
      severity: "error",
    },
  ],
};
for (const [id, cases] of Object.entries(faults))
  casesOf("a release with a known fault", ruleOf(id), [
    ...cases,
    { because: "another target has not got it", release: "v3.31.7", to: "v3.32.1", says: "n/a" },
  ]);

casesOf("somebody would stay on a release with a known fault", ruleOf("R16"), [
  {
    because: "that it runs is told, and stops nobody",
    release: "v3.29.1",
    says: "fail",
    severity: "info",
    words: /^v3\.29\.1 runs/,
  },
  {
    because: "the way away from it is not refused",
    release: "v3.29.1",
    to: "v3.30.7",
    says: "fail",
    severity: "info",
  },
]);

casesOf("nobody tried this Kubernetes with the target", ruleOf("K01"), [
  {
    because: "a version that the documentation does not name is told",
    kubernetes: "v1.36.4",
    to: "v3.30.7",
    says: "fail",
    severity: "warning",
    words: "1.31 – 1.35",
  },
  { because: "one that it names passes", kubernetes: "v1.33.1", to: "v3.30.7", says: "pass" },
  {
    because: "without a target the release that runs is looked at",
    kubernetes: "v1.31.4",
    says: "pass",
    words: "v3.29.1",
  },
  {
    because: "a server that does not tell its version is unknown",
    kubernetes: "",
    to: "v3.30.7",
    says: "unknown",
  },
]);

const limited: Readonly<Record<string, readonly [release: string, to: string, bad: string, good: string]>> = {
  B26: ["v3.27.5", "v3.28.4", "v1.24.17", "v1.25.3"],
  K02: ["v3.5.8", "v3.7.5", "v1.16.0", "v1.15.12"],
  K03: ["v3.13.4", "v3.14.1", "v1.22.0", "v1.18.20"],
  K04: ["v3.5.8", "v3.6.5", "v1.22.0", "v1.13.0"],
  K05: ["v3.16.10", "v3.22.5", "v1.25.0", "v1.23.0"],
  K06: ["v3.14.1", "v3.15.5", "v1.15.12", "v1.16.0"],
  K07: ["v3.22.5", "v3.23.5", "v1.20.0", "v1.21.0"],
  K08: ["v3.18.6", "v3.19.4", "v1.15.12", "v1.19.0"],
};
for (const [id, [release, to, bad, good]] of Object.entries(limited))
  casesOf("the server would refuse the target's manifest", ruleOf(id), [
    {
      because: `Kubernetes ${bad} is refused`,
      release,
      to,
      kubernetes: bad,
      says: "fail",
      severity: "error",
      seen: ["API server"],
    },
    { because: `Kubernetes ${good} takes it`, release, to, kubernetes: good, says: "pass" },
    {
      because: "a server that does not tell its version is unknown",
      release,
      to,
      kubernetes: "",
      says: "unknown",
    },
    {
      because: "other targets have no such limit",
      release: "v3.31.7",
      to: id === "K06" || id === "K07" ? "v3.14.1" : "v3.32.1",
      says: "n/a",
    },
  ]);

describe("commands that change a cluster ask the rules of their step", () => {
  test("every error about the way to a release stands before a step, or the step itself does what it asks", () => {
    const unasked = clusterRules
      .filter(({ id, severity, steps }) => severity === "error" && steps.length === 0 && /^[PRBND]/.test(id))
      .map(({ id }) => id);
    // The controller step scales the ReplicaSet down; Helm's namespace is Helm's matter.
    expect(unasked).toEqual(["B01", "B19"]);
  });
});
