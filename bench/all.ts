/**
 * `npm run bench`: every benchmark, one after the other. A row over its aim, or a benchmark that breaks, keeps none
 * of the others from being run; at the end it says which were over and ends with exit code 1. Arguments go to those
 * that know them: `npm run bench -- --rounds 30`, `npm run bench -- what-if large` runs only these.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { each } from "./each.ts";

const programs = ["what-if", "bundle", "main", "fleet", "migrate-policy", "large"];
const args = process.argv.slice(2);
const named = args.filter((arg) => programs.includes(arg));
const more = args.filter((arg) => !programs.includes(arg));

const over = await each(named.length > 0 ? named : programs, async (name) => {
  console.log(`\n=== ${name}`);
  return await run(name);
});
console.log(
  over.length === 0 ? "\nevery row is within its aim" : `\nover its aim, or broken: ${over.join(", ")}`,
);
process.exitCode = over.length === 0 ? 0 : 1;

/** Only main.ts takes --rounds. */
async function run(name: string): Promise<number> {
  const program = join(import.meta.dirname, `${name}.ts`);
  const own = name === "main" ? more : [];
  const child = spawn(process.execPath, [program, ...own], { stdio: "inherit" });
  return await new Promise((resolve) => {
    child.on("error", () => resolve(1));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
