/** What `migrate-data` may not do is known before its first write: never half of Calico's data is brought over. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Cluster } from "../cluster/cluster.ts";
import { poll } from "../cluster/wait.ts";
import { writes } from "./support/calico-cluster.ts";
import { lines, runPlugin } from "./support/plugin.ts";
import { rightsUsed, withoutEach, type Right } from "./support/rights.ts";
import {
  clusterOfOldKinds,
  putOneOfEach,
  removeKinds,
  removeOldObjects,
} from "./support/third-party-resources.ts";

let cluster: Cluster;
const folder = mkdtempSync(join(tmpdir(), "migrate-data-refused-"));
const migrating = () => ["migrate-data", "-y", "--bundle-dir", join(folder, "bundles")];

beforeAll(async () => {
  cluster = await clusterOfOldKinds();
}, 240_000);
afterAll(async () => {
  await removeKinds(cluster, "projectcalico.org");
  rmSync(folder, { recursive: true, force: true });
  await cluster?.stop();
});
beforeEach(notMigrated);

async function notMigrated(): Promise<void> {
  await removeKinds(cluster, ".crd.projectcalico.org");
  await removeOldObjects(cluster);
  await putOneOfEach(cluster);
}

async function kubectl(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await cluster.kubectl([...args]);
  if (code !== 0) throw new Error(stderr);
}

test("each right that it uses, taken away: it refuses before the first write and names it", async () => {
  const user = "upgrader-migrate-data";
  const kubeconfig = await cluster.userKubeconfig({ name: user });
  const printed = await runPlugin(cluster, ["preflight", "--print-role=migrate-data"]);
  writeFileSync(join(folder, "role.yaml"), printed.stdout);
  await kubectl("apply", "--validate=false", "-f", join(folder, "role.yaml"));
  for (const line of lines(printed.stdout).filter((each) => each.startsWith("#   kubectl ")))
    await kubectl(...line.slice("#   kubectl ".length).replace("USER", user).split(" "));
  const mark = await cluster.audit.mark();
  const whole = await runPlugin(cluster, migrating(), { kubeconfig });
  expect([whole.code, whole.stderr]).toEqual([0, expect.any(String)]);
  const used = await rightsUsed(cluster, mark, user);
  const definitions = { group: "apiextensions.k8s.io", resource: "customresourcedefinitions" };
  // What is waited for may be served at once, and then it is not watched.
  const follows = ["list", "watch"].map((verb): Right => ({ verb, ...definitions, namespace: undefined }));
  const others = used.filter(
    ({ verb, resource }) => !follows.some((each) => each.verb === verb && each.resource === resource),
  );
  await notMigrated();
  const spared = await withoutEach(cluster, [...others, ...follows], migrating, notMigrated);
  expect(spared.filter((text) => !/^(get|list|watch) /.test(text))).toEqual([]);
}, 600_000);

test("the server refuses a definition: nothing is written, and it is named with the server's words", async () => {
  const webhooks = "/apis/admissionregistration.k8s.io/v1beta1/validatingwebhookconfigurations";
  const name = "definitions.example.org";
  await cluster.api.ask("POST", webhooks, {
    metadata: { name },
    webhooks: [
      {
        name: `guard.${name}`,
        admissionReviewVersions: ["v1beta1"],
        sideEffects: "None",
        failurePolicy: "Fail",
        timeoutSeconds: 3,
        // Nothing listens there.
        clientConfig: { url: "https://127.0.0.1:1/check" },
        rules: [
          {
            apiGroups: ["apiextensions.k8s.io"],
            apiVersions: ["*"],
            operations: ["CREATE"],
            resources: ["customresourcedefinitions"],
          },
        ],
      },
    ],
  });
  try {
    const tried = "/apis/apiextensions.k8s.io/v1beta1/customresourcedefinitions?dryRun=All";
    const definition = {
      metadata: { name: "tries.example.org" },
      spec: {
        group: "example.org",
        version: "v1",
        scope: "Cluster",
        names: { plural: "tries", singular: "try", kind: "Try" },
      },
    };
    await poll(async () => (await cluster.request("POST", tried, definition)).status >= 400, {
      what: "the webhook in force",
    });
    const mark = await cluster.audit.mark();
    const { code, stderr } = await runPlugin(cluster, migrating());
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^error: the server refuses what has to be written; nothing was changed:\n {2}customresourcedefinition\.apiextensions\.k8s\.io\/\S+: .*failed calling webhook/m,
      ),
    ]);
    expect(await writes(cluster, mark)).toEqual([]);
  } finally {
    await cluster.request("DELETE", `${webhooks}/${name}`);
  }
  expect(await runPlugin(cluster, migrating())).toMatchObject({ code: 0 });
});
