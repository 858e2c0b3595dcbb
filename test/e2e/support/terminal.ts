/** The plugin on a pseudo terminal, by util-linux's `script`: what a person at the keyboard sees. */
import { spawn, spawnSync } from "node:child_process";
import { onTestFinished } from "vitest";
import { screenAfter } from "../../../scripts/picture/screen.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { poll } from "../../cluster/wait.ts";
import { pluginEnv } from "./plugin.ts";

/** Wide enough for commands and messages in one line. */
const usual = { columns: 200, rows: 50 };

/** Other systems' `script` takes other arguments. */
export const hasTerminal = isUtilLinux();

function isUtilLinux(): boolean {
  const { status, stdout } = spawnSync("script", ["--version"], { encoding: "utf8" });
  return status === 0 && stdout.includes("util-linux");
}

export interface Terminal {
  /** The lines that stand there now, scrolled-off ones included. */
  readonly screen: () => readonly string[];
  readonly shows: (pattern: RegExp) => Promise<void>;
  readonly types: (keys: string) => void;
  /** Whether who types sees where. */
  readonly showsCursor: () => boolean;
  /** The command's exit code. */
  readonly ended: Promise<number | null>;
}

export const ctrlC = "\u0003";
export const ctrlZ = "\u001A";

/** `command` is a shell's, such as `kubectl calico-upgrade node node-01 > file`. */
export function onTerminal(
  cluster: Pick<Cluster, "env">,
  command: string,
  { columns, rows } = usual,
): Terminal {
  const child = spawn(
    "script",
    [
      "--quiet",
      "--return",
      "--flush",
      "--command",
      `stty cols ${columns} rows ${rows}; ${command}`,
      "/dev/null",
    ],
    {
      env: { ...pluginEnv(cluster), TERM: "xterm-256color", SHELL: "/bin/sh" },
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  let recording = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    recording += text;
  });
  child.stdin.on("error", () => undefined);
  const ended = new Promise<number | null>((resolve) => void child.on("close", (code) => resolve(code)));
  onTestFinished(() => void child.kill("SIGKILL"));
  const screen = (): readonly string[] =>
    screenAfter(recording, columns)
      .map((cells) =>
        cells
          .map(({ text }) => text)
          .join("")
          .trimEnd(),
      )
      .filter((line) => line !== "");
  return {
    screen,
    shows: async (pattern) => {
      await poll(async () => screen().some((line) => pattern.test(line)), {
        what: `${String(pattern)} on the screen`,
        timeoutMs: 60_000,
      });
    },
    showsCursor: () => recording.lastIndexOf("\u001B[?25h") >= recording.lastIndexOf("\u001B[?25l"),
    types: (keys) => void child.stdin.write(keys),
    ended,
  };
}
