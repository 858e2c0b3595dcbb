/** Builds happen in a copy of the module, so that go never writes into the project. */
import { cpSync } from "node:fs";

export function prepareWorkModule(module: string, work: string): void {
  cpSync(module, work, { recursive: true });
}
