import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SeaOptions } from "@yao-pkg/pkg/lib-es5/sea.js";
import { stripElf } from "./elf.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import { withoutSignature } from "./pe.ts";
import type { Platform } from "./platforms.ts";

interface Wanted {
  readonly runtime: NodeRuntime;
  readonly platform: Platform;
  /** CommonJS file that runs first. */
  readonly main: string;
  /** Path by asset name. */
  readonly assets: Readonly<Record<string, string>>;
  readonly output: string;
}

/**
 * Puts main and assets into a copy of Node, for any platform; for macOS it still has to be signed. The same
 * input gives the same bytes. Not two at once in a process: pkg changes its working directory.
 *
 * pkg's command line drops seaConfig, so its inner function is called; hence pkg's exact version in
 * package.json. It takes a Node that was not made for this machine only from a cache below HOME.
 */
export async function writeExecutable(wanted: Wanted): Promise<void> {
  const { runtime, platform, main, assets, output } = wanted;
  const work = mkdtempSync(join(tmpdir(), "executable-"));
  const home = process.env["HOME"];
  try {
    putIntoCache(wanted, join(work, ".pkg-cache/sea"));
    const mainPath = paddedPath(work);
    mkdirSync(join(mainPath, ".."), { recursive: true });
    copyFileSync(main, mainPath);
    process.env["HOME"] = work;
    const unfinished = join(work, "unfinished");
    await callPkg(mainPath, {
      signature: false,
      // Sorted: their order is that in the file.
      seaConfig: seaConfig(Object.fromEntries(Object.entries(assets).sort(([a], [b]) => (a < b ? -1 : 1)))),
      targets: [{ ...pkgTarget(platform), nodeRange: `node${runtime.version}`, output: unfinished }],
    });
    writeFileSync(unfinished, withoutPath(readFileSync(unfinished), mainPath));
    chmodSync(unfinished, 0o755);
    copyFileSync(unfinished, `${output}.unfinished`);
    // A running executable cannot be written to, but its name can be given to another.
    renameSync(`${output}.unfinished`, output);
  } finally {
    if (home === undefined) delete process.env["HOME"];
    else process.env["HOME"] = home;
    rmSync(work, { recursive: true, force: true });
  }
}

function seaConfig(assets: Readonly<Record<string, string>>) {
  return {
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    // Node's own cache complains aloud when V8 refuses it; the loader's is refused in silence.
    useCodeCache: false,
    // NODE_OPTIONS is meant for other programs.
    execArgvExtension: "none",
    // Node parses its 150 root certificates otherwise, in a thread of its own; src/cluster names what it trusts.
    execArgv: ["--use-openssl-ca"],
    assets: { ...assets },
  };
}

async function callPkg(main: string, options: SeaOptions): Promise<void> {
  const require = createRequire(import.meta.url);
  const { default: sea } = require("@yao-pkg/pkg/lib-es5/sea.js") as {
    default: (main: string, options: SeaOptions) => Promise<void>;
  };
  const { log } = require("@yao-pkg/pkg/lib-es5/log.js") as { log: { info: (text: string) => void } };
  // Warnings and errors stay.
  log.info = () => undefined;
  await sea(main, options);
}

function pkgTarget({ os, node }: Platform) {
  const platform = ({ darwin: "macos", windows: "win", linux: "linux" } as const)[os];
  return { platform, arch: node.split("-")[1] ?? "" };
}

/** As if pkg had downloaded and unpacked it: a file beside each says that it was checked. */
function putIntoCache({ runtime, platform }: Wanted, cache: string): void {
  const name = `node-v${runtime.version}-${platform.os === "windows" ? "win" : platform.os}-${pkgTarget(platform).arch}`;
  const node = platform.os === "windows" ? join(cache, `${name}.exe`) : join(cache, name, "bin/node");
  const archive = join(cache, `${name}${platform.os === "windows" ? ".zip" : ".tar.gz"}`);
  mkdirSync(join(node, ".."), { recursive: true });
  writeFileSync(node, reduced(readFileSync(runtime.path), platform), { mode: 0o755 });
  for (const path of [archive, `${archive}.ok`, `${node}.ok`]) writeFileSync(path, "");
}

/** Without what nobody needs when it runs. */
function reduced(node: Buffer, { os }: Platform): Buffer {
  if (os === "linux") return stripElf(node);
  return os === "windows" ? withoutSignature(node) : node;
}

const pathLength = 240;

/** Node writes the path of main into the file. At one length it can be replaced there without moving anything. */
function paddedPath(work: string): string {
  const end = "/main.cjs";
  const missing = pathLength - work.length - end.length - 1;
  if (missing < 1) throw new Error(`the path of the temporary folder is too long: ${work}`);
  return `${work}/${"-".repeat(missing)}${end}`;
}

/** The file with a path that is the same wherever it was built; it stands in stack traces. */
function withoutPath(file: Buffer, path: string): Buffer {
  const found = Buffer.from(path);
  const neutral = Buffer.from(`/kubectl-calico_upgrade${"/".repeat(path.length)}`.slice(0, path.length - 9));
  const replacement = Buffer.concat([neutral, Buffer.from("/main.cjs")]);
  for (let at = file.indexOf(found); at >= 0; at = file.indexOf(found, at)) replacement.copy(file, at);
  return file;
}
