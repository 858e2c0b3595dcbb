import type { NodeFacts } from "../../model/node.ts";
import type { ReleaseImages } from "../../releases/registries.ts";
import { atLeast, parseVersion, type Version } from "../../releases/version.ts";
import { usual } from "./missing-facts.ts";
import { binariesStep, configStep } from "./cni.ts";
import type { RunbookHost, RunbookStep } from "./runbook.ts";
import {
  containerOf,
  engineOf,
  runtimeOf,
  type RunbookFlags,
  type RunbookInput,
  type Runtime,
} from "./input.ts";
import { sh } from "../../model/shell.ts";

/** The steps on one host: docs/procedure.md, "Upgrading Components Individually". */
export function hostOf(
  host: RunbookInput["hosts"][number],
  from: Version | undefined,
  to: Version,
  images: ReleaseImages,
  flags: RunbookFlags,
): RunbookHost {
  const facts: Partial<NodeFacts> = host;
  const runtime = runtimeOf(facts.runtime) ?? flags.runtime;
  const kubelet = parseVersion(facts.kubelet ?? "") ?? flags.kubelet;
  const binDir = flags.cniBinDir ?? usual.cniBinDir;
  const confDir = flags.cniConfDir ?? usual.cniConfDir;
  const { name } = host;
  return {
    node: name,
    facts: {
      ...(facts.arch === undefined ? {} : { arch: facts.arch }),
      ...(facts.osImage === undefined ? {} : { os: facts.osImage }),
      ...(facts.kernel === undefined ? {} : { kernel: facts.kernel }),
      ...(facts.kubelet === undefined ? {} : { kubelet: facts.kubelet }),
      ...(facts.runtime === undefined ? {} : { runtime: facts.runtime }),
      images: (facts.images ?? []).filter((image) => /(^|\/)(mirrored-)?calico[-/]/.test(image)),
    },
    steps: [
      pullStep([images.node, images.cni], runtime, flags.bgp),
      {
        id: "cordon",
        what: "keep new pods away",
        notes: facts.unschedulable === true ? ["it is cordoned already: leave it so at the end"] : [],
        commands: facts.unschedulable === true ? [] : [sh`kubectl cordon ${name}`],
        files: [],
      },
      binariesStep(images.cni, binDir, runtime),
      configStep(from, to, confDir),
      ...kubeletStep(kubelet),
      switchStep(images.node, flags),
      verifyStep(name, to, flags, runtime),
      {
        id: "uncordon",
        what: "let new pods come",
        notes: facts.unschedulable === true ? ["not here: it was cordoned before"] : [],
        commands: facts.unschedulable === true ? [] : [sh`kubectl uncordon ${name}`],
        files: [],
      },
    ],
  };
}

export function pullStep(
  images: readonly string[],
  runtime: Runtime | undefined,
  bgp: boolean | undefined,
): RunbookStep {
  const pull: Readonly<Record<Runtime, (image: string) => string>> = {
    docker: (image) => sh`docker pull ${image}`,
    containerd: (image) => sh`ctr -n k8s.io images pull ${image}`,
    "cri-o": (image) => sh`podman pull ${image}`,
  };
  return {
    id: "pull",
    what: "fetch the images while the old ones run",
    notes:
      bgp === false
        ? []
        : [
            "routes are lost if calico-node is away for longer than BGP's graceful restart, and a pull takes longer",
          ],
    commands:
      runtime === undefined
        ? images.map((image) => `# the runtime is not known: pull ${image}`)
        : images.map(pull[runtime]),
    files: [],
  };
}

/** Kubelets before 1.4 read the CNI configuration only when they start. */
function kubeletStep(kubelet: Version | undefined): readonly RunbookStep[] {
  if (kubelet !== undefined && atLeast(kubelet, "v1.4.0")) return [];
  const unknown = kubelet === undefined;
  return [
    {
      id: "kubelet",
      what: unknown
        ? "restart the kubelet if it is older than 1.4"
        : "restart the kubelet: before 1.4 it does not see a changed CNI configuration",
      notes: unknown ? ["its version is not known (--kubelet)"] : [],
      commands: [`${unknown ? "# only if it is older than 1.4: " : ""}systemctl restart kubelet`],
      files: [],
    },
  ];
}

function switchStep(image: string, { runBy, unit = usual.unit, bgp }: RunbookFlags): RunbookStep {
  const service = unit.includes(".") ? unit : `${unit}.service`;
  const bySystemd = [
    sh`systemctl cat ${service} | grep -n 'calico/node'`,
    `${sh`systemctl edit --full ${service}`}   # the image: ${image}`,
    "systemctl daemon-reload",
    sh`systemctl restart ${service}`,
  ];
  const container = containerOf(unit);
  const byDocker = [
    `${sh`docker inspect ${container} > "$HOME"/${container}.before.json`}   # its options, for the new one`,
    sh`docker stop ${container}`,
    sh`docker rename ${container} ${container}-before`,
    `# start it as it was started before, with ${image}:`,
    sh`docker run -d --name ${container} \u2026 ${image}`,
  ];
  return {
    id: "switch",
    what: `let ${image} run instead of the old calico-node`,
    notes: [
      bgp === false
        ? "no BGP: routes stay in the kernel during the restart"
        : "between stop and start less than 90 seconds: BGP's graceful restart",
      "existing pods keep their network and their policy during the restart; changes of policy wait",
    ],
    commands:
      runBy === "systemd"
        ? bySystemd
        : runBy === "docker"
          ? byDocker
          : ["# if systemd runs it:", ...bySystemd, "# if docker runs it:", ...byDocker],
    files: [],
    image,
    unit,
  };
}

function verifyStep(
  node: string,
  to: Version,
  { unit = usual.unit, bgp }: RunbookFlags,
  runtime: Runtime | undefined,
): RunbookStep {
  const shell = engineOf(runtime);
  const container = containerOf(unit);
  const probe = atLeast(to, "v3.2.0")
    ? [sh`${shell} exec ${container} /bin/calico-node -felix-ready`]
    : atLeast(to, "v2.4.0")
      ? ["# where FELIX_HEALTHENABLED is true:", "curl -fsS http://localhost:9099/readiness"]
      : [sh`${shell} logs --tail 20 ${container}`];
  return {
    id: "verify",
    what: "see that it works before the next host is touched",
    notes: ["a pod that is started here gets an address, and reaches one on another host"],
    commands: [
      sh`${shell} ps --filter name=${container} --format '{{.Image}} {{.Status}}'`,
      ...probe,
      // It shows the sessions of BGP, and nothing else.
      ...(bgp === false ? [] : ["calicoctl node status"]),
      sh`kubectl get node ${node}`,
    ],
    files: [],
  };
}
