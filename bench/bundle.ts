/**
 * How long a run waits for its bundle: 2,000 objects that are deleted, each saved as it is, and 2,000 that are
 * changed, each saved as it is and as it will be; flushed to the disk and closed, then read back with every checksum. `node bench/bundle.ts`. Exit code 1
 * when the aim is missed. The disk below the temporary directory is measured along with the program: the
 * same bytes written and flushed one after the other stand beside it.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentOf } from "../src/bundle/content.ts";
import { readBundle } from "../src/bundle/read.ts";
import { openBundle } from "../src/bundle/write.ts";
import type { Draft } from "../src/model/draft.ts";
import { formatYaml } from "../src/manifest/yaml.ts";
import type { KubeObject } from "../src/model/kube.ts";
import { median } from "./pairs.ts";

const objects = 2000;
const rounds = 5;
const aim = 3000;

function policy(at: number, port: number): KubeObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: {
      name: `policy-${String(at % 20)}`,
      namespace: `team-${String(Math.floor(at / 20))}`,
      uid: `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`,
      resourceVersion: String(1000 + at),
      annotations: { "example.org/owner": `team-${String(at % 7)}@example.org` },
    },
    spec: {
      podSelector: { matchLabels: { app: `app-${String(at)}` } },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        { from: [{ podSelector: { matchLabels: { role: "client" } } }], ports: [{ port, protocol: "TCP" }] },
      ],
      egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }] }],
    },
  };
}

const kinds = ["deleted", "changed"] as const;

function draftsOf(action: (typeof kinds)[number]): readonly Draft[] {
  return Array.from({ length: objects }, (_none, at): Draft => {
    const before = policy(at, 80);
    return {
      action,
      ref: {
        group: "networking.k8s.io",
        version: "v1",
        resource: "networkpolicies",
        kind: "NetworkPolicy",
        namespace: before.metadata.namespace ?? "",
        name: before.metadata.name,
      },
      before,
      ...(action === "changed" ? { after: policy(at, 8080) } : {}),
    };
  });
}

for (const kind of kinds) {
  const drafts = draftsOf(kind);
  const times: { saved: number; read: number; plain: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const folder = mkdtempSync(join(tmpdir(), "bundle-bench-"));
    try {
      times.push(await measure(folder, drafts));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const middle = (what: "saved" | "read" | "plain"): number => median(times.map((each) => each[what]));
  const saved = middle("saved");
  const good = saved < aim;
  if (!good) process.exitCode = 1;
  console.log(
    `${good ? "ok  " : "OVER"}  bundle of ${String(objects)} objects that are ${kind}: saved in ${saved.toFixed(0)} ms, aim < ${String(aim)} ms; read back in ${middle("read").toFixed(0)} ms; the same files flushed one after the other ${middle("plain").toFixed(0)} ms`,
  );
}

async function measure(
  folder: string,
  drafts: readonly Draft[],
): Promise<{ saved: number; read: number; plain: number }> {
  const began = performance.now();
  const bundle = await openBundle(join(folder, "bundles"), {
    command: "apply",
    tool: "bench",
    cluster: { uid: "bench", server: "https://10.0.0.1:6443", kubernetes: "v1.36.0" },
    now: Date.now,
  });
  const ids = await bundle.save(drafts);
  for (const [at, id] of ids.entries()) bundle.done(id, drafts[at]?.after);
  await bundle.close();
  const closed = performance.now();
  const { entries } = await readBundle(bundle.directory);
  if (entries.length !== objects)
    throw new Error(`${String(entries.length)} of ${String(objects)} read back`);
  const whole = performance.now();
  const texts = drafts.flatMap(({ before, after }) =>
    [before, after].flatMap((object) => (object === undefined ? [] : [formatYaml(contentOf(object))])),
  );
  const other = join(folder, "plain");
  mkdirSync(other);
  const formatted = performance.now();
  for (const [at, text] of texts.entries()) {
    const file = await open(join(other, String(at)), "wx", 0o600);
    await file.writeFile(text);
    await file.sync();
    await file.close();
  }
  return { saved: closed - began, read: whole - closed, plain: performance.now() - formatted };
}
