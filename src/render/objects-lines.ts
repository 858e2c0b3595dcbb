import { objectKey, objectName } from "../model/object-name.ts";
import type { PhaseName } from "../plan/decision.ts";
import type { ObjectsSeen, ObjectsStep, ObjectWrite } from "../plan/objects/procedure.ts";
import type { WriteWords } from "../plan/step-words.ts";
import { phaseTitles } from "./phase-titles.ts";
import { counted, kindTitle } from "./write-titles.ts";

/**
 * What became of one object, in kubectl's words; undefined for a note of ours. `namespaced`: with the namespace, as
 * its newer versions say it.
 */
function putLine({ ref, outcome, verb, bookkeeping }: ObjectWrite, namespaced: boolean): string | undefined {
  if (bookkeeping === true) return undefined;
  const { namespace } = ref;
  const where =
    namespace === undefined || !namespaced
      ? ""
      : ` ${outcome === "deleted" ? "from" : "in"} ${namespace} namespace`;
  return `${objectName(ref)} ${verb ?? outcome}${where}`;
}

/** `suffix`: a dry run's. */
export function objectsWords(
  { namespaced = false }: { readonly namespaced?: boolean },
  suffix: string,
): WriteWords<ObjectsSeen, ObjectsStep> {
  const line = (put: ObjectWrite): string | undefined => {
    const text = putLine(put, namespaced);
    return text === undefined ? undefined : `${text}${suffix}`;
  };
  return {
    puts: ({ stage, puts }) =>
      puts.flatMap((put) => {
        const text = line(put);
        if (text === undefined) return [];
        const { ref, kind } = put;
        const key = `${String(stage)} ${objectKey(ref)}`;
        return [{ key, name: objectName(ref), line: text, ...(kind === undefined ? {} : { kind }) }];
      }),
    kindTitle,
    counted,
    phase: () => ({ phase: "write" }),
    title: (phase) => titles[phase] ?? phaseTitles[phase],
    lines: ({ puts }) => puts.flatMap((put) => line(put) ?? []),
    notice: () => undefined,
    nodeLine: () => undefined,
  };
}

const titles: Readonly<Partial<Record<PhaseName, string>>> = {
  rollout: "wait for the rollout",
};
