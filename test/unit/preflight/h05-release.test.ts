import { describe, expect, test } from "vitest";
import { fileFacts } from "../../../src/manifest/file-facts.ts";
import type { ClusterFacts } from "../../../src/model/cluster-facts.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { known } from "../../../src/model/reading.ts";
import { rulesOfStep } from "../../../src/preflight/cluster-rules.ts";
import { preflightFacts } from "../../../src/preflight/facts.ts";
import type { Finding } from "../../../src/preflight/finding.ts";
import { blocks } from "../../../src/preflight/rule.ts";
import { surroundings } from "../../../src/preflight/rules/manifest/h05-surroundings.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { versionOf } from "../../../src/releases/version.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import { now, type PodSpec } from "../build/a-cluster.ts";
import { inFile } from "../manifest/live.ts";
import { forbidden } from "./cluster.ts";
import { midway, type Stage } from "./mid-upgrade.ts";
import { takenForGood } from "./refusals.ts";

const calico = (version: string): readonly KubeObject[] => hostedCalico({ version }) as readonly KubeObject[];
const old = calico("v3.29.7");
const next = calico("v3.30.7");

/** What `sed s/v3.29.7/v3.30.7/` makes of the manifest that runs. */
const tagsOnly = JSON.parse(JSON.stringify(old).replaceAll("v3.29.7", "v3.30.7")) as readonly KubeObject[];
const only = (objects: readonly KubeObject[], ...kinds: readonly string[]): readonly KubeObject[] =>
  objects.filter(({ kind }) => kinds.includes(kind));

interface Situation {
  readonly live?: readonly KubeObject[];
  readonly target?: readonly KubeObject[];
  readonly stage?: Stage;
  readonly file?: readonly KubeObject[] | "none";
  /** "none": no target is named. */
  readonly to?: string;
  readonly readings?: Partial<ClusterFacts>;
  readonly edit?: (object: KubeObject) => KubeObject | undefined;
  readonly pod?: (node: string, isNew: boolean) => PodSpec;
}

function judged({
  live = old,
  target = next,
  stage = "nothing",
  file = "none",
  to = "v3.30.7",
  readings = {},
  ...more
}: Situation): Finding {
  const facts = {
    ...midway({ old: live, next: target, stage, kubernetes: "v1.31.4", ...more }),
    ...readings,
  };
  const manifest =
    file === "none"
      ? {}
      : { manifest: { objects: inFile(file), facts: fileFacts(inFile(file), "kube-system") } };
  const subject = { ...(to === "none" ? {} : { to: known(versionOf(to)) }), ...manifest };
  const finding = surroundings.evaluate(preflightFacts(facts, catalogue), subject, now);
  expect(takenForGood(surroundings, facts, subject, finding)).toEqual([]);
  return finding;
}

const isRefused = (finding: Finding): boolean => blocks(finding, new Set());

describe("H05: a tags-only upgrade of v3.29 to v3.30 is never ready: its Felix gets 403", () => {
  const staged =
    /^v3\.30\.7 needs what neither the file nor the cluster has: ClusterRole calico-node does not allow ServiceAccount kube-system\/calico-node to get, list, watch stagedglobalnetworkpolicies\.crd\.projectcalico\.org/;

  test.each([
    ["the old manifest with new tags", tagsOnly],
    ["the DaemonSet alone", only(tagsOnly, "DaemonSet")],
    ["the DaemonSet of v3.30 alone", only(next, "DaemonSet")],
    ["all of v3.30 but its roles", next.filter(({ kind }) => kind !== "ClusterRole")],
  ])("%s", (_name, file) => {
    const finding = judged({ file });
    expect(finding).toMatchObject({ outcome: "fail", severity: "error" });
    expect(finding.because).toMatch(staged);
    expect(isRefused(finding)).toBe(true);
  });

  test("what Kubernetes binds to every ServiceAccount is read, and hides no missing right", () => {
    const name = "system:service-account-issuer-discovery";
    const everybody: readonly KubeObject[] = [
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name },
        rules: [{ nonResourceURLs: ["/openid/v1/jwks"], verbs: ["get"] }],
      },
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name },
        roleRef: { kind: "ClusterRole", name },
        subjects: [{ kind: "Group", name: "system:serviceaccounts" }],
      },
    ];
    expect(judged({ live: [...old, ...everybody], file: tagsOnly }).because).toMatch(staged);
    const bound = everybody.concat(next).filter(({ metadata }) => metadata.name !== "calico-node");
    const calico = old.filter(
      ({ metadata, kind }) => kind === "DaemonSet" && metadata.name === "calico-node",
    );
    expect(judged({ live: [...bound, ...calico], to: "none" }).because).not.toContain(`${name} does not`);
  });

  test("CRDs that neither has are named as well", () => {
    const { because } = judged({ file: next.filter(({ kind }) => kind !== "CustomResourceDefinition") });
    expect(because).toMatch(
      /CustomResourceDefinitions stagedglobalnetworkpolicies\.crd\.projectcalico\.org, .* are not there/,
    );
    expect(because).not.toContain("ClusterRole");
  });

  test("the controller's rights count too", () => {
    const without = next.filter(
      ({ kind, metadata: { name } }) => kind !== "ClusterRole" || name === "calico-node",
    );
    const { because, severity } = judged({ file: without });
    expect([severity, because]).toEqual([
      "error",
      expect.stringMatching(/ClusterRole calico-kube-controllers does not allow .* services\/status/),
    ]);
  });

  test("kubectl set image, then node: the images are there, and nothing else will come", () => {
    const finding = judged({ target: tagsOnly, stage: "template" });
    expect(finding).toMatchObject({ outcome: "fail", severity: "error" });
    expect(rulesOfStep("node", { to: known(versionOf("v3.30.7")) })).toContain(surroundings);
  });

  test("the first node has been restarted already and is not Ready: the others are not sent after it", () => {
    const pod = (_node: string, isNew: boolean) => ({ ready: !isNew });
    const finding = judged({ target: tagsOnly, stage: "first node", pod });
    expect(finding).toMatchObject({ outcome: "fail", severity: "error" });
  });
});

