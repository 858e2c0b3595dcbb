import { describe, expect, test } from "vitest";
import { rightsTaken } from "../../../src/preflight/rules/manifest/h01-rights-taken.ts";
import { leftBehind } from "../../../src/preflight/rules/manifest/h02-left-behind.ts";
import { surroundings } from "../../../src/preflight/rules/manifest/h05-surroundings.ts";
import { typhaFirst } from "../../../src/preflight/rules/components/h06-typha-first.ts";
import { dryRun } from "../../../src/preflight/rules/kubernetes/h07-dry-run.ts";
import { deleteVersion } from "../../../src/preflight/rules/policy/h08-delete-version.ts";
import { cordons } from "../../../src/preflight/rules/rollout/h09-load-balancers.ts";
import { unplaced } from "../../../src/preflight/rules/health/h10-unplaced.ts";
import { leases } from "../../../src/preflight/rules/rollout/h13-leases.ts";
import { policiesComeBack } from "../../../src/preflight/rules/policy/h15-policies-come-back.ts";
import { singleNode } from "../../../src/preflight/rules/rollout/h19-last-node.ts";
import { several } from "../../../src/preflight/rules/rollout/h20-several.ts";
import { images } from "../../../src/preflight/rules/manifest/h21-images.ts";
import { controllerEnds } from "../../../src/preflight/rules/components/h24-controller-ends.ts";
import { configAge } from "../../../src/preflight/rules/rollout/h25-config-age.ts";
import { blocks } from "../../../src/preflight/rule.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { podFacts } from "../../../src/model/pod.ts";
import { known } from "../../../src/model/reading.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import { aConfigMap, aDaemonSet, ago, aNode, aPod, aWorkload } from "../build/a-cluster.ts";
import { compared, type Install } from "./a-file.ts";
import { findingOf, forbidden, type PreflightSpec, rulesOf } from "./cluster.ts";

const none: Install = {};
const object = (apiVersion: string, kind: string, name: string, more: object = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name },
  ...more,
});
const rbac = "rbac.authorization.k8s.io/v1";
const role = (...resources: readonly string[]): KubeObject =>
  object(rbac, "ClusterRole", "calico-node", {
    rules: [{ apiGroups: ["crd.projectcalico.org"], resources, verbs: ["get"] }],
  });
const crd = (name: string): KubeObject => object("apiextensions.k8s.io/v1", "CustomResourceDefinition", name);

/** Rights, accounts and CRDs, as upstream's manifest has them. */
const complete: PreflightSpec = {
  objects: [
    ...(hostedCalico({ version: "v3.29.1" }) as readonly KubeObject[]).filter(({ kind }) =>
      /^(CustomResourceDefinition|ServiceAccount)$/.test(kind),
    ),
    object(rbac, "ClusterRole", "cluster-admin", {
      rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
    }),
    object(rbac, "ClusterRoleBinding", "all-accounts", {
      roleRef: { kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ kind: "Group", name: "system:serviceaccounts" }],
    }),
  ],
  readings: {
    served: known({
      groupVersions: [rbac, "crd.projectcalico.org/v1", "policy.networking.k8s.io/v1alpha1"],
      kinds: [],
      groups: [],
    }),
  },
};

describe("every hazard that can be seen before", () => {
  test("blocks nothing in a healthy cluster of today", () => {
    for (const rule of rulesOf("H")) {
      const finding = findingOf(rule, complete);
      expect([rule.id, blocks(finding, new Set(), "warning"), finding.outcome]).toEqual([
        rule.id,
        false,
        expect.any(String),
      ]);
    }
  });
});

describe("H01: what the file takes away", () => {
  test("rights and keys that old pods may use are named", () => {
    const { because, severity } = compared(
      rightsTaken,
      { objects: [role("ippools", "felixconfigs")], config: { enable_bgp: "true" } },
      { objects: [role("ippools")] },
    );
    expect(severity).toBe("warning");
    expect(because).toContain("ClusterRole calico-node: get felixconfigs.crd.projectcalico.org");
    expect(because).toContain("ConfigMap calico-config: enable_bgp");
  });

  test("more rights take nothing away; unknown where roles cannot be read", () => {
    expect(compared(rightsTaken, { objects: [role("ippools")] }, { objects: [role("*")] }).outcome).toBe(
      "pass",
    );
    expect(compared(rightsTaken, none, none, { readings: { clusterRoles: forbidden } }).outcome).toBe(
      "unknown",
    );
  });
});

