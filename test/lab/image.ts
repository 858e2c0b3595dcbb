/** The one image of a lab, under several names: what the registry makes its layer of. */
import { copyFileSync, cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Programs } from "./programs.ts";

export const gapImage = "lab.example/lab/gap:v1";
export const pauseImage = "registry.k8s.io/pause:3.10";

/** Repository → how a container of it is run, whatever the registry before it and the tag behind it. */
export const images = {
  "calico/node": { Entrypoint: ["/bin/calico-node"] },
  "calico/cni": { Entrypoint: ["/opt/cni/bin/install"] },
  // Calico's manifests ask for a user that is not root.
  "calico/kube-controllers": { Entrypoint: ["/usr/bin/kube-controllers"], User: "999" },
  pause: { Entrypoint: ["/pause"] },
  "lab/gap": { Entrypoint: ["/usr/bin/gap"] },
};

/** Static programs, and BIRD with the libraries that it is linked with. */
export function makeImageRoot(root: string, programs: Programs): void {
  const { debian } = programs;
  const files: Record<string, string> = {
    "bin/calico-node": programs["calico-node"],
    "opt/cni/bin/install": programs["cni-install"],
    "usr/bin/gap": programs.gap,
    pause: programs.idle,
    "usr/sbin/bird": join(debian.root, "usr/sbin/bird"),
    "usr/sbin/birdc": join(debian.root, "usr/sbin/birdc"),
  };
  for (const plugin of ["ptp", "host-local", "loopback"]) {
    files[`opt/cni/plugins/${plugin}`] = join(debian.root, "usr/lib/cni", plugin);
  }
  for (const [name, from] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    copyFileSync(from, join(root, name));
  }
  for (const name of ["usr/bin/kube-controllers", "usr/bin/check-status", "opt/cni/bin/calico-ipam"]) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    symlinkSync("/pause", join(root, name));
  }
  for (const name of ["etc", "tmp", "var/lib", "var/run"]) mkdirSync(join(root, name), { recursive: true });
  copyLibraries(root, debian.root);
}

const libraries = /^(ld-linux.*|libc|libm|libreadline|libtinfo)\.so(\.|$)/;

function copyLibraries(root: string, debian: string): void {
  const links = { recursive: true, verbatimSymlinks: true };
  const arch = readdirSync(join(debian, "lib")).find((name) => name.endsWith("-linux-gnu"));
  if (arch === undefined) throw new Error("Debian's libc6 has no lib/ARCH-linux-gnu");
  for (const folder of [`lib/${arch}`, `usr/lib/${arch}`]) {
    for (const name of readdirSync(join(debian, folder)).filter((name) => libraries.test(name))) {
      cpSync(join(debian, folder, name), join(root, folder, name), links);
    }
  }
  // Where programs look for their loader.
  cpSync(join(debian, "lib64"), join(root, "lib64"), links);
}
