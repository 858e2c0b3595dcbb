import { objectName } from "../model/object-name.ts";
import type { ObjectsStep } from "../plan/objects/procedure.ts";

/** What a step wrote, in kubectl's words, a line each. `verb`: where the write has a name of its own. */
export function putLines({ puts }: ObjectsStep, verb?: string): readonly string[] {
  return puts
    .filter(({ bookkeeping }) => bookkeeping !== true)
    .map(({ ref, outcome }) => `${objectName(ref)} ${verb ?? outcome}`);
}
