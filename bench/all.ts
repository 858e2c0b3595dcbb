/**
 * `npm run bench`: every benchmark, one after the other. A row over its aim, or a benchmark that breaks, keeps none
 * of the others from being run; at the end it says which were over and ends with exit code 1. Arguments go to those
 * that know them: `npm run bench -- --rounds 30`, `npm run bench -- what-if large` runs only these.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";

const programs = ["what-if", "bundle", "main", "migrate-policy", "large"];
const args = process.argv.slice(2);
const named = args.filter((arg) => programs.includes(arg));
const over: string[] = [];

for (const name of named.length > 0 ? named : programs) {
  console.log(`\n=== ${name}`);
  const code = await run(
    name,
    args.filter((arg) => !programs.includes(arg)),
  );
  if (code !== 0) over.push(name);
}
console.log(
  over.length === 0 ? "\nevery row is within its aim" : `\nover its aim, or broken: ${over.join(", ")}`,
);
process.exitCode = over.length === 0 ? 0 : 1;

/** Only main.ts takes --rounds. */
async function run(name: string, more: readonly string[]): Promise<number> {
  const program = join(import.meta.dirname, `${name}.ts`);
  const own = name === "main" ? more : [];
  const child = spawn(process.execPath, [program, ...own], { stdio: "inherit" });
  return await new Promise((resolve) => {
    child.on("error", () => resolve(1));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
