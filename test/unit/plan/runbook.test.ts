import { describe, expect, test } from "vitest";
import { nodeFacts } from "../../../src/model/node.ts";
import { makeRunbook } from "../../../src/plan/runbook/make.ts";
import type { Runbook, RunbookHop, RunbookHost } from "../../../src/plan/runbook/runbook.ts";
import type { RunbookInput } from "../../../src/plan/runbook/input.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { imagesOf } from "../../../src/releases/registries.ts";
import { versionOf } from "../../../src/releases/version.ts";
import { runbookMarkdown, runbookText } from "../../../src/render/runbook/text.ts";
import { schemaErrorsOf } from "../render/schema.ts";

function node(name: string, info: Readonly<Record<string, string>>, images: readonly string[] = []) {
  return nodeFacts({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name },
    status: { nodeInfo: info, images: images.map((image) => ({ names: [image] })) },
  });
}

const old = node(
  "node-01",
  {
    kubeletVersion: "v1.3.7",
    containerRuntimeVersion: "docker://1.11.2",
    osImage: "CoreOS 1185",
    architecture: "amd64",
    kernelVersion: "4.7.3",
  },
  ["quay.io/calico/node:v1.2.1", "nginx:1.11"],
);
const newer = node("node-02", { kubeletVersion: "v1.7.16", containerRuntimeVersion: "containerd://1.2.0" });

function runbook(more: Partial<RunbookInput> = {}): Runbook {
  const made = makeRunbook(
    {
      to: versionOf("v2.5.1"),
      from: versionOf("v2.2.1"),
      fromWhy: "",
      datastoreWhy: "the lists were refused",
      datastore: "etcd",
      kubernetes: 7,
      hosts: [old, newer],
      controllerWorkload: undefined,
      workloadsKnown: true,
      flags: {
        runBy: "systemd",
        unit: "calico-node",
        cniBinDir: "/opt/cni/bin",
        cniConfDir: "/etc/cni/net.d",
        controllerHost: "node-01",
        controllerUnit: "calico-policy-controller",
        bgp: true,
      },
      ...more,
    },
    catalogue,
  );
  if (made.kind === "refusal") throw new Error(made.because);
  expect(schemaErrorsOf("runbook", made)).toEqual([]);
  return made;
}

function hop(of: Runbook): RunbookHop {
  const [first] = of.hops;
  if (first === undefined) throw new Error("no hop");
  return first;
}

