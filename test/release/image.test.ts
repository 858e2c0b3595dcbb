/** The container image, as a registry and a node get it: its form, its files, and that they are enough to run it. */
import { execFile, execFileSync, spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emulatorFor } from "../../scripts/build/emulator.ts";
import { thisPlatform } from "../../scripts/build/platforms.ts";
import { imagePlatforms } from "../../scripts/oci/image.ts";
import { startOneNodeServer } from "../calico/one-node-server.ts";
import { ensureBuilt } from "../cluster/binaries/build.ts";
import { recipes } from "../cluster/binaries/recipes.ts";
import { homepage, image, release, root, sha256, version } from "./released.ts";

interface Descriptor {
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string };
}

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

interface Configuration {
  readonly os: string;
  readonly architecture: string;
  readonly config: {
    readonly User: string;
    readonly Entrypoint: readonly string[];
    readonly WorkingDir: string;
    readonly Labels: Readonly<Record<string, string>>;
  };
}

const there = existsSync(image);
if (!there) console.log("SKIPPED: there is no image; npm run release says why");
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log("SKIPPED: the image is not run: chroot needs root");

const folder = mkdtempSync(join(tmpdir(), "image-"));
const run = promisify(execFile);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Unpacks an archive and reads its index. */
class Layout {
  readonly path: string;
  readonly digest: string;
  readonly manifests: readonly Descriptor[];

  constructor(archive: string, name: string) {
    this.path = join(folder, name);
    mkdirSync(this.path);
    execFileSync("tar", ["-xf", archive, "-C", this.path]);
    const top = JSON.parse(readFileSync(join(this.path, "index.json"), "utf8")) as {
      manifests: Descriptor[];
    };
    this.digest = top.manifests[0]?.digest ?? "";
    this.manifests = (this.read(this.digest) as { manifests: Descriptor[] }).manifests;
  }

  blob(digest: string): string {
    return join(this.path, "blobs", digest.replace(":", "/"));
  }

  read(digest: string): unknown {
    return JSON.parse(readFileSync(this.blob(digest), "utf8"));
  }

  manifest(arch: string): Manifest {
    const found = this.manifests.find(({ platform }) => platform?.architecture === arch);
    return this.read(found?.digest ?? "") as Manifest;
  }
}