describe("H05: whoever brings what the release needs is not stopped", () => {
  test("the release's own manifest: what comes first is told and blocks nothing", () => {
    const finding = judged({ file: next });
    expect(finding).toMatchObject({ outcome: "fail", severity: "info" });
    expect(finding.because).toContain("stagednetworkpolicies.crd.projectcalico.org");
    expect(isRefused(finding)).toBe(false);
    const objects = finding.evidence.map(({ object }) => object);
    expect(objects).toEqual([...new Set(objects)]);
  });

  test("after it was applied nothing is missing, with the file and without", () => {
    expect(judged({ stage: "expand", file: next })).toMatchObject({ outcome: "pass" });
    expect(judged({ stage: "template" })).toMatchObject({ outcome: "pass" });
    expect(judged({ stage: "contract" })).toMatchObject({ outcome: "pass" });
  });

  test("--to names no file: what it has to bring is a warning", () => {
    const finding = judged({});
    expect(finding).toMatchObject({ outcome: "fail", severity: "warning" });
    expect(finding.because).toContain("its manifest brings that, new images alone do not");
  });

  test("the tags of a patch release are an upgrade: nothing new is needed", () => {
    const file = JSON.parse(JSON.stringify(old).replaceAll("v3.29.7", "v3.29.3")) as KubeObject[];
    expect(judged({ file, to: "v3.29.3" })).toMatchObject({ outcome: "pass" });
  });

  test("what the running release does without, in roles of one's own, the next one is not asked for", () => {
    const edit = (object: KubeObject): KubeObject | undefined => {
      if (object.kind !== "ClusterRole" || object.metadata.name !== "calico-node") return object;
      const rules = (object["rules"] as readonly { readonly resources: readonly string[] }[]).filter(
        ({ resources }) => !resources.includes("configmaps"),
      );
      return { ...object, rules };
    };
    const finding = judged({ edit, stage: "expand", file: only(next, "DaemonSet") });
    expect([finding.outcome, finding.because]).toEqual(["pass", expect.any(String)]);
  });

  test("rights by another role than Calico's count: one that allows everything", () => {
    const admin: readonly KubeObject[] = [
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: "cluster-admin" },
        rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
      },
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "all-accounts" },
        roleRef: { kind: "ClusterRole", name: "cluster-admin" },
        subjects: [{ kind: "Group", name: "system:serviceaccounts" }],
      },
    ];
    const { because } = judged({ live: [...old, ...admin], file: tagsOnly });
    expect(because).not.toContain("ClusterRole");
  });
});

