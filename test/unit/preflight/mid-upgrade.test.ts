import { describe, expect, test } from "vitest";
import { fileFacts } from "../../../src/manifest/file-facts.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { calicoNodeContainer } from "../../../src/model/template.ts";
import type { GuardedStep } from "../../../src/model/guarded-step.ts";
import type { ClusterRule } from "../../../src/preflight/cluster-rule.ts";
import { clusterRules, findingsOf, rulesOfStep } from "../../../src/preflight/cluster-rules.ts";
import { preflightFacts } from "../../../src/preflight/facts.ts";
import { blocks } from "../../../src/preflight/rule.ts";
import type { Subject } from "../../../src/preflight/subject.ts";
import { catalogue, withStatedRelease } from "../../../src/releases/catalogue.ts";
import { releaseOfTemplate } from "../../../src/releases/running.ts";
import { versionOf } from "../../../src/releases/version.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import { filePairs } from "../../e2e/support/manifest-pairs.ts";
import { now } from "../build/a-cluster.ts";
import { inFile } from "../manifest/live.ts";
import { midway, stages, type Midway, type Stage } from "./mid-upgrade.ts";

/** What each command asks. `apply` asks everything. */
const commands = ["apply", "node -f", "node", "node --restart", "controller", "configmap"] as const;
type Command = (typeof commands)[number];

interface Route extends Omit<Midway, "stage"> {
  readonly name: string;
  /** Said with --to, where the file does not tell it. */
  readonly to?: string;
}

/** What rules say against a command at one stage of the way, as `ID: because`. */
function stopping(way: Route, stage: Stage): Readonly<Record<Command, readonly string[]>> {
  const target = targetOf(way.next, way.to);
  const known = withStatedRelease(catalogue, target.image, target.to.value);
  const facts = preflightFacts(midway({ ...way, stage }), known);
  const against = (rules: readonly ClusterRule[], subject: Subject): readonly string[] =>
    findingsOf(rules, facts, subject, now)
      .filter((finding) => blocks(finding, new Set()))
      .map(({ id, because }) => `${id}: ${because}`);
  const step = (name: GuardedStep, subject: Subject): readonly string[] =>
    against(rulesOfStep(name, subject), subject);
  const { to, manifest } = target;
  return {
    apply: against(clusterRules, { to, manifest, rights: [] }),
    "node -f": step("node", { to, manifest }),
    // Without a file pods are brought to what the template asks for.
    node: step("node", stages.indexOf(stage) < stages.indexOf("template") ? {} : { to }),
    "node --restart": step("node", {}),
    controller: step("controller", { to }),
    configmap: step("configmap", {}),
  };
}

function targetOf(next: readonly KubeObject[], said: string | undefined) {
  const objects = inFile(next);
  const facts = fileFacts(objects, "kube-system");
  const [set] = facts.daemonSets.known ? facts.daemonSets.value : [];
  const workloads = facts.workloads.known ? facts.workloads.value : [];
  const release = set === undefined ? undefined : releaseOfTemplate(set.template, workloads, catalogue);
  const to = said ?? release?.candidates.at(-1);
  if (set === undefined || to === undefined) throw new Error("the file does not tell its release");
  return {
    to: { known: true, value: versionOf(to) } as const,
    manifest: { objects, facts },
    image: calicoNodeContainer(set.template)?.image,
  };
}

const idOf = (line: string): string => line.slice(0, line.indexOf(":"));

/** Lines of rules that stop a command at some stage, and did not stop it when the upgrade began. */
function newErrors({ edit, pod, ...healthy }: Route, until: Stage = "contract"): readonly string[] {
  const begin = stopping(healthy, "nothing");
  return stages.slice(0, stages.indexOf(until) + 1).flatMap((stage) => {
    const found = stopping(
      {
        ...healthy,
        ...(edit === undefined ? {} : { edit }),
        ...(pod === undefined ? {} : { pod }),
      },
      stage,
    );
    return commands.flatMap((command) => {
      const before = new Set([...begin[command], ...begin["node -f"]].map(idOf));
      return found[command]
        .filter((line) => !before.has(idOf(line)))
        .map((line) => `${command} after ${stage}: ${line}`);
    });
  });
}

const hosted = (version: string, datastore: "kdd" | "etcd", flavour: "hosted" | "canal" = "hosted") =>
  hostedCalico({ version, datastore, flavour }) as unknown as readonly KubeObject[];

