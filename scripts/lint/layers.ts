/**
 * Who may import what. The one source of the lint guards; docs/architecture.md shows the same table
 * and a test keeps the two equal.
 */
export interface Layer {
  /** A folder of src, or a file at its top. */
  readonly name: string;
  /** The other layers it may import; a path that leaves src stands with its dots. */
  readonly mayImport: readonly string[];
  /** Its folders do not import each other: what two of them need stands beside them, or below this layer. */
  readonly ownFolders?: true;
  /** Facts in, findings out: no edge, no `node:*`, no terminal, no clock. */
  readonly pure: boolean;
}

/** A library or a global that exactly these files or folders may use. */
export interface Sole {
  readonly what: string;
  /** output: a way out past the printers of src/context.ts, `stdout.exact`. */
  readonly kind: "package" | "global" | "output";
  /** Paths below src: a file, or a folder with a slash at its end. */
  readonly where: readonly string[];
}

/** All that a run is made of. */
const underOperations = [
  "errors.ts",
  "version.ts",
  "model",
  "releases",
  "manifest",
  "merge",
  "policy",
  "data",
  "facts",
  "preflight",
  "plan",
  "rebase",
  "render",
  "cluster",
  "bundle",
  "perform",
];

export const layers: readonly Layer[] = [
  { name: "errors.ts", pure: true, mayImport: ["model"] },
  { name: "version.ts", pure: true, mayImport: ["../package.json"] },
  { name: "model", pure: true, mayImport: [] },
  { name: "releases", pure: true, mayImport: ["model"] },
  { name: "manifest", pure: true, mayImport: ["errors.ts", "model"] },
  { name: "merge", pure: true, mayImport: ["model", "manifest"] },
  { name: "policy", pure: true, mayImport: ["model", "releases"] },
  { name: "data", pure: true, mayImport: ["model", "releases"] },
  { name: "facts", pure: true, mayImport: ["model", "releases", "manifest"] },
  { name: "preflight", pure: true, mayImport: ["model", "releases", "manifest", "merge", "policy", "facts"] },
  { name: "rebase", pure: true, mayImport: ["model", "releases", "manifest", "merge", "facts"] },
  { name: "plan", pure: true, mayImport: ["model", "releases", "manifest", "merge", "policy", "facts"] },
  { name: "flags", pure: true, mayImport: ["errors.ts", "model"] },
  {
    name: "render",
    pure: true,
    mayImport: [
      "model",
      "releases",
      "manifest",
      "merge",
      "policy",
      "data",
      "facts",
      "preflight",
      "plan",
      "rebase",
      "flags",
    ],
  },
  { name: "cluster", pure: false, mayImport: ["errors.ts", "model"] },
  { name: "bundle", pure: false, mayImport: ["errors.ts", "model", "manifest"] },
  { name: "perform", pure: false, mayImport: ["errors.ts", "model", "plan", "cluster"] },
  {
    name: "operations",
    pure: false,
    mayImport: underOperations,
  },
  {
    name: "context.ts",
    pure: false,
    mayImport: ["errors.ts", "model", "flags", "cluster"],
  },
  {
    name: "commands",
    pure: false,
    ownFolders: true,
    mayImport: [...underOperations, "flags", "operations", "context.ts"],
  },
  {
    name: "cli.ts",
    pure: false,
    mayImport: ["errors.ts", "version.ts", "model", "flags", "context.ts", "commands"],
  },
  {
    name: "main.ts",
    pure: false,
    mayImport: ["errors.ts", "version.ts", "model", "flags", "manifest", "cluster", "context.ts", "cli.ts"],
  },
];

export const soles: readonly Sole[] = [
  { what: "@kubernetes/client-node", kind: "package", where: ["cluster/connection/kube-config.ts"] },
  { what: "socks-proxy-agent", kind: "package", where: ["cluster/connection/socks.ts"] },
  { what: "ws", kind: "package", where: ["cluster/exec.ts"] },
  { what: "listr2", kind: "package", where: ["perform/"] },
  { what: "cli-truncate", kind: "package", where: ["render/status/live-text.ts"] },
  { what: "cli-table3", kind: "package", where: ["render/text-table.ts"] },
  { what: "string-width", kind: "package", where: ["render/fit.ts"] },
  { what: "semver", kind: "package", where: ["releases/version.ts"] },
  { what: "yaml", kind: "package", where: ["manifest/yaml.ts"] },
  { what: "clipanion", kind: "package", where: ["cli.ts", "context.ts", "commands/"] },
  { what: "typanion", kind: "package", where: ["cli.ts", "context.ts", "commands/"] },
  { what: "process", kind: "global", where: ["main.ts"] },
  { what: "Date", kind: "global", where: ["model/time.ts"] },
  { what: "stdout.write", kind: "output", where: ["main.ts", "cluster/prompt.ts"] },
  {
    what: "stdout.exact",
    kind: "output",
    where: [
      "main.ts",
      "commands/events.ts",
      "commands/print-missing.ts",
      "commands/print-result.ts",
      "commands/rebase/run.ts",
      "commands/status-live.ts",
      "commands/status-screen.ts",
    ],
  },
  { what: "stdout.raw", kind: "output", where: ["commands/listener-list.ts", "commands/status-screen.ts"] },
];

/** What a pure folder does not name: clock, terminal, network, and the ways around a guard. */
export const impureGlobals: readonly string[] = [
  "Date",
  "performance",
  "globalThis",
  "global",
  "process",
  "console",
  "fetch",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "crypto",
  "Buffer",
  "require",
];

/** What no file of src but the one named in `soles` uses: the edges get streams and a signal handed in. */
export const edgeGlobals: readonly string[] = [
  "process",
  "console",
  "globalThis",
  "global",
  "fetch",
  "require",
];
