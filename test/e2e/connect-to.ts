import { connect } from "../../src/cluster/connection/connect.ts";
import type { Connection } from "../../src/cluster/port.ts";
import { editYaml, parseYaml } from "../../src/manifest/yaml.ts";
import type { Cluster } from "../cluster/cluster.ts";

/** The product's own connection to a test cluster, as its admin. */
export function connectTo(cluster: Cluster): Promise<Connection> {
  const flags = {
    kubeconfig: cluster.kubeconfig,
    context: undefined,
    cluster: undefined,
    user: undefined,
    namespace: undefined,
    server: undefined,
    token: undefined,
    clientCertificate: undefined,
    clientKey: undefined,
    username: undefined,
    password: undefined,
    certificateAuthority: undefined,
    insecureSkipTlsVerify: false,
    tlsServerName: undefined,
    as: undefined,
    asUid: undefined,
    asGroup: [],
    asUserExtra: [],
    requestTimeout: "0",
    disableCompression: false,
    cacheDir: undefined,
    matchServerVersion: false,
    verbosity: 0,
  };
  return connect(flags, {
    env: {},
    parseYaml,
    editYaml,
    log: () => undefined,
    warn: () => undefined,
    userAgent: "calico-upgrade-tests",
    pid: process.pid,
    stdinTty: false,
    login: () => Promise.reject(new Error("nobody to ask")),
  });
}
