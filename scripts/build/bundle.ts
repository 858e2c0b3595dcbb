import * as esbuild from "esbuild";
import type { Plugin } from "esbuild";
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Bundle {
  /** CommonJS text by chunk name; `main.js` runs first. One per `await import()`, and what several share. */
  readonly chunks: ReadonlyMap<string, string>;
  /** Every file that went in, relative to the working directory. */
  readonly inputs: readonly string[];
}

const root = join(import.meta.dirname, "../..");

/**
 * The program as CommonJS chunks. esbuild splits ESM only, and a single executable runs CommonJS only,
 * so it bundles twice: split first, then each chunk is rewritten by itself.
 */
export async function bundle(entry: string): Promise<Bundle> {
  const split = await esbuild.build({
    // Inputs are named, and chunks hashed, by their paths from here, wherever the build is called from.
    absWorkingDir: root,
    entryPoints: [{ in: entry, out: "main" }],
    bundle: true,
    splitting: true,
    write: false,
    outdir: "/",
    format: "esm",
    platform: "node",
    target: "node22",
    chunkNames: "[name]-[hash]",
    minify: true,
    legalComments: "none",
    metafile: true,
    plugins: [kubeConfigOnly, quickClipanion, plainTables],
    logLevel: "warning",
  });
  const inputs = Object.keys(split.metafile.inputs);
  const unwanted = inputs.find((path) =>
    /node_modules\/(undici|isomorphic-ws|@kubernetes\/client-node\/dist\/gen\/(models|apis))\//.test(path),
  );
  if (unwanted !== undefined) throw new Error(`${unwanted} got into the bundle: requests go over node:https`);

  const chunks = new Map<string, string>();
  for (const file of split.outputFiles) chunks.set(basename(file.path), await asCommonJs(file.text));
  return { chunks, inputs };
}

/** The text of a function of (exports, require, module), as the loader compiles it. */
async function asCommonJs(code: string): Promise<string> {
  const { code: text } = await esbuild.transform(code, {
    format: "cjs",
    platform: "node",
    target: "node22",
    minify: true,
    legalComments: "none",
    supported: { "dynamic-import": false },
  });
  return `(function(exports,require,module){${text}})`;
}

/** clipanion without the streams of stdin and without `tty`, which it loads to have defaults that are not used. */
const quickClipanion: Plugin = {
  name: "quick-clipanion",
  setup(build) {
    build.onResolve({ filter: /\/platform\/node\.mjs$/ }, ({ path, importer }) =>
      /[/\\]clipanion[/\\]/.test(importer)
        ? { path: join(dirname(importer), path.replace("node.mjs", "browser.mjs")) }
        : undefined,
    );
    build.onLoad({ filter: /[/\\]clipanion[/\\]lib[/\\]advanced[/\\]Cli\.mjs$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const contents = text.replace(" stdin: process.stdin,", "");
      if (contents === text) throw new Error("clipanion's default context is another one now");
      return { contents };
    });
  },
};

/**
 * Of client-node only KubeConfig goes in, and only what its applyToHTTPSOptions() uses: not the generated models and
 * clients, undici (734 kB), proxies, YAML and OpenID Connect (180 kB). What is left out says so when it is used.
 */
const kubeConfigOnly: Plugin = {
  name: "kube-config-only",
  setup(build) {
    const inClientNode = /@kubernetes[/\\]client-node[/\\]dist[/\\]/;
    build.onResolve({ filter: /^@kubernetes\/client-node$/ }, () => ({
      path: join(dirname(fileURLToPath(import.meta.resolve("@kubernetes/client-node"))), "config.js"),
    }));
    const unused =
      /^(undici|ws|isomorphic-ws|openid-client|js-yaml|jsonpath-plus|rfc4648|hpagent|socks|socks-proxy-agent|node:child_process|\.\.\/package\.json)$/;
    build.onResolve({ filter: unused }, ({ path, importer }) =>
      inClientNode.test(importer) ? { path, namespace: "left-out" } : undefined,
    );
    build.onResolve({ filter: /\/gen\/index\.js$/ }, ({ importer }) =>
      inClientNode.test(importer)
        ? { path: "client-node's generated client", namespace: "left-out" }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: "left-out" }, ({ path }) => ({
      contents: `
        const refuse = () => { throw new Error(${JSON.stringify(`${path} is not part of this program`)}); };
        module.exports = new Proxy(function () {}, {
          get: (target, name) => name === "prototype" ? target.prototype : name === "__esModule" ? false : module.exports,
          apply: refuse,
          construct: refuse,
        });`,
    }));
  },
};

/** cli-table3 without the colours of borders, which no table of ours has. */
const plainTables: Plugin = {
  name: "plain-tables",
  setup(build) {
    build.onResolve({ filter: /^@colors\/colors\/safe$/ }, ({ path }) => ({ path, namespace: "no-colors" }));
    build.onLoad({ filter: /.*/, namespace: "no-colors" }, () => ({ contents: "module.exports = {};" }));
  },
};