const ways: readonly Route[] = (
  [
    ["v1.6.1", "v2.5.1", "etcd", "v1.7.16"],
    ["v2.3.0", "v2.5.1", "etcd", "v1.7.16"],
    ["v2.5.1", "v2.6.12", "etcd", "v1.8.15"],
    ["v2.6.12", "v3.5.8", "etcd", "v1.11.10"],
    ["v2.2.1", "v2.6.12", "kdd", "v1.7.16"],
    ["v2.6.12", "v3.5.8", "kdd", "v1.11.10"],
    ["v3.5.8", "v3.8.9", "kdd", "v1.14.10"],
    ["v3.8.9", "v3.17.6", "kdd", "v1.18.20"],
    ["v3.15.5", "v3.22.5", "kdd", "v1.22.17"],
    ["v3.22.5", "v3.26.5", "kdd", "v1.25.16"],
    ["v3.25.2", "v3.29.7", "kdd", "v1.29.14"],
    ["v3.29.7", "v3.30.7", "kdd", "v1.31.4"],
    ["v3.30.7", "v3.32.1", "kdd", "v1.33.4"],
  ] as const
).map(([from, to, datastore, kubernetes]) => ({
  name: `${datastore} ${from} → ${to}`,
  old: hosted(from, datastore),
  next: hosted(to, datastore),
  kubernetes,
}));

describe("an upgrade that was interrupted goes on", () => {
  test.each(ways.map((way) => [way.name, way] as const))(
    "%s: after no step does a rule stop what it let begin",
    (_name, way) => {
      expect(newErrors(way)).toEqual([]);
    },
  );
});

const isAll = process.env["TEST_ALL"] !== undefined;
// What is not released yet tells no release (v3.33).
const upstream = filePairs().filter(({ name }, at) => !name.endsWith("v3.33") && (isAll || at % 7 === 0));

describe.skipIf(upstream.length === 0)("the same with upstream's own manifests, where they are", () => {
  test.each(upstream.map((pair) => [pair.name, pair] as const))("%s", { timeout: 30_000 }, (_name, pair) => {
    const { name, old, next } = pair;
    expect(newErrors({ name, old, next, kubernetes: "v1.31.4" })).toEqual([]);
  });
});

const image = (object: KubeObject, change: (image: string) => string): KubeObject => {
  if (object.kind !== "DaemonSet") return object;
  return JSON.parse(
    JSON.stringify(object).replaceAll(
      /"image":"([^"]*calico\/node[:@][^"]*)"/g,
      (_all, name: string) => `"image":"${change(name)}"`,
    ),
  ) as KubeObject;
};

describe("what is there to mend a cluster is not stopped by what it mends", () => {
  const [v322, v325] = ways.filter(({ name }) => /v3.15.5|v3.25.2/.test(name));
  if (v322 === undefined || v325 === undefined) throw new Error("no ways");
  const noImage = { ready: false, waiting: { reason: "ImagePullBackOff", message: "not found" } };
  const crashing = { ready: false, restarts: 7, waiting: { reason: "CrashLoopBackOff" } };
  const newTag = /v3\.22/;

  test.each<readonly [string, Omit<Route, "name">]>([
    [
      "the new image cannot be pulled on a node, and the same command goes on",
      {
        ...v322,
        pod: (node, isNew) => (isNew && node === "node-02" ? noImage : {}),
      },
    ],
    [
      "the image could not be pulled, and the file names another registry",
      {
        ...v322,
        next: v322.next.map((object) =>
          image(object, (name) => name.replace(/^.*calico\/node/, "mirror.example/calico/node")),
        ),
        edit: (object) => image(object, (name) => name.replace("mirror.example", "registry.example")),
      },
    ],
    [
      "the DaemonSet names a tag that is not there, and the file names the right one",
      {
        ...v322,
        edit: (object) => image(object, (name) => name.replace(newTag, "v3.2z")),
        pod: (_node, isNew) => (isNew ? noImage : {}),
      },
    ],
    [
      "images are named by their digests, and --to says the release",
      {
        ...v322,
        next: v322.next.map((object) =>
          image(object, () => `docker.io/calico/node@sha256:${"0".repeat(64)}`),
        ),
        to: "v3.22.5",
      },
    ],
    ["every calico-node crashes", { ...v322, pod: () => crashing }],
    [
      "an account that calico-node needs was deleted, and the file brings it",
      {
        ...v325,
        old: v325.next,
        edit: (object) => (object.metadata.name === "calico-cni-plugin" ? undefined : object),
      },
    ],
  ])("%s", (_name, way) => {
    // As long as one node runs what it ran before.
    expect(newErrors({ ...way, name: "" }, "second node")).toEqual([]);
  });
});
