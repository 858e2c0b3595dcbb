import { expect, test } from "vitest";
import { discoveryOf } from "../../../src/cluster/discovery-groups.ts";
import type { Connection, KubeRequest } from "../../../src/cluster/port.ts";
import { findingsForStep } from "../../../src/operations/preflight/step.ts";
import { withLastApplied } from "../../../src/merge/last-applied.ts";
import { readingNames } from "../../../src/model/cluster-facts.ts";
import { known } from "../../../src/model/reading.ts";
import { versionOf } from "../../../src/releases/version.ts";
import { aConfigMap, aDaemonSet, aTemplate } from "../build/a-cluster.ts";
import { fileOf } from "../preflight/a-file.ts";
import { clusterFacts } from "../preflight/cluster.ts";

const backend = {
  name: "CALICO_NETWORKING_BACKEND",
  valueFrom: { configMapKeyRef: { name: "calico-config", key: "calico_backend" } },
};
const core = { name: "", versions: [{ version: "v1", resources: [] }] };

/** A server that has calico-config and nothing else, and what it was asked. */
function server(data: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const request = async ({ path }: KubeRequest) => {
    asked.push(path);
    if (path.endsWith("/calico-config"))
      return await Promise.resolve({ status: 200, body: aConfigMap(data) });
    if (path === "/api") return await Promise.resolve({ status: 200, body: { versions: ["v1"] } });
    if (path === "/apis") return await Promise.resolve({ status: 200, body: { groups: [] } });
    return await Promise.resolve({ status: 200, body: { gitVersion: "v1.31.4", resources: [], items: [] } });
  };
  return {
    asked,
    connection: { request, server: "", namespace: "", namespaceGiven: false } as unknown as Connection,
  };
}

const place = (connection: Connection, names: readonly string[]) => {
  const all = clusterFacts({ objects: [] });
  const read = Object.fromEntries(names.map((name) => [name, all[name as keyof typeof all]]));
  return {
    connection,
    discovery: discoveryOf("v1.31.4", [core]),
    now: all.now,
    namespace: "kube-system",
    known: read,
  };
};

test("settings in the ConfigMap of a DaemonSet that was read already count: node -f sees them change", async () => {
  const { connection } = server({ calico_backend: "vxlan" });
  const manifest = fileOf([
    aDaemonSet({ template: aTemplate({ env: [{ name: backend.name, value: "bird" }] }) }),
  ]);
  const read = place(connection, ["nodes", "daemonSets", "pods", "revisions", "workloads", "installation"]);
  // Of what the file holds, node -f writes the DaemonSet alone.
  const live = withLastApplied(aDaemonSet({ template: aTemplate({ env: [backend] }) }));
  const findings = await findingsForStep(
    "node",
    { ...read, known: { ...read.known, installed: known({ objects: [live], unread: [] }) } },
    { to: known(versionOf("v3.29.1")), manifest },
  );
  expect(findings.find(({ id }) => id === "M10")?.because).toBe(
    'DaemonSet kube-system/calico-node containers[name="calico-node"].env[name="CALICO_NETWORKING_BACKEND"]: vxlan -> bird',
  );
});

test("nothing is read again, and nothing that no rule looks at", async () => {
  const { asked, connection } = server({});
  await findingsForStep("migrate-policy", place(connection, readingNames), {
    to: known(versionOf("v2.6.12")),
  });
  expect(asked).toEqual([]);
});
