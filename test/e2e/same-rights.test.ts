/**
 * The role that is printed for a command, the rights that it asks the server about, and what it does are the same: it
 * runs with exactly that role; with one right of it less it refuses before its first write, and names the right.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { RoleCommand } from "../../src/model/program.ts";
import { workloadsReady } from "../calico/install.ts";
import type { AuditedRequest } from "../cluster/audit.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { removeNamespaces } from "../cluster/reset.ts";
import type { PolicyRule } from "../cluster/users.ts";
import { drawFrom, sample } from "../faults/sample.ts";
import { writes } from "./support/calico-cluster.ts";
import { type HopFiles, writeHop } from "./support/hop-files.ts";
import { runPlugin } from "./support/plugin.ts";
import { createNamespaces, generated, installOldCalico, resetPolicies } from "./support/policy-cluster.ts";
import { namesRight } from "./support/rights.ts";
import { testCluster } from "./test-cluster.ts";
import {
  clusterOfOldKinds,
  putOneOfEach,
  removeKinds,
  removeOldObjects,
} from "./support/third-party-resources.ts";

/** One verb on one kind, as a rule of a role gives it. */
interface Given {
  readonly verb: string;
  readonly group: string;
  /** With its subresource. */
  readonly resource: string;
  /** undefined: everywhere. */
  readonly namespace: string | undefined;
  readonly names: readonly string[] | undefined;
}

/** One request, as the server authorizes it. */
interface Asked extends Omit<Given, "names"> {
  /** "": it names none. */
  readonly name: string;
}

interface Story {
  readonly kubeVersion: "1.36" | "1.15";
  /** Makes the work that the command is for. */
  readonly prepare: () => Promise<void>;
  readonly args: () => readonly string[];
  readonly elsewhere: Elsewhere;
}

/** Without it only which values a pod started with is told from times (H25), and no pod is tried (H30). */
const spared = new Set(["patch pods in kube-system", "create pods in kube-system"]);

const settled = ["--settle=0s", "--ignore-preflight-errors=all"];
const namespaces = generated(4);

let cluster: Cluster;
let old: Cluster;
let folder: string;
let files: HopFiles;
let bundle = "";
let mtu = 1400;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "same-rights-"));
  [cluster, old] = await Promise.all([
    testCluster({ kubeVersion: "1.36", audit: "Request" }),
    clusterOfOldKinds("Request"),
  ]);
  // v3.26 takes a right of calico-node away, and brings a ClusterRole.
  files = await writeHop(
    folder,
    { old: { version: "v3.25.2" }, next: { version: "v3.26.5" } },
    { typha: true },
  );
}, 240_000);
afterAll(async () => {
  await cluster?.resetCalico();
  await removeKinds(old, "projectcalico.org");
  await rm(folder, { recursive: true, force: true });
  await Promise.all([cluster?.stop(), old?.stop()]);
});

const placed = (...args: readonly string[]) => [...args, "-y", "--bundle-dir", join(folder, "bundles")];

async function kubectl(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await cluster.kubectl([...args]);
  if (code !== 0) throw new Error(stderr);
}

async function freshCalico(): Promise<void> {
  await cluster.resetCalico();
  await kubectl("apply", "--validate=false", "-f", files.old);
  await workloadsReady(cluster);
}

async function upgraded(): Promise<void> {
  await freshCalico();
  const { code, stderr } = await runPlugin(cluster, placed("apply", "-f", files.next, ...settled));
  if (code !== 0) throw new Error(stderr);
  bundle = /saved in ([^;\s]+)/.exec(stderr)?.[1] ?? "";
}

/** Rights to write that a role gives for what is not in this story, and why. */
type Elsewhere = readonly (readonly [what: RegExp, why: string])[];