function host(of: Runbook, name: string): RunbookHost {
  const found = hop(of).hosts.find((each) => each.node === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

function commands(of: RunbookHost, id: string): string {
  return of.steps
    .filter((step) => step.id === id)
    .flatMap((step) => step.commands)
    .join("\n");
}

describe("the steps on a host", () => {
  test("are the document's, in an order that keeps routes and pods", () => {
    const made = runbook();
    expect(host(made, "node-01").steps.map(({ id }) => id)).toEqual([
      "pull",
      "cordon",
      "cni-binaries",
      "cni-config",
      "kubelet",
      "switch",
      "verify",
      "uncordon",
    ]);
    expect(made.asked).toEqual([]);
  });

  test("a kubelet before 1.4 is restarted, a newer one is not, one that is not known is asked about", () => {
    const ids = (of: RunbookHost): readonly string[] => of.steps.map(({ id }) => id);
    expect(commands(host(runbook(), "node-01"), "kubelet")).toBe("systemctl restart kubelet");
    expect(ids(host(runbook(), "node-02"))).not.toContain("kubelet");
    const unknown = runbook({ hosts: [{ name: "node-03" }] });
    expect(commands(host(unknown, "node-03"), "kubelet")).toContain("only if it is older than 1.4");
    expect(unknown.asked.map(({ flag, nodes }) => [flag, nodes])).toEqual([
      ["--runtime=docker|containerd|cri-o", ["node-03"]],
      ["--kubelet=VERSION", ["node-03"]],
    ]);
    const told = runbook({
      hosts: [{ name: "node-03" }],
      flags: { kubelet: versionOf("v1.3.0"), runtime: "docker" },
    });
    expect(commands(host(told, "node-03"), "kubelet")).toBe("systemctl restart kubelet");
  });

  test("use the host's own runtime", () => {
    expect(commands(host(runbook(), "node-01"), "pull")).toBe(
      "docker pull quay.io/calico/node:v2.5.1\ndocker pull quay.io/calico/cni:v1.10.0",
    );
    expect(commands(host(runbook(), "node-02"), "pull")).toContain(
      "ctr -n k8s.io images pull quay.io/calico/node:v2.5.1",
    );
    expect(commands(host(runbook(), "node-02"), "cni-binaries")).toContain("images mount");
  });

  test("name every file with owner and mode, for a configuration tool", () => {
    const files = host(
      runbook({ to: versionOf("v3.1.7"), from: versionOf("v2.6.12") }),
      "node-01",
    ).steps.flatMap((step) => step.files);
    expect(files.map(({ path, mode, owner, state }) => [path, mode, owner, state])).toEqual([
      ["/opt/cni/bin/calico", "0755", "root:root", "present"],
      ["/opt/cni/bin/calico-ipam", "0755", "root:root", "present"],
      ["/etc/cni/net.d/10-calico.conflist", "0644", "root:root", "present"],
      // The kubelet takes the first file: the old one would still win.
      ["/etc/cni/net.d/10-calico.conf", "0600", "root:root", "absent"],
    ]);
  });

  test("leave a host cordoned that was so before", () => {
    const cordoned = nodeFacts({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "node-09" },
      spec: { unschedulable: true },
    });
    const made = host(runbook({ hosts: [cordoned] }), "node-09");
    expect(commands(made, "cordon") + commands(made, "uncordon")).toBe("");
  });
});

test("without BGP nothing is said of its routes and sessions", () => {
  const text = JSON.stringify(host(runbook({ flags: { bgp: false } }), "node-01").steps);
  expect(text).not.toMatch(/graceful restart|calicoctl node status/);
  expect(text).toContain("no BGP: routes stay in the kernel");
});

test("a unit's name with .service is no container's name", () => {
  const made = runbook({ flags: { unit: "calico-node.service" } });
  expect(commands(host(made, "node-01"), "switch")).toMatch(
    /^systemctl restart calico-node\.service$[^]*^docker stop calico-node$/m,
  );
  expect(commands(host(made, "node-01"), "verify")).toContain("--filter name=calico-node ");
});

test("a cluster whose calico-node is a DaemonSet's is told that this is not its way", () => {
  expect(runbook().notes).toEqual([]);
  expect(runbook({ daemonSet: "kube-system/calico-node" }).notes).toContainEqual(
    expect.stringMatching(/^DaemonSet kube-system\/calico-node runs calico-node .*apply or node/),
  );
});

test("hosts with Windows get no steps for Linux, and are named", () => {
  const windows = node("win-01", {
    kubeletVersion: "v1.31.0",
    containerRuntimeVersion: "containerd://1.7.0",
    osImage: "Windows Server 2022 Datacenter",
  });
  const labelled = { ...newer, name: "win-02", labels: { "kubernetes.io/os": "windows" } };
  const made = runbook({ hosts: [old, windows, labelled] });
  expect(hop(made).hosts.map((each) => each.node)).toEqual(["node-01"]);
  expect(made.notes).toContainEqual(expect.stringMatching(/^win-01, win-02 run Windows: /));
});

describe("the controller", () => {
  test("is stopped, seen to be gone, and only then started: never two", () => {
    expect(hop(runbook()).controller.map(({ id }) => id)).toEqual([
      "pull",
      "controller-stop",
      "controller-none",
      "controller-start",
      "controller-verify",
    ]);
  });

  test("that Kubernetes runs is left to the command for it", () => {
    const [step, ...others] = hop(
      runbook({ controllerWorkload: "Deployment kube-system/calico-policy-controller" }),
    ).controller;
    expect(others).toEqual([]);
    expect(step?.commands.join()).toContain("controller -f");
  });

  test("is no part of the Kubernetes datastore before v3.6, and nothing is asked about it", () => {
    const made = runbook({ datastore: "kubernetes", oldGroupServed: true, flags: {} });
    expect(hop(made).controller).toEqual([]);
    expect(made.asked.filter(({ flag }) => flag.startsWith("--controller"))).toEqual([]);
  });

  test("of the Kubernetes datastore has no part in policy (H24)", () => {
    const made = runbook({
      from: versionOf("v3.28.2"),
      to: versionOf("v3.29.7"),
      datastore: "kubernetes",
      kubernetes: 31,
    });
    const notes = hop(made).controller.flatMap((step) => step.notes);
    expect(notes).toContain(
      "policy is not affected: until the new one runs, the clean-up of addresses pauses",
    );
    expect(notes.join()).not.toContain("NetworkPolicies");
  });

  test("is looked for with each host's own runtime, under the name that was told, in both ways where none was", () => {
    const lines = (of: Runbook, id: string): string =>
      hop(of)
        .controller.filter((step) => step.id === id)
        .flatMap((step) => step.commands)
        .join("\n");
    expect(lines(runbook(), "controller-none")).toMatch(/^docker ps [^]*^nerdctl ps /m);
    const made = runbook({ hosts: [newer], flags: { controllerUnit: "kube-controllers.service" } });
    expect(lines(made, "controller-none")).not.toContain("docker ps");
    expect(lines(made, "controller-stop")).toBe(
      "# if systemd runs it:\nsystemctl stop kube-controllers.service\n# if docker runs it:\ndocker stop kube-controllers\ndocker rename kube-controllers kube-controllers-before",
    );
  });
});

test("policies are migrated before the controller, where the boundary is crossed", () => {
  expect(hop(runbook()).before.map(({ id }) => id)).toEqual(["policy"]);
  expect(hop(runbook({ from: versionOf("v2.4.1") })).before).toEqual([]);
});

test("a way through other releases is written out release by release", () => {
  const made = runbook({ to: versionOf("v3.1.7") });
  expect(made.hops.length).toBeGreaterThan(1);
  expect(made.hops.at(-1)?.to).toBe("v3.1.7");
  expect(made.hops[0]?.reasons.length).toBeGreaterThan(0);
});

test("nothing known but the target: everything is asked for, and nothing is guessed silently", () => {
  const made = runbook({
    from: undefined,
    datastore: undefined,
    fromWhy: "no DaemonSet",
    datastoreWhy: "no DaemonSet",
    hosts: [{ name: "a" }],
    flags: {},
    workloadsKnown: "unknown",
  });
  expect(made.asked.map(({ flag }) => flag)).toEqual([
    "--from=VERSION",
    "--datastore=etcd|kubernetes",
    "--run-by=systemd|docker",
    "--unit=NAME",
    "--cni-bin-dir=PATH",
    "--cni-conf-dir=PATH",
    "--bgp=true|false",
    "--runtime=docker|containerd|cri-o",
    "--kubelet=VERSION",
    "--controller-host=NODE",
    "--controller-unit=NAME",
  ]);
  expect(commands(host(made, "a"), "switch")).toMatch(/if systemd runs it[^]*if docker runs it/);
});

test.each([
  [
    "v1.6.1",
    "etcd",
    [
      "quay.io/calico/node:v0.23.1",
      "docker.io/calico/cni:v1.4.4",
      "docker.io/calico/kube-policy-controller:v0.4.0",
    ],
  ],
  [
    "v2.6.12",
    "etcd",
    ["quay.io/calico/node:v2.6.12", "quay.io/calico/cni:v1.11.8", "quay.io/calico/kube-controllers:v1.0.5"],
  ],
  [
    "v3.20.0",
    "kubernetes",
    [
      "docker.io/calico/node:v3.20.0",
      "docker.io/calico/cni:v3.20.0",
      "docker.io/calico/kube-controllers:v3.20.0",
    ],
  ],
  [
    "v3.31.0",
    "etcd",
    ["quay.io/calico/node:v3.31.0", "quay.io/calico/cni:v3.31.0", "quay.io/calico/kube-controllers:v3.31.0"],
  ],
] as const)("images are named where upstream put them: %s", (release, datastore, expected) => {
  const images = imagesOf(release, datastore, catalogue);
  expect([images?.node, images?.cni, images?.controller]).toEqual(expected);
  expect(imagesOf(release, datastore, catalogue, "mirror.example/x")?.node).toMatch(
    /^mirror\.example\/x\/calico\/node:/,
  );
});

describe("for people", () => {
  test("as plain text", async () => {
    await expect(runbookText(runbook())).toMatchFileSnapshot("../../golden/runbook.txt");
  });

  test("as Markdown, in which no name is read as markup", async () => {
    await expect(runbookMarkdown(runbook())).toMatchFileSnapshot("../../golden/runbook.md.txt");
    const odd = runbookMarkdown(runbook({ hosts: [{ name: "a_b_*c*" }] }));
    expect(odd).toContain("Host a\\_b\\_\\*c\\*");
  });
});