describe("H02: what the file no longer holds", () => {
  const kept = crd("ippools.crd.projectcalico.org");
  const gone = crd("adminnetworkpolicies.policy.networking.k8s.io");

  test("is told, and stays", () => {
    expect(compared(leftBehind, { objects: [kept, gone] }, { objects: [kept] })).toMatchObject({
      outcome: "fail",
      severity: "info",
      because: expect.stringContaining("adminnetworkpolicies.policy.networking.k8s.io") as string,
    });
    expect(compared(leftBehind, { objects: [kept] }, { objects: [kept, gone] }).outcome).toBe("pass");
    expect(compared(leftBehind, { objects: [kept] }, none).outcome).toBe("n/a");
  });
});

describe("H05: what comes before the template", () => {
  const bound: Install = {
    objects: [
      role("ippools", "tiers"),
      object(rbac, "ClusterRoleBinding", "calico-node", {
        roleRef: { kind: "ClusterRole", name: "calico-node" },
        subjects: [{ kind: "ServiceAccount", name: "default", namespace: "kube-system" }],
      }),
    ],
  };
  // A patch release: what the program knows of releases is tested apart (h05-release.test.ts).
  const same = {
    to: "v3.29.2",
    readings: { served: known({ groupVersions: [rbac], groups: [], kinds: [] }) },
  };

  test("a right that the cluster lacks is told, as something that comes first", () => {
    const live = { objects: [role("ippools"), ...(bound.objects?.slice(1) ?? [])] };
    expect(compared(surroundings, live, bound, same)).toMatchObject({
      outcome: "fail",
      severity: "info",
      because: expect.stringMatching(
        /ClusterRole calico-node does not allow .*get tiers\.crd\.projectcalico\.org/,
      ) as string,
    });
  });

  test("a new kind is told; a cluster that has all of it passes; one without RBAC has none to lack", () => {
    const kind = {
      ...crd("tiers.crd.projectcalico.org"),
      spec: {
        group: "crd.projectcalico.org",
        names: { kind: "Tier" },
        versions: [{ name: "v1", served: true }],
      },
    };
    expect(compared(surroundings, none, { objects: [kind] }, same).because).toContain(
      "CustomResourceDefinition tiers.crd.projectcalico.org is not there",
    );
    expect(compared(surroundings, bound, bound, same).outcome).toBe("pass");
    expect(compared(surroundings, none, bound, { to: "v3.29.2" }).outcome).toBe("pass");
  });

  test("unknown where accounts cannot be read", () => {
    const readings = { serviceAccounts: forbidden };
    expect(compared(surroundings, none, none, { to: "v3.29.2", readings }).outcome).toBe("unknown");
  });
});

describe("H06: Typha before the nodes", () => {
  const typha = (tag: string) => aWorkload({ name: "calico-typha", image: `docker.io/calico/typha:${tag}` });

  test.each([
    ["v3.32.1", "v3.31.7", "fail"],
    ["v3.32.1", "v3.32.1", "pass"],
    ["v3.31.7", "v3.31.7", "pass"],
    ["master", "v3.31.7", "unknown"],
  ])("Typha %s over nodes of %s: %s", (tag, release, outcome) => {
    expect(findingOf(typhaFirst, { release, objects: [typha(tag)] }).outcome).toBe(outcome);
  });

  test("without Typha it does not apply", () => {
    expect(findingOf(typhaFirst).outcome).toBe("n/a");
  });
});

describe("servers of other ages", () => {
  const services = [
    {
      ...object("v1", "Service", "shop", { spec: { type: "LoadBalancer" } }),
      metadata: { name: "shop", namespace: "default" },
    },
  ];

  test.each([
    ["H07", dryRun, "v1.12.10", "fail"],
    ["H07", dryRun, "v1.13.0", "pass"],
    ["H09", cordons, "v1.18.20", "fail"],
    ["H09", cordons, "v1.19.0", "n/a"],
    ["H10", unplaced, "v1.11.10", "fail"],
    ["H10", unplaced, "v1.12.0", "pass"],
  ] as const)("%s on %s %s: %s", (_id, rule, kubernetes, outcome) => {
    expect(findingOf(rule, { kubernetes, objects: services }).outcome).toBe(outcome);
  });

  test.each([dryRun, cordons, unplaced])(
    "$id: a server that does not tell its version is unknown",
    (rule) => {
      expect(findingOf(rule, { kubernetes: "" }).outcome).toBe("unknown");
    },
  );

  test("H09: without a load balancer there is nothing to lose", () => {
    expect(findingOf(cordons, { kubernetes: "v1.18.20" }).outcome).toBe("pass");
  });
});

