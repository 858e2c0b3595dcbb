/**
 * `migrate-policy` beside kubectl: 500 namespaces with 5,000 policies on a real API server. Theirs is
 * `kubectl delete -f` and `kubectl create -f` of the very same objects, for somebody who knows them already.
 * `node bench/migrate-policy.ts [--rounds 1]`. Exit code 1 when an aim is missed.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startCluster, type Cluster } from "../test/cluster/cluster.ts";
import {
  annotationKey,
  createNamespace,
  defaultDeny,
  installOldCalico,
  sideBySide,
} from "../test/e2e/support/policy-cluster.ts";
import { median, wall } from "./pairs.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "1" } } });
const executable = join(import.meta.dirname, "../dist/kubectl-calico_upgrade");

/** One namespace in five is closed: its policies stay, and it gets a default-deny. */
const namespaces = Array.from({ length: 500 }, (_none, at) => ({
  name: `bench-${String(at).padStart(3, "0")}`,
  closed: at % 5 === 0,
}));
const eachHas = 10;

interface Policy {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: object;
}

function policy(namespace: string, name: string, spec: object): Policy {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { namespace, name },
    spec,
  };
}

const all = namespaces.flatMap(({ name, closed }) =>
  Array.from({ length: eachHas }, (_none, at) => ({
    closed,
    object: policy(name, `policy-${String(at)}`, {
      podSelector: { matchLabels: { app: `app-${String(at)}` } },
      ingress: [{ from: [{ podSelector: { matchLabels: { role: "client" } } }], ports: [{ port: 80 + at }] }],
    }),
  })),
);
const going = all.filter(({ closed }) => !closed).map(({ object }) => object);
const coming = namespaces
  .filter(({ closed }) => closed)
  .map(({ name }) => policy(name, "default-deny", { podSelector: {} }));

const folder = mkdtempSync(join(tmpdir(), "migration-"));
const cluster = await startCluster({ nodes: 1, audit: "Metadata" });
try {
  await measure(cluster);
} finally {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function measure({ env, audit, api }: Cluster): Promise<void> {
  await installOldCalico(cluster, "kubernetes");
  await sideBySide(namespaces, async ({ name, closed }) => {
    await createNamespace(cluster, name, closed ? { [annotationKey]: defaultDeny } : {});
  });
  await create(all.map(({ object }) => object));
  const file = (name: string, items: readonly Policy[]): string => {
    const path = join(folder, `${name}.json`);
    writeFileSync(path, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    return path;
  };
  const [deleted, created] = [file("deleted", going), file("created", coming)];
  let requests = 0;
  let pages = 0;
  const ours = async (): Promise<number> => {
    const mark = await audit.mark();
    const bundle = ["--bundle-dir", join(folder, "bundles")];
    const time = await wall([{ command: executable, args: ["migrate-policy", "-y", ...bundle] }], env);
    const sent = await audit.since(mark, { userAgent: "kubectl-calico_upgrade" });
    requests = sent.length;
    pages = sent.filter(
      ({ verb, uri }) => verb === "list" && /\/(namespaces|pods|networkpolicies)\?/.test(uri),
    ).length;
    await reset();
    return time;
  };
  const theirs = async (): Promise<number> => {
    const time = await wall(
      [
        { command: "kubectl", args: ["delete", "-f", deleted] },
        { command: "kubectl", args: ["create", "-f", created] },
      ],
      env,
    );
    await reset();
    return time;
  };
  const pairs: { readonly ours: number; readonly theirs: number }[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    // One after the other: they are to have the machine for themselves.
    pairs.push({ ours: await ours(), theirs: await theirs() });
  }
  const ratio = median(pairs.map((pair) => pair.ours / pair.theirs));
  const seconds = (of: "ours" | "theirs"): string =>
    `${(median(pairs.map((pair) => pair[of])) / 1000).toFixed(1)} s`;
  const objects = going.length + coming.length;
  const beside = requests - objects - pages;
  const good = ratio <= 1 && beside <= 20;
  if (!good) process.exitCode = 1;
  console.log(
    `migrate-policy of ${String(objects)} writes / kubectl delete and create: ${ratio.toFixed(2)} (aim ≤ 1.0), ${seconds("ours")} beside ${seconds("theirs")}`,
  );
  console.log(
    `requests: ${String(requests)} = ${String(objects)} writes + ${String(pages)} list pages + ${String(beside)} (aim ≤ 20)${good ? "" : "  MISSED"}`,
  );

  async function create(objects: readonly Policy[]): Promise<void> {
    await sideBySide(objects, async (object) => {
      const path = `/apis/networking.k8s.io/v1/namespaces/${object.metadata.namespace}/networkpolicies`;
      await api.ask("POST", path, object);
    });
  }

  async function reset(): Promise<void> {
    await create(going);
    await sideBySide(coming, async ({ metadata: { namespace, name } }) => {
      await api.ask("DELETE", `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/${name}`);
    });
  }
}
