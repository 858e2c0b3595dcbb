import { program } from "../../model/program.ts";
import type { ReleaseImages } from "../../releases/registries.ts";
import { pullStep } from "./host.ts";
import { runtimeOf, type RunbookInput } from "./told.ts";
import type { RunbookStep } from "./runbook.ts";

const meanwhile = [
  "until the new one runs: new NetworkPolicies are not applied, new pods in new namespaces get no network, changed labels have no effect",
  "existing pods keep their network and their policy",
];

/** upgrade-procedure.md, "Upgrading the Calico Policy Controller": one instance at any time. */
export function controllerSteps(input: RunbookInput, images: ReleaseImages): readonly RunbookStep[] {
  const image = images.controller;
  if (image === undefined) return [];
  const { controllerWorkload, flags, hosts } = input;
  if (controllerWorkload !== undefined) {
    return [
      {
        id: "controller-deployment",
        what: `it runs in this cluster as ${controllerWorkload}: upgrade it there`,
        notes: meanwhile,
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
  const unit = "calico-policy-controller";
  const docker = flags.runBy === "docker";
  const anywhere = "kubectl get pods --all-namespaces -o wide | grep -E 'policy-controller|kube-controllers'";
  return [
    { ...pullStep([image], runtime), notes: [], what: `on ${on}: fetch the image while the old one runs` },
    {
      id: "controller-stop",
      what: `on ${on}: stop the old controller`,
      notes: meanwhile,
      commands: docker
        ? [`docker stop ${unit}`, `docker rename ${unit} ${unit}-before`]
        : [`systemctl stop ${unit}.service`],
      files: [],
      unit,
    },
    {
      id: "controller-none",
      what: "see that none runs anywhere",
      notes: ["two at once undo each other's work"],
      commands: [
        "# on every host that may have one: nothing is printed",
        "docker ps --format '{{.Names}} {{.Image}}' | grep -E 'policy-controller|kube-controllers'",
        anywhere,
      ],
      files: [],
    },
    {
      id: "controller-start",
      what: `on ${on}: start ${image}`,
      notes: ["better as a Deployment with strategy Recreate: then Kubernetes keeps it to one"],
      commands: docker
        ? [`# as it was started before, with ${image}:`, `docker run -d --name ${unit} … ${image}`]
        : [
            `systemctl edit --full ${unit}.service   # the image: ${image}`,
            "systemctl daemon-reload",
            `systemctl start ${unit}.service`,
          ],
      files: [],
      image,
      unit,
    },
    {
      id: "controller-verify",
      what: "see that exactly one runs, and works",
      notes: [],
      commands: [
        docker ? `docker logs --tail 20 ${unit}` : `journalctl -u ${unit}.service -n 20 --no-pager`,
        anywhere,
      ],
      files: [],
    },
  ];
}