const triedPod: Elsewhere = [[/^create pods in kube-system$/, "a pod is tried as a dry run (H30)"]];
const pods: Elsewhere = [
  [
    /^patch pods in kube-system$/,
    "which values a pod started with is noted where configmap has changed them (H25)",
  ],
];
const controllers: Elsewhere = [
  [/^(create|patch|delete) replicasets\.apps in kube-system$/, "before v2.0 the controller is a ReplicaSet"],
  [/^patch (replicasets|deployments)\/scale\.apps in kube-system$/, "two controllers never run at once"],
  [/^create subjectaccessreviews\.authorization\.k8s\.io$/, "whether a new ServiceAccount has what it needs"],
];
const data: Elsewhere = [[/^(create|patch|delete) \w+\.crd\.projectcalico\.org$/, "data of v2.4"]];
const kinds: Elsewhere = [
  [
    /^(create|patch|delete) (roles|rolebindings)\.rbac\.authorization\.k8s\.io in kube-system$/,
    "manifests of other releases have them",
  ],
  [/^(create|patch|delete) poddisruptionbudgets\.policy in kube-system$/, "with another Typha"],
  [/^create daemonsets\.apps in kube-system$/, "a second DaemonSet of the file"],
];

const stories: Readonly<Record<Exclude<RoleCommand, "status" | "preflight">, Story>> = {
  node: {
    kubeVersion: "1.36",
    prepare: freshCalico,
    args: () => ["node", "node-01", "--restart", ...settled],
    elsewhere: [...triedPod, ...pods],
  },
  controller: {
    kubeVersion: "1.36",
    prepare: freshCalico,
    args: () => placed("controller", "--restart", ...settled),
    elsewhere: [
      ...triedPod,
      ...pods,
      ...controllers,
      [/^(create|delete) deployments\.apps in kube-system$/, "with -f, also where its selector changes"],
    ],
  },
  configmap: {
    kubeVersion: "1.36",
    prepare: freshCalico,
    args() {
      mtu += 1;
      return placed("configmap", "--set", `veth_mtu=${String(mtu)}`, ...settled);
    },
    elsewhere: [
      ...triedPod,
      ...controllers,
      [/^(create|delete) deployments\.apps in kube-system$/, "it restarts what controller upgrades"],
      [/^patch deployments\.apps in kube-system$/, "it restarts what controller upgrades"],
    ],
  },
  apply: {
    kubeVersion: "1.36",
    prepare: freshCalico,
    args: () => placed("apply", "-f", files.next, ...settled),
    elsewhere: [
      ...pods,
      ...controllers,
      ...data,
      ...kinds,
      [/^delete /, "--recreate"],
      [/^create networkpolicies\.networking\.k8s\.io$/, "annotations of releases before v2.3"],
      [/^patch namespaces$/, "annotations of releases before v2.3"],
    ],
  },
  undo: {
    kubeVersion: "1.36",
    prepare: upgraded,
    args: () => placed("undo", bundle, ...settled),
    elsewhere: [
      ...pods,
      ...controllers,
      ...data,
      ...kinds,
      [/^(create|patch|delete) /, "what another run has changed"],
      [/^(escalate|bind) clusterroles\.rbac\.authorization\.k8s\.io$/, "a dry run tells (H27)"],
    ],
  },
  "migrate-policy": {
    kubeVersion: "1.36",
    async prepare() {
      await installOldCalico(cluster, "kubernetes");
      await removeNamespaces(cluster.api);
      await createNamespaces(cluster, namespaces);
      await resetPolicies(cluster, namespaces);
    },
    args: () => placed("migrate-policy"),
    elsewhere: [[/^patch namespaces$/, "--finish takes the annotations away"]],
  },
  "migrate-data": {
    kubeVersion: "1.15",
    async prepare() {
      await removeKinds(old, ".crd.projectcalico.org");
      await removeOldObjects(old);
      await putOneOfEach(old);
    },
    args: () => placed("migrate-data"),
    elsewhere: [
      [/^patch \w+\.crd\.projectcalico\.org$/, "a run that was cut off goes on"],
      [/^delete \w+\.(alpha\.)?projectcalico\.org in kube-system$/, "--finish"],
    ],
  },
};