describe("H13: leases", () => {
  const cordon = JSON.stringify({ run: "uid/3", holder: "jane", since: ago(600), wasUnschedulable: false });
  const leased = (unschedulable: boolean) =>
    aNode("node-01", { unschedulable, annotations: { "calico-upgrade/cordon": cordon } });
  const run = (renewed: string) => ({
    daemonSet: {
      annotations: { "calico-upgrade/run": JSON.stringify({ run: "uid/3", holder: "jane", renewed }) },
    },
  });

  test("one that was left is named with the commands that go on and give it up", () => {
    expect(findingOf(leases, { nodes: [leased(true)] })).toMatchObject({
      outcome: "fail",
      commands: ["kubectl calico-upgrade node node-01", "kubectl calico-upgrade node --release node-01"],
    });
    expect(findingOf(leases, { nodes: [leased(false)] }).evidence[0]?.value).toContain("void");
  });

  test("a run that works is told; one that is long gone is not", () => {
    expect(findingOf(leases, run(ago(5))).because).toBe(
      "a run works on DaemonSet kube-system/calico-node just now: jane",
    );
    expect(findingOf(leases, run(ago(600))).outcome).toBe("pass");
    expect(findingOf(leases, { readings: { nodes: forbidden } }).outcome).toBe("unknown");
  });
});

describe("H08: what somebody changes while policies are deleted is lost on old servers", () => {
  const shop: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
  const policy: KubeObject = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "web", namespace: "shop" },
    spec: { podSelector: {} },
  };
  const on = (kubernetes: string, objects = [shop, policy], to = "v2.6.12") =>
    findingOf(deleteVersion, { release: "v2.2.1", kubernetes, objects }, to).outcome;

  test("below 1.14 it is told, where there is something to delete", () => {
    expect([on("v1.13.12"), on("v1.14.0"), on("")]).toEqual(["fail", "pass", "unknown"]);
    expect(on("v1.13.12", [shop])).toBe("n/a");
    expect(on("v1.13.12", [shop, policy], "v2.2.1")).toBe("n/a");
  });
});

describe("H15: policies that come back", () => {
  const policy = (labels: Readonly<Record<string, string>>): KubeObject => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "web", namespace: "shop", labels },
    spec: { podSelector: {} },
  });
  const across = { release: "v2.2.1", kubernetes: "v1.7.16" };
  const flux = { "kustomize.toolkit.fluxcd.io/name": "shop" };

  test("one that Flux makes again is named; one of nobody's is not; past the boundary it does not apply", () => {
    expect(findingOf(policiesComeBack, { ...across, objects: [policy(flux)] }, "v2.6.12").because).toMatch(
      /shop\/web \(.*Flux/,
    );
    expect(findingOf(policiesComeBack, { ...across, objects: [policy({})] }, "v2.6.12").outcome).toBe("pass");
    expect(findingOf(policiesComeBack, { objects: [policy(flux)] }, "v3.30.7").outcome).toBe("n/a");
    expect(
      findingOf(policiesComeBack, { ...across, readings: { networkPolicies: forbidden } }, "v2.6.12").outcome,
    ).toBe("unknown");
  });
});

describe("H19 and H20: few nodes, several DaemonSets", () => {
  test("H19: a single schedulable node is a warning, none at all too", () => {
    const cordoned = aNode("node-02", { unschedulable: true });
    expect(findingOf(singleNode, { nodes: [aNode("node-01"), cordoned] }).because).toContain(
      "only node node-01 is schedulable",
    );
    expect(findingOf(singleNode, { nodes: [cordoned] }).because).toBe("no node is Ready and schedulable");
    expect(findingOf(singleNode).outcome).toBe("pass");
  });

  test("H20: several are named with the flag that chooses", () => {
    expect(findingOf(several, { objects: [aDaemonSet({ name: "calico-node-arm" })] })).toMatchObject({
      outcome: "fail",
      fix: "--daemonset=kube-system/calico-node names one; upgrade them one after the other",
    });
  });
});