describe("H05: what may not be read is unknown, and said", () => {
  test.each(["clusterRoles", "clusterRoleBindings", "roleBindings", "served"] as const)(
    "%s: tags alone are not called ready, and nobody is stopped by what is not known",
    (name) => {
      const file = [...only(tagsOnly, "DaemonSet"), ...only(next, "CustomResourceDefinition")];
      const finding = judged({ file, readings: { [name]: forbidden } });
      expect(finding).toMatchObject({ outcome: "unknown", severity: "warning" });
      expect(finding.because).toContain(`${name} forbidden: User "jane" cannot list it`);
      expect(isRefused(finding)).toBe(false);
    },
  );

  test("a role that is bound and was not read may allow it", () => {
    const other = old.map((object): KubeObject => {
      if (object.kind !== "ClusterRoleBinding" || object.metadata.name !== "calico-node") return object;
      return { ...object, roleRef: { kind: "ClusterRole", name: "network-agent" } };
    });
    const file = [...only(tagsOnly, "DaemonSet"), ...only(next, "CustomResourceDefinition")];
    expect(judged({ live: other, file })).toMatchObject({
      outcome: "unknown",
      because: expect.stringContaining("ClusterRole network-agent was not read") as string,
    });
  });

  test("a file that brings everything needs nothing of the cluster: only told", () => {
    const finding = judged({ file: next, readings: { clusterRoles: forbidden } });
    expect(finding.severity).toBe("info");
    expect(isRefused(finding)).toBe(false);
  });

  test("a release newer than any on record is unknown", () => {
    expect(judged({ to: "v3.33.0" })).toMatchObject({
      outcome: "unknown",
      because: "what v3.33.0 needs is not on record",
    });
  });
});

test("H05: a file whose template names a ConfigMap key that nobody has is refused: its pods would never start", () => {
  const file = only(next, "DaemonSet");
  const live = [
    ...next.filter(({ kind }) => kind !== "ConfigMap"),
    ...only(next, "ConfigMap").map(withoutMtu),
  ];
  const finding = judged({ live, target: next, file });
  expect(finding).toMatchObject({ outcome: "fail" });
  expect(finding.because).toContain("ConfigMap calico-config has no key veth_mtu");
});

function withoutMtu(object: KubeObject): KubeObject {
  const { veth_mtu: _mtu, ...data } = object["data"] as Record<string, string>;
  return { ...object, data };
}

describe("H05: what runs is not taken for complete because its release is the one that is wanted", () => {
  const without = (name: RegExp) => (object: KubeObject) =>
    name.test(`${object.kind} ${object.metadata.name}`) ? undefined : object;
  const cases: readonly (readonly [string, RegExp, string])[] = [
    ["CRDs", /^CustomResourceDefinition staged/, "stagednetworkpolicies.crd.projectcalico.org"],
    ["a role", /^ClusterRole calico-node$/, "ClusterRole calico-node"],
    ["the controller's account", /^ServiceAccount calico-kube-controllers$/, "ServiceAccount"],
    ["the ConfigMap", /^ConfigMap calico-config$/, "ConfigMap calico-config"],
  ];

  test.each(cases)("without a target: %s", (_name, what, text) => {
    const finding = judged({ stage: "contract", to: "none", edit: without(what) });
    expect(finding).toMatchObject({ outcome: "fail", severity: "warning" });
    expect(finding.because).toContain(text);
    expect(finding.fix).toContain("apply the whole manifest of v3.30.7");
  });

  test.each(cases)("with the file of the same release: %s", (_name, what, text) => {
    const finding = judged({ stage: "contract", file: next, edit: without(what) });
    expect(finding).toMatchObject({ outcome: "fail", severity: "warning" });
    expect(finding.because).toContain(text);
    expect(isRefused(finding)).toBe(false);
  });

  test("a key of the ConfigMap", () => {
    const edit = (object: KubeObject) => (object.kind === "ConfigMap" ? withoutMtu(object) : object);
    expect(judged({ stage: "contract", to: "none", edit }).because).toContain(
      "ConfigMap calico-config has no key veth_mtu",
    );
  });

  test("pods that are not Ready make it an error, unless a file brings it", () => {
    const situation: Situation = {
      stage: "contract",
      edit: without(/^ClusterRole calico-node$/),
      pod: () => ({ ready: false }),
    };
    expect(judged({ ...situation, to: "none" }).severity).toBe("error");
    expect(isRefused(judged({ ...situation, file: next }))).toBe(false);
  });

  test("a complete release passes, and what may not be read is unknown", () => {
    expect(judged({ to: "none" })).toMatchObject({ outcome: "pass" });
    expect(judged({ stage: "contract", file: next })).toMatchObject({ outcome: "pass" });
    const finding = judged({ to: "none", readings: { clusterRoles: forbidden } });
    expect(finding).toMatchObject({ outcome: "unknown", severity: "warning" });
  });
});
