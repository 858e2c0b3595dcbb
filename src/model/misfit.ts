/** Where something is wrong, below where it was looked for: most values are right, and need no place. */
export interface Misfit {
  readonly place: string;
  /** A sentence with the whole place in it. */
  readonly why: (place: string) => string;
}

/** Deeper nests nothing that Kubernetes knows; a recursion must not end at the stack. */
export const deepest = 150;

export function misfitHere(why: (place: string) => string): Misfit {
  return { place: "", why };
}

export const nestsTooDeep = misfitHere(
  (place) =>
    `${place.length > 80 ? `${place.slice(0, 80)}…` : place} nests more than ${String(deepest)} levels`,
);

/** `step`: a field, or `[0]`. */
export function below(step: string, { place, why }: Misfit): Misfit {
  return { place: joined(step, place), why };
}

export function misfitText(from: string, misfit: Misfit | undefined): string | undefined {
  return misfit?.why(joined(from, misfit.place));
}

function joined(step: string, rest: string): string {
  if (step === "" || rest === "" || rest.startsWith("[")) return step + rest;
  return `${step}.${rest}`;
}
