import { plural } from "../model/words.ts";

/** Said once, at the end, where values were masked. */
export function maskedText(places: number): string {
  return `values that look like secrets are masked in ${plural(places, "place")} of this output`;
}
