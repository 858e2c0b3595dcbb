/**
 * Whoever shares a diff, a report or a screen shares no password: what looks like a secret is masked in all output, a
 * change of it is still seen, and how many places were masked is said.
 */
import { describe, expect, test } from "vitest";
import { runCli } from "../../../src/cli.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { recordOf } from "../../../src/model/record.ts";
import { withLastApplied } from "../../../src/merge/last-applied.ts";
import { now } from "../build/a-cluster.ts";
import { aServer } from "../build/a-server.ts";
import { testContext } from "../flags/test-context.ts";
import { clusterOf, installs, readingCommands, type Install } from "./era-clusters.ts";

const newest = Object.values(installs).at(-1) as Install;
const [inCluster, inFile] = ["hunter2-live", "hunter2-file"];

/** As somebody might write one: in variables, arguments, addresses, keys, and in the text of a CNI configuration. */
function withSecrets(object: KubeObject, secret: string): KubeObject {
  const { kind, metadata } = object;
  if (kind === "ConfigMap" && metadata.name.endsWith("-config")) {
    const data = recordOf(object["data"]) ?? {};
    const network = JSON.stringify({
      name: "k8s-pod-network",
      plugins: [{ type: "calico", etcd_password: secret, kubernetes: { k8s_auth_token: secret } }],
    });
    return changed(object, {
      data: {
        ...data,
        etcd_password: secret,
        proxy: `https://root:${secret}@10.0.0.1:2379`,
        ...("etcd_endpoints" in data ? { etcd_endpoints: `https://root:${secret}@10.0.0.1:2379` } : {}),
        extra: `ETCD_PASSWORD=${secret}`,
        ...("cni_network_config" in data ? { cni_network_config: network } : {}),
      },
    });
  }
  if (kind !== "DaemonSet" && kind !== "Deployment") return object;
  const text = JSON.stringify(object["spec"]).replaceAll(
    /"env":\[/g,
    () =>
      `"args":["--etcd-password=${secret}","--token","${secret}"],"env":[{"name":"ETCD_PASSWORD","value":"${secret}"},{"name":"ETCD_PROXY","value":"http://u:${secret}@proxy:3128"},`,
  );
  return changed(object, { spec: JSON.parse(text) as unknown });
}

function changed(object: KubeObject, fields: object): KubeObject {
  const { annotations: _old, ...metadata } = object.metadata;
  const made = { ...object, ...fields, metadata };
  return { ...withLastApplied(made), metadata: { ...withLastApplied(made).metadata, ...metadata } };
}

const outputs = (install: Install): readonly string[] => [
  ...readingCommands(install),
  ...["wide", "json"].flatMap((format) => [
    `status -o ${format}`,
    `preflight -f calico.yaml -o ${format}`,
    `plan -f calico.yaml -o ${format}`,
    `configmap -f calico.yaml --dry-run=client -o ${format}`,
    `configmap --set=etcd_password=${inFile} --dry-run=client -o ${format}`,
    `controller -f calico.yaml --dry-run=client -o ${format}`,
  ]),
  "configmap -f calico.yaml --diff",
  `configmap --set=etcd_password=${inFile} --diff`,
  `configmap --set=etcd_password=${inFile} --dry-run=client`,
  "configmap",
  "apply -f calico.yaml --dry-run=client",
  "apply -f calico.yaml --dry-run=client -v=4",
  "node --all -f calico.yaml --dry-run=client",
  "controller -f calico.yaml --dry-run=client",
  "plan -f calico.yaml --print-commands",
  "runbook -f calico.yaml",
];

describe.each(Object.entries(installs))("%s", (_name, install) => {
  const cluster = clusterOf(install);
  const objects = cluster.objects.map((object) => withSecrets(object, inCluster));
  const { items } = JSON.parse(cluster.file) as { readonly items: readonly KubeObject[] };
  const file = JSON.stringify({
    apiVersion: "v1",
    kind: "List",
    items: items.map((object) => withSecrets(object, inFile)),
  });

  test.each([...new Set(outputs(install))])("%s", async (command) => {
    const { connection } = aServer({ version: cluster.kubernetes, objects, serves: cluster.serves });
    const { context, stdout, stderr } = testContext({
      connect: () => Promise.resolve(connection),
      readFile: () => Promise.resolve(file),
      now: () => now,
    });
    await runCli(command.split(" "), context);
    const told = `${stdout()}\n${stderr()}`;
    expect(told).not.toContain("this is a bug");
    const shown = told.split("\n").filter((line) => line.includes("hunter2"));
    expect(shown).toEqual([]);
    const places = told.split("(masked").length - 1;
    const said = `values that look like secrets are masked in ${String(places)} place`;
    expect(stderr().includes(said)).toBe(places > 0);
  });
});

test("that a password changes is seen, and that it does not", async () => {
  const cluster = clusterOf(newest);
  const objects = cluster.objects.map((object) => withSecrets(object, inCluster));
  for (const [value, change] of [
    [inFile, ["-  etcd_password: (masked, before)", "+  etcd_password: (masked, after)"]],
    [inCluster, []],
  ] as const) {
    const { connection } = aServer({ version: cluster.kubernetes, objects, serves: cluster.serves });
    const { context, stdout } = testContext({ connect: () => Promise.resolve(connection), now: () => now });
    const code = await runCli(["configmap", `--set=etcd_password=${value}`, "--diff"], context);
    const lines = stdout()
      .split("\n")
      .filter((line) => /^[+-] .*etcd_password: /.test(line));
    expect([code, lines]).toEqual([change.length === 0 ? 0 : 1, change]);
  }
});
