import { atLeast, span, within, type Version } from "../../releases/version.ts";
import type { RunbookStep } from "./runbook.ts";
import type { Runtime } from "./input.ts";
import { sh } from "../../model/shell.ts";

/** Where the CNI image has them, in every release from v1.5 to v3.32 (calico-facts 8). */
const inImage = "/opt/cni/bin";
const binaries = ["calico", "calico-ipam"] as const;

/** Copies them beside the old ones and moves them into place: a pod that starts meanwhile finds one or the other. */
export function binariesStep(image: string, directory: string, runtime: Runtime | undefined): RunbookStep {
  const into = (file: string): string => `${directory}/.${file}.new`;
  const place = binaries.flatMap((file) => [
    sh`chown root:root ${into(file)} && chmod 0755 ${into(file)}`,
    sh`mv -f ${into(file)} ${directory}/${file}`,
  ]);
  const byEngine = (engine: string): readonly string[] => [
    sh`id=$(${engine} create ${image})`,
    ...binaries.map((file) => sh`${engine} cp "$id":${inImage}/${file} ${into(file)}`),
    sh`${engine} rm "$id"`,
  ];
  const byMount = [
    "mkdir -p /run/calico-cni-image",
    sh`ctr -n k8s.io images mount ${image} /run/calico-cni-image`,
    ...binaries.map((file) => sh`cp /run/calico-cni-image${inImage}/${file} ${into(file)}`),
    "ctr -n k8s.io images unmount /run/calico-cni-image",
  ];
  const copies: Readonly<Record<Runtime, readonly string[]>> = {
    docker: byEngine("docker"),
    containerd: byMount,
    "cri-o": byEngine("podman"),
  };
  return {
    id: "cni-binaries",
    what: `put the CNI plugins of ${image} into ${directory}`,
    notes: ["each is moved into place at once, so that no pod meets half a file"],
    commands: [
      ...(runtime === undefined
        ? [
            `# the runtime is not known: copy ${binaries.map((file) => `${inImage}/${file}`).join(" and ")} out of ${image} to ${binaries.map(into).join(" and ")}`,
          ]
        : copies[runtime]),
      ...place,
      sh`${directory}/calico -v`,
    ],
    files: binaries.map((file) => ({
      path: `${directory}/${file}`,
      owner: "root:root",
      mode: "0755",
      state: "present",
      source: `${image}:${inImage}/${file}`,
    })),
  };
}

/** What cniVersion the template of a release's manifest has (calico-facts 8). */
const cniVersions: readonly (readonly [ReturnType<typeof span>, string])[] = [
  [span("v2.2.0", "v3.0.0"), "0.1.0"],
  [span("v3.0.0", "v3.8.0"), "0.3.0"],
  [span("v3.8.0", "v3.31.0"), "0.3.1"],
  [span("v3.31.0", "v3.32.0"), "1.0.0"],
  [span("v3.32.0", "v3.33.0"), "0.3.1"],
];

export function configStep(from: Version | undefined, to: Version, directory: string): RunbookStep {
  const isList = atLeast(to, "v3.0.0");
  const name = isList ? "10-calico.conflist" : "10-calico.conf";
  const old = isList ? `${directory}/10-calico.conf` : undefined;
  const leavesOld = old !== undefined && (from === undefined || !atLeast(from, "v3.0.0"));
  const version = cniVersions.find(([releases]) => within(to, releases))?.[1];
  const token = !atLeast(to, "v3.1.0");
  return {
    id: "cni-config",
    what: `bring the CNI configuration to what ${to.text} reads`,
    notes: [
      ...(version === undefined
        ? []
        : [`cniVersion in upstream's configuration of this release: ${version}`]),
      ...(isList && leavesOld
        ? [
            "from v3.0 on the configuration is a list of plugins; the kubelet takes the alphabetically first usable file, so the old one has to go",
          ]
        : []),
      ...(token
        ? ["it holds the token or the path of the kubeconfig that the plugin uses: nobody else may read it"]
        : []),
      "the kind of IPAM stays as it is: a change from host-local to calico-ipam is a migration of its own (v3.6)",
    ],
    commands: [
      sh`cp -p ${directory}/${leavesOld ? "10-calico.conf" : name} "$HOME"/${leavesOld ? "10-calico.conf" : name}.before`,
      `# edit ${directory}/${name}: your own values, in the form of this release`,
      sh`chown root:root ${directory}/${name} && chmod ${token ? "0600" : "0644"} ${directory}/${name}`,
      ...(leavesOld ? [sh`rm -f ${old ?? ""}`] : []),
    ],
    files: [
      {
        path: `${directory}/${name}`,
        owner: "root:root",
        mode: token ? "0600" : "0644",
        state: "present",
        source: "your own configuration",
      },
      ...(leavesOld
        ? [{ path: old, owner: "root:root" as const, mode: "0600", state: "absent" as const }]
        : []),
    ],
  };
}
