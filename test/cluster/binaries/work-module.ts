/** Builds happen in a copy of the module, so that go never writes into the project. */
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

export function prepareWorkModule(module: string, work: string): void {
  mkdirSync(work, { recursive: true });
  for (const file of ["go.mod", "go.sum"]) {
    if (existsSync(join(module, file))) copyFileSync(join(module, file), join(work, file));
  }
}
