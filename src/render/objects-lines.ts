import { objectName } from "../model/object-name.ts";
import type { ObjectsStep } from "../plan/objects/procedure.ts";

/** What a step wrote, in kubectl's words, a line each. `namespaced`: with the namespace, as its newer versions say it. */
export function putLines({ puts }: ObjectsStep, namespaced = false): readonly string[] {
  return puts
    .filter(({ bookkeeping }) => bookkeeping !== true)
    .map(({ ref, outcome, verb }) => {
      const { namespace } = ref;
      const where =
        namespace === undefined || !namespaced
          ? ""
          : ` ${outcome === "deleted" ? "from" : "in"} ${namespace} namespace`;
      return `${objectName(ref)} ${verb ?? outcome}${where}`;
    });
}
