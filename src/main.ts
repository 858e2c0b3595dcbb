import { fstatSync } from "node:fs";
import { showsColor, usesColor } from "./flags/color.ts";
import { version } from "./version.ts";
import { printerOn, type AppContext, type Interrupts, type StopSignal, type Terminal } from "./context.ts";
import { visible } from "./model/visible.ts";

/** The only file that touches `process`. Nothing heavy is loaded before it is known what is asked. */
async function main(): Promise<void> {
  // An event loop that empties too early must not look like success.
  process.exitCode = 1;
  // All is written and closed then; what is left is the heap, which the kernel takes back quicker than V8.
  process.once("beforeExit", () => process.exit());
  const args = process.argv.slice(2);
  if (args.length === 1 && (args[0] === "--version" || args[0] === "version")) {
    process.stdout.write(`${version}\n`);
    process.exitCode = 0;
    return;
  }
  const { runCli, completeCommand } = await import("./cli.ts");
  process.exitCode = await runCli(args, makeContext());
  // Whoever types does not wait for what was given up.
  if (args[0] === completeCommand) process.stdout.write("", () => process.exit());
}

function makeContext(): AppContext {
  let listening = false;
  const outputClosed = new AbortController();
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    outputClosed.abort();
    if (error.code !== "EPIPE") {
      // A full disk, most likely: whoever reads the file later must not take it for the whole result.
      printerOn(process.stderr).line(`error: write /dev/stdout: ${error.message}`);
      process.exit(1);
    }
    // As if SIGPIPE had ended the process; work that handles Ctrl-C is not cut off by a closed pipe.
    if (!listening) process.exit(141);
  });
  process.stderr.on("error", () => {});
  const warnings = { count: 0 };
  const os = process.platform === "win32" ? "windows" : process.platform;
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  let stdinText: Promise<string> | undefined;
  let cluster: AppContext["cluster"];
  return {
    env: process.env,
    // Made when it is first read: Node loads its file or terminal streams for it.
    get stdin() {
      return process.stdin;
    },
    stdout: printerOn(process.stdout),
    stderr: printerOn(process.stderr),
    colorDepth: process.stdout.isTTY ? process.stdout.getColorDepth() : 1,
    now: () => Date.now(),
    interrupts: makeInterrupts((now) => {
      listening = now;
    }),
    get terminal() {
      return makeTerminal();
    },
    outputClosed: outputClosed.signal,
    warnings,
    get cluster() {
      return cluster;
    },
    get stdinRead() {
      return stdinText !== undefined;
    },
    async connect(values, { silent = false } = {}) {
      const { connect } = await import("./cluster/connection/connect.ts");
      const connection = await connect(values, {
        env: process.env,
        parseYaml: async (text) => (await import("./manifest/yaml.ts")).parseYaml(text),
        editYaml: async (text, edits) => (await import("./manifest/yaml.ts")).editYaml(text, edits),
        log: (line) => void (silent || printerOn(process.stderr).text(`${line}\n`)),
        warn(text) {
          warnings.count += 1;
          if (silent) return;
          printerOn(process.stderr).exact(`${warningLabel(values.color)} ${visible(text)}\n`);
        },
        userAgent: `kubectl-calico_upgrade/${version} (${os}/${arch})`,
        pid: process.pid,
        get stdinTty() {
          return !silent && Boolean(process.stdin.isTTY);
        },
        async login() {
          if (silent) throw new Error("nobody is asked");
          const { promptForLogin } = await import("./cluster/prompt.ts");
          return await promptForLogin(process);
        },
      });
      cluster = connection;
      return connection;
    },
    line: { verb: "", positionals: [], given: [] },
    async readFile(path) {
      const { decodeText } = await import("./cluster/decode-text.ts");
      if (path === "-") {
        stdinText ??= import("./cluster/read-whole.ts").then(async ({ collect }) =>
          decodeText(await collect(process.stdin, "standard input")),
        );
        return await stdinText;
      }
      const { readWhole } = await import("./cluster/read-whole.ts");
      return decodeText(await readWhole(path));
    },
  };
}

function makeInterrupts(onListening: (now: boolean) => void): Interrupts {
  return {
    listen() {
      const first = new AbortController();
      const second = new AbortController();
      let signal: StopSignal | undefined;
      const receive = (received: StopSignal) => {
        if (!first.signal.aborted) {
          signal = received;
          first.abort();
        } else if (second.signal.aborted) process.exit(exitCodeOf(received));
        else second.abort();
      };
      process.on("SIGINT", receive).on("SIGTERM", receive);
      onListening(true);
      return {
        first: first.signal,
        second: second.signal,
        get signal() {
          return signal;
        },
        get exitCode() {
          return exitCodeOf(signal);
        },
        stop() {
          process.off("SIGINT", receive).off("SIGTERM", receive);
          onListening(false);
        },
      };
    },
  };
}

/** Yellow and bold where colours are shown, as kubectl's. */
function warningLabel(when: string): string {
  return usesColor(when, stderrColor()) ? "\u001B[33;1mWarning:\u001B[0m" : "Warning:";
}

function stderrColor(): boolean {
  const { env, stderr, platform } = process;
  return showsColor({ tty: Boolean(stderr.isTTY), env, windows: platform === "win32" });
}

function makeTerminal(): Terminal {
  // isTTY is missing, not false, on anything else.
  const stdoutTty = Boolean(process.stdout.isTTY);
  const stderrTty = Boolean(process.stderr.isTTY);
  return {
    stdoutTty,
    stderrTty,
    sameTerminal: stdoutTty && stderrTty && sameDevice(),
    stderrColor: stderrColor(),
    onSuspend,
    columns: stderrTty ? process.stderr.columns : stdoutTty ? process.stdout.columns : undefined,
  };
}

function onSuspend(stop: () => void, go: () => void): () => void {
  // Windows knows no such signal.
  if (process.platform === "win32") return () => {};
  const suspend = (): void => {
    stop();
    // By the default of the signal: it does not stop a process that no shell could continue.
    process.off("SIGTSTP", suspend);
    process.kill(process.pid, "SIGTSTP");
  };
  const resume = (): void => {
    process.off("SIGTSTP", suspend).on("SIGTSTP", suspend);
    go();
  };
  process.on("SIGTSTP", suspend).on("SIGCONT", resume);
  return () => void process.off("SIGTSTP", suspend).off("SIGCONT", resume);
}

/** As a shell reports it; Windows has no such signals. */
function exitCodeOf(signal: StopSignal | undefined): number {
  if (signal === undefined || process.platform === "win32") return 1;
  return signal === "SIGINT" ? 130 : 143;
}

function sameDevice(): boolean {
  try {
    return fstatSync(1).rdev === fstatSync(2).rdev;
  } catch {
    return false;
  }
}

main().catch((error: unknown) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  printerOn(process.stderr).text(`error: ${text}\n`);
  process.exitCode = 1;
});