describe.each(Object.entries(stories))("%s", (command, { kubeVersion, prepare, args, elsewhere }) => {
  const where = () => (kubeVersion === "1.15" ? old : cluster);
  let printed: readonly Given[] = [];
  let used: readonly Asked[] = [];

  test("runs with exactly the printed role, which is what it asks the server about and what it does", async () => {
    await prepare();
    const role = await runPlugin(where(), ["preflight", `--print-role=${command}`], {
      kubeconfig: join(folder, "no-such-kubeconfig"),
    });
    printed = givenBy(role.stdout);
    const user = `same-${command}`;
    const kubeconfig = await userWith(user, printed);
    const mark = await where().audit.mark();
    const { code, stderr } = await runPlugin(where(), args(), { kubeconfig });
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    const requests = await where().audit.since(mark, {
      user,
      stages: ["ResponseComplete", "ResponseStarted"],
    });
    const refused = requests
      .filter((request) => request.code === 403)
      .map(({ uri, verb }) => `${verb} ${uri}`);
    expect(refused).toEqual([]);

    used = unique(requests.filter((request) => !isTried(request)).flatMap(askedIn));
    // Where the answer for any object is no, each is asked about by its name.
    const reviewed = unique(requests.flatMap(reviewedIn)).filter(
      (each, _at, all) =>
        each.verb !== "*" &&
        // --bgp-check=auto and Events are done without, and the role does not give it.
        !/\bpods\/exec\b|^create events\b/.test(textOf(each)) &&
        (each.name !== "" || all.every((other) => other === each || textOf(other) !== textOf(each))),
    );
    const first = requests.findIndex((request) => !isTried(request) && askedIn(request).some(isWrite));
    const before = unique(requests.slice(0, first).flatMap(reviewedIn));
    // What it asks about, and what it does, is in the role.
    expect([...reviewed, ...used].filter((each) => !givesAny(printed, each)).map(textOf)).toEqual([]);
    // What it writes, it asked about before its first write.
    const unasked = used
      .filter((each) => isWrite(each) && !spared.has(textOf(each)))
      .filter((each) => !before.some((other) => covers(other, each)));
    expect([...new Set(unasked.map(textOf))]).toEqual([]);
    // What the role gives besides is for what is not in this story.
    const besides = printed
      .filter(isWrite)
      .filter((right) => ![...reviewed, ...used].some((each) => givesAny([right], each)))
      .map(textOf);
    expect(besides.filter((text) => !elsewhere.some(([what]) => what.test(text)))).toEqual([]);
    expect(elsewhere.filter(([what]) => !besides.some((text) => what.test(text)))).toEqual([]);
  }, 120_000);

  test("one right of the role less: it refuses before its first write and names the right", async () => {
    const draw = drawFrom(`same-rights ${command}`);
    const needed = printed.filter((right) => used.some((each) => givesAny([right], each)));
    const chosen = [
      ...sample(needed.filter(isWrite), 2, draw),
      ...sample(
        needed.filter((right) => !isWrite(right)),
        1,
        draw,
      ),
    ];
    await prepare();
    for (const [at, right] of chosen.entries()) {
      const user = `less-${String(at)}-${command}`;
      const kubeconfig = await userWith(
        user,
        printed.filter((each) => each !== right),
      );
      const mark = await where().audit.mark();
      const { code, stderr } = await runPlugin(where(), args(), { kubeconfig });
      const told = [textOf(right), code, stderr];
      if (code === 0 && (!isWrite(right) || spared.has(textOf(right)))) {
        // It only knows less.
        await prepare();
        continue;
      }
      expect(told).toEqual([textOf(right), 1, expect.stringMatching(namesRight(right))]);
      expect([textOf(right), await writes(where(), mark)]).toEqual([textOf(right), []]);
    }
  }, 240_000);

  async function userWith(name: string, rights: readonly Given[]): Promise<string> {
    const ruleOf = ({ verb, group, resource, names }: Given): PolicyRule => ({
      apiGroups: [group],
      resources: [resource],
      verbs: [verb],
      ...(names === undefined ? {} : { resourceNames: names }),
    });
    const places = Map.groupBy(rights, ({ namespace }) => namespace);
    return await where().userKubeconfig({
      name,
      rules: (places.get(undefined) ?? []).map(ruleOf),
      namespaceRules: Object.fromEntries(
        [...places].flatMap(([namespace, own]) =>
          namespace === undefined ? [] : [[namespace, own.map(ruleOf)] as const],
        ),
      ),
    });
  }
});