describe("H21: images, three-valued", () => {
  const listed = (...names: readonly string[]) =>
    ({
      ...aNode("node-01"),
      status: { ...(aNode("node-01")["status"] as object), images: [{ names }] },
    }) as KubeObject;
  const all = ["docker.io/calico/node:v3.30.7", "docker.io/calico/cni:v3.30.7"];
  const file: Install = { template: { node: "calico/node:v3.30.7", cni: "calico/cni:v3.30.7" } };

  test("present under the registry's full name", () => {
    expect(compared(images, none, file, { nodes: [listed(...all)] }).outcome).toBe("pass");
  });

  test("a node that lists fewer than 50 images does not have the others: a warning, with what pulls them", () => {
    expect(compared(images, none, file, { nodes: [listed("docker.io/calico/node:v3.29.1")] })).toMatchObject({
      outcome: "fail",
      severity: "warning",
      because:
        "images of the file are not on 1 of 1 nodes yet (node-01); they are pulled before the first restart",
      fix: expect.stringContaining("--until-step prepull") as string,
    });
  });

  test("not listed by a node that lists no more, or says nothing, is unknown, and unknown never blocks", () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ names: [`docker.io/library/app:${index}`] }));
    const full = aNode("node-01");
    const fullNode = { ...full, status: { ...(full["status"] as object), images: many } } as KubeObject;
    const unread = findingOf(images, {
      readings: { pods: { known: false, why: "forbidden", message: "no" } },
    });
    for (const each of [
      compared(images, none, file, { nodes: [fullNode] }),
      compared(images, none, file),
      unread,
    ]) {
      expect(each).toMatchObject({ outcome: "unknown", severity: "info" });
      expect(blocks(each, new Set(), "warning")).toBe(false);
    }
  });

  test("the images that run say nothing of the target's: without its file they are unknown", () => {
    const running = ["docker.io/calico/node:v3.29.1", "docker.io/calico/cni:v3.29.1"];
    const nodes = [listed(...running)];
    expect(findingOf(images, { nodes }, "v3.30.7")).toMatchObject({
      outcome: "unknown",
      because: "which images the target needs is in its manifest: add -f FILE",
    });
    expect(findingOf(images, { nodes }).outcome).toBe("n/a");
  });

  test("a pull error that was seen stands against it", () => {
    const waiting = { reason: "ErrImagePull", message: "toomanyrequests" };
    const pod = podFacts(aPod(aDaemonSet(), "node-01", { ready: false, waiting }));
    expect(findingOf(images, { readings: { pods: known([pod]) } })).toMatchObject({
      outcome: "fail",
      because: "images cannot be pulled: docker.io/calico/node:v3.29.1 (ErrImagePull)",
    });
  });
});

describe("H24: an old controller that does not end", () => {
  const pod = (node: string) =>
    podFacts({
      ...aPod(aDaemonSet({ name: "calico-kube-controllers" }), node, { deletedAt: ago(60) }),
      metadata: {
        ...aPod(aDaemonSet(), node).metadata,
        name: "calico-kube-controllers-1",
        deletionTimestamp: ago(60),
        labels: { "k8s-app": "calico-kube-controllers" },
      },
    });
  const nodes = [aNode("node-01"), aNode("node-02", { ready: "Unknown" })];

  test("on a silent node stands against it, elsewhere it only needs time", () => {
    const on = (node: string): PreflightSpec => ({ nodes, readings: { pods: known([pod(node)]) } });
    expect(findingOf(controllerEnds, on("node-02"))).toMatchObject({
      outcome: "fail",
      because: expect.stringContaining("on node node-02, whose kubelet is silent") as string,
    });
    expect(findingOf(controllerEnds, on("node-01")).outcome).toBe("pass");
    expect(findingOf(controllerEnds, { readings: { pods: forbidden } }).outcome).toBe("unknown");
  });
});

describe("H25: configuration that is newer than the containers", () => {
  const map = (time: string): KubeObject => {
    const made = aConfigMap();
    const managedFields = [
      { manager: "kubectl", operation: "Update" as const, time, fieldsV1: { "f:data": {} } },
    ];
    return { ...made, metadata: { ...made.metadata, managedFields } };
  };
  const written = (time: string): PreflightSpec => {
    const facts = map(time);
    return {
      readings: {
        configMaps: known([
          {
            name: "calico-config",
            namespace: "kube-system",
            resourceVersion: "",
            annotations: {},
            data: facts["data"] as never,
            written: { at: Date.parse(time), surely: true },
          },
        ]),
      },
    };
  };

  test("the nodes are named with the command; unknown where the server does not keep it", () => {
    expect(findingOf(configAge, written(ago(10)))).toMatchObject({
      outcome: "fail",
      commands: ["kubectl calico-upgrade node node-01 node-02 node-03 --restart"],
    });
    expect(findingOf(configAge, written(ago(864_000))).outcome).toBe("pass");
    expect(findingOf(configAge).outcome).toBe("unknown");
  });
});
