import { accessSync, constants } from "node:fs";
import type { KubeCluster, KubeUser } from "./kubeconfig-file.ts";
import { fileProblem } from "./load-kubeconfig.ts";

/** What keeps a cluster entry from being used, in clientcmd's words. */
export function clusterProblems(name: string, cluster: KubeCluster): string[] {
  const problems: string[] = [];
  const proxy = cluster["proxy-url"];
  if (proxy) {
    const scheme = URL.canParse(proxy) ? new URL(proxy).protocol.slice(0, -1) : undefined;
    const why =
      scheme === undefined
        ? `could not parse: ${proxy}`
        : ["http", "https", "socks5"].includes(scheme)
          ? undefined
          : `unsupported scheme "${scheme}", must be http, https, or socks5`;
    if (why !== undefined) problems.push(`invalid 'proxy-url' "${proxy}" for cluster "${name}": ${why}`);
  }
  const file = cluster["certificate-authority"];
  if (file && cluster["certificate-authority-data"]) {
    problems.push(
      `certificate-authority-data and certificate-authority are both specified for ${name}. certificate-authority-data will override.`,
    );
  }
  return [...problems, ...unreadable("certificate-authority", file, name)];
}

/** What keeps a user entry from being used, in clientcmd's words and order. */
export function userProblems(name: string, user: KubeUser): string[] {
  const problems: string[] = [];
  const cert = user["client-certificate"];
  const key = user["client-key"];
  const keyData = user["client-key-data"];
  const certData = user["client-certificate-data"];
  if (cert || certData) {
    if (cert && certData) {
      problems.push(
        `client-cert-data and client-cert are both specified for ${name}. client-cert-data will override.`,
      );
    }
    if (key && keyData) {
      problems.push(
        `client-key-data and client-key are both specified for ${name}; client-key-data will override`,
      );
    }
    if (!key && !keyData) {
      problems.push(
        `client-key-data or client-key must be specified for ${name} to use the clientCert authentication method.`,
      );
    }
    problems.push(...unreadable("client-cert", cert, name), ...unreadable("client-key", key, name));
  }
  if (user.exec !== undefined) problems.push(...execProblems(name, user));
  if (user.token && (user.username || user.password)) {
    problems.push(
      `more than one authentication method found for ${name}; found [token basicAuth], only one is allowed`,
    );
  }
  const more =
    user["as-uid"] || user["as-groups"]?.length || Object.keys(user["as-user-extra"] ?? {}).length > 0;
  if (more && !user.as) {
    problems.push(`requesting uid, groups or user-extra for ${name} without impersonating a user`);
  }
  return problems;
}

function execProblems(name: string, user: KubeUser): string[] {
  const exec = user.exec ?? {};
  const by = `for ${name} to use exec authentication plugin`;
  const problems: string[] = [];
  if (user["auth-provider"] !== undefined) {
    problems.push(`authProvider cannot be provided in combination with an exec plugin for ${name}`);
  }
  if (!exec.command) problems.push(`command must be specified ${by}`);
  if (!exec.apiVersion) problems.push(`apiVersion must be specified ${by}`);
  if (exec.env?.some((variable) => !variable.name) === true) {
    problems.push(`env variable name must be specified ${by}`);
  }
  const older = /^client\.authentication\.k8s\.io\/v1(alpha|beta)1$/.test(exec.apiVersion ?? "");
  if (!exec.interactiveMode && !older) problems.push(`interactiveMode must be specified ${by}`);
  else if (exec.interactiveMode && !["Never", "IfAvailable", "Always"].includes(exec.interactiveMode)) {
    problems.push(`invalid interactiveMode for ${name}: "${exec.interactiveMode}"`);
  }
  return problems;
}

function unreadable(what: string, path: string | undefined, name: string): string[] {
  if (!path) return [];
  try {
    accessSync(path, constants.R_OK);
    return [];
  } catch (error) {
    return [
      `unable to read ${what} ${path} for ${name} due to ${fileProblem(path, error as NodeJS.ErrnoException)}`,
    ];
  }
}