describe.runIf(there)("the image", () => {
  const layout = new Layout(there ? image : "", "layout");

  test("a registry accepts it and crane finds it valid, under the digest that was printed", async () => {
    const [built = ""] = await ensureBuilt([recipes.crane], { progress: (line) => console.log(line) });
    const crane = join(built, "crane");
    const registry = spawn(crane, ["registry", "serve", "--address", "127.0.0.1:0"]);
    try {
      const port = await new Promise<string>((resolve, reject) => {
        let text = "";
        registry.stderr.setEncoding("utf8").on("data", (more: string) => {
          text += more;
          const found = /serving on port (\d+)/.exec(text)?.[1];
          if (found !== undefined) resolve(found);
        });
        registry.on("error", reject).on("exit", () => {
          reject(new Error(`crane registry ended: ${text}`));
        });
      });
      const name = `127.0.0.1:${port}/calico-upgrade:v${version}`;
      await run(crane, ["push", layout.path, name]);
      expect((await run(crane, ["validate", "--remote", name])).stdout).toBe(`PASS: ${name}\n`);
      expect((await run(crane, ["digest", name])).stdout.trim()).toBe(layout.digest);
    } finally {
      registry.kill();
    }
  });

  test("nodes of both architectures find theirs in it", () => {
    expect(layout.manifests.map(({ platform }) => platform)).toEqual(
      imagePlatforms.map(({ os, arch }) => ({ os, architecture: arch })),
    );
  });

  test("a second build, elsewhere and at another hour, gives the same bytes, also for one platform alone", async () => {
    const output = join(folder, "second.tar");
    const args = ["--platform", "linux/amd64", "--output", output];
    const env = { ...process.env, TZ: "Asia/Kathmandu", TMPDIR: folder, LANG: "C" };
    const { stdout } = await run(
      "bash",
      ["-c", 'umask 077; exec "$0" "$@"', join(root, "scripts/image"), ...args],
      { cwd: folder, env },
    );
    expect(stdout).toBe(`${output}\n`);
    const second = new Layout(output, "second");
    expect(second.manifests).toEqual(layout.manifests.slice(0, 1));
  });

  describe.each(imagePlatforms)("$os/$arch", ({ arch }) => {
    const manifest = layout.manifest(arch);
    const configuration = layout.read(manifest.config.digest) as Configuration;
    const listed = manifest.layers.flatMap(({ digest }) =>
      execFileSync("tar", ["--numeric-owner", "-tvzf", layout.blob(digest)], { encoding: "utf8" })
        .trim()
        .split("\n")
        .map((line) => {
          const [mode = "", owner = "", , , , ...name] = line.split(/ +/);
          return { mode, owner, path: name.join(" ").replace(/\/$/, "") };
        }),
    );

    test("a node pulls no more than 50,000,000 bytes", () => {
      const sizes = manifest.layers.map(({ size }) => size);
      console.log(
        `linux/${arch}: ${sizes.map((size) => size.toLocaleString("en")).join(" + ")} bytes to pull`,
      );
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(50_000_000);
    });

    test("it runs the program as a user who is not root, which runAsNonRoot can judge", () => {
      expect(configuration).toMatchObject({ os: "linux", architecture: arch });
      expect(configuration.config).toMatchObject({
        User: "65532:65532",
        Entrypoint: ["/kubectl-calico_upgrade"],
        WorkingDir: "/home/nonroot",
      });
    });

    test("whoever finds it in a registry reads version, licence, home page and commit", () => {
      expect(configuration.config.Labels).toMatchObject({
        "org.opencontainers.image.version": `v${version}`,
        "org.opencontainers.image.licenses": "Apache-2.0",
        "org.opencontainers.image.source": homepage,
        "org.opencontainers.image.revision": expect.stringMatching(/^[0-9a-f]{40}(-dirty)?$/),
      });
    });

    test("it holds the program, what Node is linked with, and no shell", () => {
      const triple = arch === "amd64" ? "x86_64-linux-gnu" : "aarch64-linux-gnu";
      const loader = arch === "amd64" ? "lib64/ld-linux-x86-64.so.2" : "lib/ld-linux-aarch64.so.1";
      const files = listed.filter(({ mode }) => mode.startsWith("-")).map(({ path }) => path);
      const about = /^(usr\/share\/(common-licenses|doc)|var\/lib\/dpkg\/status\.d)\//;
      const names = ["c.so.6", "dl.so.2", "gcc_s.so.1", "m.so.6", "nss_dns.so.2", "nss_files.so.2"];
      expect(files.filter((path) => !about.test(path))).toEqual([
        "etc/debian_version",
        "etc/group",
        "etc/nsswitch.conf",
        "etc/passwd",
        ...[
          `usr/${loader}`,
          "usr/lib/os-release",
          ...[...names, "pthread.so.0", "resolv.so.2", "stdc++.so.6"].map(
            (name) => `usr/lib/${triple}/lib${name}`,
          ),
        ].sort(),
        "kubectl-calico_upgrade",
      ]);
    });

    test("its user can write to its home and to /tmp, and to nothing else", () => {
      const writable = listed.filter(
        ({ mode, owner }) =>
          !mode.startsWith("l") && (owner !== "0/0" || /^.{5}w|^.{8}w/.test(mode) || mode.includes("s")),
      );
      expect(writable).toEqual([
        { mode: "drwxr-xr-x", owner: "65532/65532", path: "home/nonroot" },
        { mode: "drwxrwxrwt", owner: "0/0", path: "tmp" },
      ]);
    });

    test("a scanner reads which Debian packages are in it, and each has its licence", () => {
      const paths = listed.map(({ path }) => path);
      const packages = paths.flatMap((path) => /^var\/lib\/dpkg\/status\.d\/(.+)$/.exec(path)?.[1] ?? []);
      expect(packages).toEqual(expect.arrayContaining(["base-files", "libc6", "libgcc-s1", "libstdc++6"]));
      for (const name of packages) expect(paths).toContain(`usr/share/doc/${name}/copyright`);
    });
  });
});

const runnable = await Promise.all(
  imagePlatforms.map(async (platform) => ({
    platform,
    name: `${platform.os}/${platform.arch}`,
    found: await emulatorFor(platform, thisPlatform().node, (line) => console.log(line)),
  })),
);

describe.runIf(there && isRoot).each(runnable)(
  "$name alone, with no file of this machine",
  ({ platform, found }) => {
    const files = join(folder, `root-${platform.arch}`);
    let server: Awaited<ReturnType<typeof startOneNodeServer>>;
    let command: readonly string[] = [];

    beforeAll(async () => {
      server = await startOneNodeServer();
      const layout = new Layout(image, `layout-${platform.arch}`);
      mkdirSync(files);
      for (const { digest } of layout.manifest(platform.arch).layers) {
        execFileSync("tar", ["--numeric-owner", "-xpzf", layout.blob(digest), "-C", files]);
      }
      // A container's runtime adds it.
      writeFileSync(join(files, "etc/hosts"), "127.0.0.1 localhost\n");
      const [emulator] = "missing" in found ? [] : found.command;
      // Linked statically, so it needs nothing else of this machine.
      if (emulator !== undefined) copyFileSync(emulator, join(files, "emulator"));
      command = emulator === undefined ? [] : ["/emulator"];
    });

    afterAll(() => {
      server.stop();
    });

    const alone = async (...args: readonly string[]): Promise<string> => {
      const user = "--userspec=65532:65532";
      const program = [...command, "/kubectl-calico_upgrade", ...args];
      const env = { HOME: "/home/nonroot", PATH: process.env["PATH"] };
      return (await run("chroot", [user, files, ...program], { env })).stdout;
    };

    test.skipIf("missing" in found)("it starts", async () => {
      expect(await alone("--version")).toBe(`v${version}\n`);
    });

    test.skipIf("missing" in found)("it finds an API server by its name", async () => {
      const { port } = new URL(server.url);
      expect(await alone("status", "--server", `http://localhost:${port}`)).toContain("node-01");
    });
  },
);

test.runIf(there)("its checksum is among those of the release", () => {
  expect(readFileSync(join(release, "SHA256SUMS"), "utf8")).toContain(sha256(image));
});
