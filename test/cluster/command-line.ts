/** What `scripts/cluster` and `scripts/lab` have in common: results on stdout, all else on stderr. */
export type Commands = Readonly<Record<string, (args: string[]) => Promise<void>>>;

/** Runs the command that the first argument names; says how they are used where it names none. */
export async function runCommand(commands: Commands, usage: string): Promise<void> {
  const [verb = "", ...rest] = process.argv.slice(2);
  const command = commands[verb];
  if (command === undefined) {
    tell(usage);
    process.exitCode = verb === "help" || verb === "--help" ? 0 : 1;
    return;
  }
  try {
    await command(rest);
  } catch (error) {
    tell(`error: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** For `eval` of a shell. */
export function exportLine([variable, value]: readonly [string, string]): string {
  return `export ${variable}='${value.replaceAll("'", `'\\''`)}'`;
}
