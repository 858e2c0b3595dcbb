/** Every file of keys, certificates and configuration that the processes of a cluster read. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { type AuditLevel, auditPolicy } from "./audit.ts";
import { createAuthority, createTokenKeys, type Pem, signClient, signServing } from "./certificates.ts";
import { firstServiceAddress } from "./components.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { type ClusterFolder, writeCredentials } from "./state.ts";

export type Credentials = { readonly authority: Pem; readonly admin: Pem };

export async function createCredentials(
  name: string,
  folder: ClusterFolder,
  server: string,
  /** Further addresses of the API server. */
  addresses: readonly string[] = [],
): Promise<Credentials> {
  const authority = await createAuthority(`${name}-ca`);
  const serving = await signServing(authority, [
    { type: "dns", value: "localhost" },
    { type: "dns", value: "kubernetes.default.svc" },
    { type: "ip", value: "127.0.0.1" },
    { type: "ip", value: "::1" },
    { type: "ip", value: firstServiceAddress },
    ...addresses.map((value) => ({ type: "ip" as const, value })),
  ]);
  writeCredentials(folder, "ca", authority);
  writeCredentials(folder, "serving", serving);
  const tokens = createTokenKeys();
  writeFileSync(join(folder.pki, "sa.key"), tokens.privateKey, { mode: 0o600 });
  writeFileSync(join(folder.pki, "sa.pub"), tokens.publicKey, { mode: 0o600 });

  const writeFor = async (path: string, user: string, groups: readonly string[] = []): Promise<Pem> => {
    const credentials = await signClient(authority, { name: user, groups });
    writeKubeconfig(path, { cluster: name, server, authority: authority.certificate, user, credentials });
    return credentials;
  };
  await writeFor(join(folder.pki, "controller-manager.kubeconfig"), "system:kube-controller-manager");
  await writeFor(join(folder.pki, "scheduler.kubeconfig"), "system:kube-scheduler");
  await writeFor(join(folder.pki, "kwok.kubeconfig"), "system:kwok", ["system:masters"]);
  const admin = await writeFor(folder.kubeconfig, "admin", ["system:masters"]);
  writeCredentials(folder, "admin", admin);
  return { authority, admin };
}

/** What has no flag. */
export function writeKwokConfiguration(folder: ClusterFolder): void {
  const configuration = {
    apiVersion: "config.kwok.x-k8s.io/v1alpha1",
    kind: "KwokConfiguration",
    options: {
      podPlayStageParallelism: 16,
      nodePlayStageParallelism: 16,
      nodeLeaseParallelism: 16,
      // Without it a node that speaks again does not look at its pods.
      podsOnNodeSyncParallelism: 4,
      // `kubectl logs`.
      enableDebuggingHandlers: true,
    },
  };
  // `kubectl exec`, into any container: what is in the cluster's folder of programs (`folder.exec`) is found first.
  const execs = {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "ClusterExec",
    metadata: { name: "default" },
    spec: { execs: [{ local: {} }] },
  };
  writeFileSync(
    join(folder.pki, "kwok.yaml"),
    [configuration, execs].map((each) => stringify(each)).join("---\n"),
    {
      mode: 0o600,
    },
  );
}

export type AuditSetUp = { readonly log: string; readonly flags: readonly string[] };

export function setUpAudit(folder: ClusterFolder, level: AuditLevel): AuditSetUp {
  const policy = join(folder.pki, "audit-policy.json");
  writeFileSync(policy, JSON.stringify(auditPolicy(level)), { mode: 0o600 });
  const log = join(folder.logs, "audit.log");
  // Blocking: what a client has the answer to stands in the log.
  const flags = [
    `--audit-policy-file=${policy}`,
    `--audit-log-path=${log}`,
    "--audit-log-mode=blocking",
    // After 100 MB it would begin a new file, and an hour of tests writes more.
    "--audit-log-maxsize=100000",
  ];
  return { log, flags };
}
