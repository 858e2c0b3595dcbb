import { objectName } from "../model/object-name.ts";
import type { PhaseName } from "../plan/decision.ts";
import type { ObjectsSeen, ObjectsStep, ObjectWrite } from "../plan/objects/procedure.ts";
import type { StepWords } from "../plan/step-words.ts";
import { phaseTitles } from "./phase-titles.ts";

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

export interface ObjectsWords extends StepWords<ObjectsSeen, ObjectsStep> {
  readonly putLine: (put: ObjectWrite) => string | undefined;
}

/** `suffix`: a dry run's. */
export function objectsWords(
  { namespaced = false }: { readonly namespaced?: boolean },
  suffix: string,
): ObjectsWords {
  const line = (put: ObjectWrite): string | undefined => {
    const text = putLine(put, namespaced);
    return text === undefined ? undefined : `${text}${suffix}`;
  };
  return {
    putLine: line,
    phase: () => ({ phase: "write" }),
    title: (phase) => titles[phase] ?? phaseTitles[phase],
    line({ puts }) {
      const lines = puts.flatMap((put) => line(put) ?? []);
      return lines.length === 0 ? undefined : lines.join("\n");
    },
    notice: () => undefined,
    nodeLine: () => undefined,
  };
}

const titles: Readonly<Partial<Record<PhaseName, string>>> = {
  rollout: "wait for the rollout",
};
