/** What the executable needs around it: Node's libraries out of Debian's packages, a user, and nothing to log in with. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageList } from "../build/debian.ts";
import type { Platform } from "../build/platforms.ts";
import type { ImageFile } from "./layer.ts";

/** base-files has the texts of the licences and names the Debian, by which scanners find known vulnerabilities. */
export const packages = ["libc6", "libstdc++6", "libgcc-s1", "base-files"];

/** As distroless images have it: a number, since Kubernetes' `runAsNonRoot` cannot judge a name. */
export const user = 65532;
export const home = "home/nonroot";

/** What `readelf --dynamic` names as needed by Node, and what the C library loads to resolve names. */
const libraries = [
  "libc.so.6",
  "libdl.so.2",
  "libgcc_s.so.1",
  "libm.so.6",
  "libnss_dns.so.2",
  "libnss_files.so.2",
  "libpthread.so.0",
  "libresolv.so.2",
  "libstdc++.so.6",
];

const machines = {
  amd64: { triple: "x86_64-linux-gnu", loader: "ld-linux-x86-64.so.2", loaderFolder: "lib64" },
  arm64: { triple: "aarch64-linux-gnu", loader: "ld-linux-aarch64.so.1", loaderFolder: "lib" },
} as const;

/**
 * From a folder with `packages` unpacked, of this architecture.
 * @throws Error when they lack a library.
 */
export function runtimeFiles(debian: string, arch: Platform["arch"]): ImageFile[] {
  const { triple, loader, loaderFolder } = machines[arch];
  const library = (name: string): Buffer => {
    // Before and after Debian's merged /usr.
    const found = [`lib/${triple}`, `usr/lib/${triple}`]
      .map((folder) => join(debian, folder, name))
      .find((path) => existsSync(path));
    if (found === undefined) throw new Error(`Debian's packages for ${arch} have no ${name}`);
    return readFileSync(found);
  };
  return [
    ...["lib", "lib64"].map((path) => ({ path, content: { linkTo: `usr/${path}` } })),
    { path: "usr/lib64", content: "folder" },
    { path: `usr/${loaderFolder}/${loader}`, mode: 0o755, content: library(loader) },
    ...libraries.map((name) => ({ path: `usr/lib/${triple}/${name}`, content: library(name) })),
    ...aboutPackages(debian),
    ...account(),
    ...["dev", "proc", "sys"].map((path): ImageFile => ({ path, content: "folder" })),
    { path: "tmp", mode: 0o1777, content: "folder" },
  ];
}

/** `libc6 2.36-9+deb12u14`: those that the image has files of, sorted. */
export function packageVersions(debian: string): string[] {
  return usedPackages(debian).map((name) => {
    const about = readFileSync(join(debian, packageList, name), "utf8");
    return `${name} ${/^Version: (.+)$/m.exec(about)?.[1] ?? ""}`;
  });
}

function usedPackages(debian: string): string[] {
  return (
    readdirSync(join(debian, packageList))
      // gcc's has the licence of its libraries; of the others that these depend on nothing is needed.
      .filter((name) => packages.includes(name) || /^gcc-\d+-base$/.test(name))
      .sort()
  );
}

/** Versions and licences of the packages, where scanners of images and people look for them. */
function aboutPackages(debian: string): ImageFile[] {
  const file = (path: string): ImageFile => ({ path, content: readFileSync(join(debian, path)) });
  const licences = "usr/share/common-licenses";
  return [
    ...usedPackages(debian).flatMap((name) => [
      file(`${packageList}/${name}`),
      file(`usr/share/doc/${name}/copyright`),
    ]),
    ...readdirSync(join(debian, licences)).map((name) => file(`${licences}/${name}`)),
    file("etc/debian_version"),
    file("usr/lib/os-release"),
    { path: "etc/os-release", content: { linkTo: "../usr/lib/os-release" } },
  ];
}

function account(): ImageFile[] {
  const text = (path: string, ...lines: readonly string[]): ImageFile => ({
    path,
    content: Buffer.from(`${lines.join("\n")}\n`),
  });
  const nobody = `nonroot:x:${user}:${user}:nonroot:/${home}:/sbin/nologin`;
  return [
    text("etc/passwd", "root:x:0:0:root:/root:/sbin/nologin", nobody),
    text("etc/group", "root:x:0:", `nonroot:x:${user}:`),
    text("etc/nsswitch.conf", "hosts: files dns"),
    // Other users may enter it: it is the working directory for whoever a pod's securityContext names.
    { path: home, owner: user, content: "folder" },
  ];
}
