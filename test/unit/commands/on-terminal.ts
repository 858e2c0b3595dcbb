import { listenerFor } from "../../../src/commands/listener.ts";
import { printerOn } from "../../../src/context.ts";
import { testContext } from "../flags/test-context.ts";
import { terminal } from "../perform/terminal.ts";
import { now } from "../plan/world.ts";

/** The listener of a command at a terminal of 80 columns. `elsewhere`: standard output is a file. */
export async function listening({ rows = 24, elsewhere = false } = {}) {
  const shown = terminal(80, rows);
  const { context, stdout } = testContext({
    stderr: printerOn(shown.stream),
    now: () => now,
    terminal: {
      stdoutTty: !elsewhere,
      stderrTty: true,
      sameTerminal: !elsewhere,
      stderrColor: false,
      columns: 80,
      onSuspend: () => () => {},
    },
  });
  const listener = await listenerFor(context, { format: "table", dryRun: "none", color: "never" });
  return { listener, shown, stdout };
}

/** The spinner turns. */
export function still(screen: readonly string[]): readonly string[] {
  return screen.map((line) => line.replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/, "*"));
}