function isWrite({ verb }: Pick<Given, "verb">): boolean {
  return !["get", "list", "watch"].includes(verb);
}

function textOf({ verb, group, resource, namespace }: Omit<Given, "names">): string {
  return `${verb} ${resource}${group === "" ? "" : `.${group}`}${namespace === undefined ? "" : ` in ${namespace}`}`;
}

function givenBy(yaml: string): readonly Given[] {
  const roles = parseAllDocuments(yaml).map((document) => document.toJSON() as Role);
  return roles.flatMap(({ metadata: { namespace }, rules }) =>
    rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.map((verb): Given => ({ verb, group, resource, namespace, names: resourceNames })),
        ),
      ),
    ),
  );
}

interface Role {
  readonly metadata: { readonly namespace?: string };
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

/** As the RBAC authorizer answers. */
function givesAny(rights: readonly Given[], { verb, group, resource, namespace, name }: Asked): boolean {
  return rights.some(
    (right) =>
      right.verb === verb &&
      right.group === group &&
      right.resource === resource &&
      (right.namespace === undefined || right.namespace === namespace) &&
      (right.names === undefined || right.names.includes(name)),
  );
}

/** Whether a yes to one is a yes to the other. */
function covers(one: Asked, other: Asked): boolean {
  const right = { ...one, names: one.name === "" ? undefined : [one.name] };
  return givesAny([right], other);
}

/** A dry run: what it may do was asked of the server in the plainest way. */
function isTried({ uri, requestObject }: AuditedRequest): boolean {
  const body = requestObject as { readonly dryRun?: unknown } | undefined;
  return uri.includes("dryRun=All") || body?.dryRun !== undefined;
}

function askedIn({ verb, objectRef }: AuditedRequest): readonly Asked[] {
  const { resource, subresource, apiGroup: group = "", namespace = "", name = "" } = objectRef ?? {};
  if (resource === undefined || resource.startsWith("selfsubject")) return [];
  return [
    {
      verb,
      group,
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      namespace: namespace === "" ? undefined : namespace,
      // A list and a create name none, whatever the log says.
      name: ["list", "watch", "create"].includes(verb) ? "" : name,
    },
  ];
}

interface Review {
  readonly spec?: { readonly resourceAttributes?: Readonly<Record<string, string>> };
}

function reviewedIn({ objectRef, requestObject }: AuditedRequest): readonly Asked[] {
  if (objectRef?.["resource"] !== "selfsubjectaccessreviews") return [];
  const { resourceAttributes: about } = (requestObject as Review | undefined)?.spec ?? {};
  if (about === undefined) return [];
  const { verb = "", group = "", resource = "", subresource = "", namespace = "", name = "" } = about;
  return [
    {
      verb,
      group,
      resource: subresource === "" ? resource : `${resource}/${subresource}`,
      namespace: namespace === "" ? undefined : namespace,
      name,
    },
  ];
}

function unique(all: readonly Asked[]): readonly Asked[] {
  return [...new Map(all.map((each) => [`${textOf(each)} ${each.name}`, each])).values()];
}
