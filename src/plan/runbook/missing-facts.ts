import type { MissingFact } from "./runbook.ts";
import { runtimeOf, type RunbookInput } from "./input.ts";
import { parseVersion } from "../../releases/version.ts";

/** Where upstream's documents and manifests put them (calico-facts 8). */
export const usual = {
  cniBinDir: "/opt/cni/bin",
  cniConfDir: "/etc/cni/net.d",
  unit: "calico-node",
  controllerUnit: "calico-policy-controller",
} as const;

/** What nobody could see, each with the flag that tells it. */
export function askedOf(input: RunbookInput, hasController: boolean): readonly MissingFact[] {
  const { flags, hosts, from, datastore } = input;
  const asked: MissingFact[] = [];
  const ask = (fact: string, why: string, flag: string, more: Partial<MissingFact> = {}): void => {
    asked.push({ fact, why, flag, nodes: [], ...more });
  };
  if (from === undefined) ask("the release that runs", input.fromWhy, "--from=VERSION");
  if (datastore === undefined) ask("Calico's datastore", input.datastoreWhy, "--datastore=etcd|kubernetes");
  if (input.hostsWhy !== undefined) ask("the hosts", input.hostsWhy, "NODE…");
  if (flags.runBy === undefined)
    ask("what runs calico-node on the hosts", "Kubernetes does not see it", "--run-by=systemd|docker");
  if (flags.unit === undefined)
    ask("the name of its unit or container", "Kubernetes does not see it", "--unit=NAME", {
      assumed: usual.unit,
    });
  if (flags.cniBinDir === undefined)
    ask(
      "the directory of the CNI plugins",
      "it is a setting of the kubelet or runtime",
      "--cni-bin-dir=PATH",
      {
        assumed: usual.cniBinDir,
      },
    );
  if (flags.cniConfDir === undefined)
    ask(
      "the directory of the CNI configuration",
      "it is a setting of the kubelet or runtime",
      "--cni-conf-dir=PATH",
      {
        assumed: usual.cniConfDir,
      },
    );
  if (flags.bgp === undefined)
    ask(
      "whether the hosts exchange routes by BGP",
      "the configuration of calico-node is on the hosts",
      "--bgp=true|false",
      {
        assumed: "true",
      },
    );
  const noRuntime = hosts.filter((host) => !("runtime" in host) || runtimeOf(host.runtime) === undefined);
  if (flags.runtime === undefined && noRuntime.length > 0)
    ask(
      "the container runtime",
      "the node does not say it, or is not one that this program knows",
      "--runtime=docker|containerd|cri-o",
      {
        nodes: noRuntime.map(({ name }) => name),
      },
    );
  const noKubelet = hosts.filter(
    (host) => !("kubelet" in host) || parseVersion(host.kubelet ?? "") === undefined,
  );
  if (flags.kubelet === undefined && noKubelet.length > 0)
    ask("the version of the kubelet", "the node does not say it", "--kubelet=VERSION", {
      nodes: noKubelet.map(({ name }) => name),
    });
  if (input.controllerWorkload !== undefined || !hasController) return asked;
  const why =
    input.workloadsKnown === true
      ? "no Deployment or ReplicaSet of this cluster is one"
      : "the cluster's workloads could not be read";
  if (flags.controllerHost === undefined)
    ask("the host that the policy controller runs on", why, "--controller-host=NODE");
  if (flags.controllerUnit === undefined)
    ask("the name of the policy controller's unit or container", why, "--controller-unit=NAME", {
      assumed: usual.controllerUnit,
    });
  return asked;
}
