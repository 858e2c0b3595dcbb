import { program } from "../../model/program.ts";
import type { ReleaseImages } from "../../releases/registries.ts";
import { usual } from "./missing-facts.ts";
import { pullStep } from "./host.ts";
import { containerOf, engineOf, runtimeOf, type RunbookInput } from "./input.ts";
import type { RunbookStep } from "./runbook.ts";
import { sh } from "../../model/shell.ts";

/** What is paused meanwhile: with the Kubernetes datastore policy does not depend on it (hazard H24). */
function meanwhile({ datastore }: RunbookInput): readonly string[] {
  if (datastore === "kubernetes")
    return ["policy is not affected: until the new one runs, the clean-up of addresses pauses"];
  const some = datastore === undefined ? "with etcd, " : "";
  return [
    `${some}until the new one runs: new NetworkPolicies are not applied, new pods in new namespaces get no network, changed labels have no effect`,
    "existing pods keep their network and their policy",
  ];
}

/** docs/procedure.md, "Upgrading the Calico Policy Controller": one instance at any time. */
export function controllerSteps(input: RunbookInput, images: ReleaseImages): readonly RunbookStep[] {
  const image = images.controller;
  if (image === undefined) return [];
  const { controllerWorkload, flags, hosts } = input;
  if (controllerWorkload !== undefined) {
    return [
      {
        id: "controller-deployment",
        what: `it runs in this cluster as ${controllerWorkload}: upgrade it there`,
        notes: meanwhile(input),
        commands: [`${program} controller -f controller.yaml   # with ${image}`],
        files: [],
        image,
      },
    ];
  }
  const on = flags.controllerHost ?? "the host that it runs on";
  const host = hosts.find(({ name }) => name === flags.controllerHost);
  const runtime =
    (host !== undefined && "runtime" in host ? runtimeOf(host.runtime) : undefined) ?? flags.runtime;
  const unit = flags.controllerUnit ?? usual.controllerUnit;
  const container = containerOf(unit);
  const service = unit.includes(".") ? unit : `${unit}.service`;
  const { runBy } = flags;
  const by = (systemd: readonly string[], docker: readonly string[]): readonly string[] =>
    runBy === "systemd"
      ? systemd
      : runBy === "docker"
        ? docker
        : ["# if systemd runs it:", ...systemd, "# if docker runs it:", ...docker];
  const runtimes = hosts.map(
    (each) => runtimeOf("runtime" in each ? each.runtime : undefined) ?? flags.runtime,
  );
  const engines = [...new Set([...runtimes.map(engineOf), ...(hosts.length === 0 ? ["docker"] : [])])];
  const anywhere = "kubectl get pods --all-namespaces -o wide | grep -E 'policy-controller|kube-controllers'";
  return [
    {
      ...pullStep([image], runtime, flags.bgp),
      notes: [],
      what: `on ${on}: fetch the image while the old one runs`,
    },
    {
      id: "controller-stop",
      what: `on ${on}: stop the old controller`,
      notes: meanwhile(input),
      commands: by(
        [sh`systemctl stop ${service}`],
        [sh`docker stop ${container}`, sh`docker rename ${container} ${container}-before`],
      ),
      files: [],
      unit,
    },
    {
      id: "controller-none",
      what: "see that none runs anywhere",
      notes: ["two at once undo each other's work"],
      commands: [
        "# on every host that may have one: nothing is printed",
        ...engines.map(
          (engine) =>
            `${engine} ps --format '{{.Names}} {{.Image}}' | grep -E 'policy-controller|kube-controllers'`,
        ),
        anywhere,
      ],
      files: [],
    },
    {
      id: "controller-start",
      what: `on ${on}: start ${image}`,
      notes: ["better as a Deployment with strategy Recreate: then Kubernetes keeps it to one"],
      commands: by(
        [
          `${sh`systemctl edit --full ${service}`}   # the image: ${image}`,
          "systemctl daemon-reload",
          sh`systemctl start ${service}`,
        ],
        [`# as it was started before, with ${image}:`, sh`docker run -d --name ${container} \u2026 ${image}`],
      ),
      files: [],
      image,
      unit,
    },
    {
      id: "controller-verify",
      what: "see that exactly one runs, and works",
      notes: [],
      commands: [
        ...by([sh`journalctl -u ${service} -n 20 --no-pager`], [sh`docker logs --tail 20 ${container}`]),
        anywhere,
      ],
      files: [],
    },
  ];
}
