import { createRequire } from "node:module";
import type { SeaOptions } from "@yao-pkg/pkg/lib-es5/sea.js";
import type { NodeRuntime } from "./node-runtime.ts";

interface Wanted {
  readonly runtime: NodeRuntime;
  /** `process.platform`-`process.arch` of the executable. */
  readonly platform: string;
  /** CommonJS file that runs first. */
  readonly main: string;
  /** Path by asset name. */
  readonly assets: Readonly<Record<string, string>>;
  readonly output: string;
}

/**
 * Puts main and assets into a copy of Node. pkg's command line drops seaConfig, so its inner function
 * is called; hence pkg's exact version in package.json.
 */
export async function writeExecutable({ runtime, platform, main, assets, output }: Wanted): Promise<void> {
  const require = createRequire(import.meta.url);
  const { default: sea } = require("@yao-pkg/pkg/lib-es5/sea.js") as {
    default: (main: string, options: SeaOptions) => Promise<void>;
  };
  const { log } = require("@yao-pkg/pkg/lib-es5/log.js") as { log: { info: (text: string) => void } };
  // Warnings and errors stay.
  log.info = () => undefined;
  const [os, arch] = platform.split("-");
  const target = {
    platform: os === "darwin" ? "macos" : os === "win32" ? "win" : "linux",
    arch: arch ?? "",
  } as const;
  const seaConfig = {
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    // Node's own cache complains aloud when V8 refuses it; the loader's is refused in silence.
    useCodeCache: false,
    // NODE_OPTIONS is meant for other programs.
    execArgvExtension: "none",
    assets: { ...assets },
  };
  await sea(main, {
    nodePath: runtime.path,
    signature: true,
    seaConfig,
    targets: [{ ...target, nodeRange: `node${runtime.version}`, output }],
  });
}
