/** The packaged program as a container runs it: the pod's arguments and environment, and nothing else of this machine. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { parse } from "yaml";
import type { Cluster } from "../../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../../cluster/kube-object.ts";
import { startPlugin, type Running } from "./plugin.ts";

const program = join(import.meta.dirname, "../../../dist/kubectl-calico_upgrade");

/**
 * In a mount namespace of its own, with the service account and the volumes at the places where the kubelet has them.
 * Its user is root there: to the program that is no difference.
 */
const script = [
  "mount -t tmpfs tmpfs /run && mkdir -p /run/secrets/kubernetes.io",
  'ln -s "$ACCOUNT" /run/secrets/kubernetes.io/serviceaccount',
  "mount -t tmpfs tmpfs /etc && mkdir /etc/calico-upgrade",
  'for file in "$VOLUME"/*; do test ! -f "$file" || cp "$file" /etc/calico-upgrade/; done',
  // The two words of kubectl.
  "shift 2",
  'exec "$PROGRAM" "$@"',
].join("\n");

export async function startInPod(cluster: Cluster, pod: KubeObject): Promise<Running> {
  const { namespace = "", name } = pod.metadata;
  const folder = await mkdtemp(join(tmpdir(), "in-pod-"));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  const account = join(folder, "account");
  const volume = join(folder, "volume");
  const home = join(folder, "tmp");
  for (const each of [account, volume, home]) await mkdir(each);
  const serviceAccount = String(at(pod, "spec", "serviceAccountName"));
  const kubeconfig: unknown = parse(readFileSync(cluster.kubeconfig, "utf8"));
  const { server, ca } = serverOf(kubeconfig);
  await writeFile(join(account, "token"), await cluster.serviceAccountToken({ namespace, serviceAccount }));
  await writeFile(join(account, "ca.crt"), ca);
  await writeFile(join(account, "namespace"), namespace);
  for (const mounted of listAt(pod, "spec", "volumes")) {
    const map = at(mounted, "configMap", "name");
    if (typeof map !== "string") continue;
    const { data } = (await cluster.api.ask("GET", `/api/v1/namespaces/${namespace}/configmaps/${map}`)) as {
      data: Record<string, string>;
    };
    for (const [key, text] of Object.entries(data)) await writeFile(join(volume, key), text);
  }
  const fields: Readonly<Record<string, string>> = {
    "metadata.name": name,
    "spec.nodeName": String(at(pod, "spec", "nodeName")),
  };
  const env = Object.fromEntries(
    listAt(pod, "spec", "containers", 0, "env").map((each) => {
      const field = at(each, "valueFrom", "fieldRef", "fieldPath");
      const value = typeof field === "string" ? fields[field] : at(each, "value");
      return [String(at(each, "name")), String(value)];
    }),
  );
  const args = listAt(pod, "spec", "containers", 0, "args").map(String);
  return startPlugin(cluster, args, {
    kubeconfig: "",
    through: ["unshare", "-rm", "sh", "-ec", script, "sh"],
    env: {
      ...env,
      HOME: home,
      KUBERNETES_SERVICE_HOST: server.hostname,
      KUBERNETES_SERVICE_PORT: server.port,
      PROGRAM: program,
      ACCOUNT: account,
      VOLUME: volume,
    },
  });
}

function serverOf(kubeconfig: unknown): { readonly server: URL; readonly ca: Buffer } {
  const cluster = at(kubeconfig, "clusters", 0, "cluster");
  return {
    server: new URL(String(at(cluster, "server"))),
    ca: Buffer.from(String(at(cluster, "certificate-authority-data")), "base64"),
  };
}
