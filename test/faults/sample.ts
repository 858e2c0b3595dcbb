/**
 * Draws that another run can repeat. The same moments are drawn in every run, so that what is red was not green
 * before; FAULTS_SEED=random draws others, and what was drawn is printed.
 */

export type Draw = () => number;

const given = process.env["FAULTS_SEED"] ?? "1";

export const seed = given === "random" ? Math.floor(Math.random() * 2 ** 31) : Number(given);

/** Each in [0, 1). `salt`: files and tests draw apart, and each alone draws what it draws among all. */
export function drawFrom(salt: string): Draw {
  let state = Buffer.from(salt).reduce((sum, byte) => Math.imul(sum, 31) + byte, seed) | 0;
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many of them, in their order; all of them where there are not more, and with TEST_ALL. */
export function sample<T>(items: readonly T[], size: number, draw: Draw): readonly T[] {
  if (process.env["TEST_ALL"] !== undefined) return items;
  const left = items.map((_item, index) => index);
  const chosen = new Set<number>();
  while (chosen.size < size && left.length > 0) {
    const [index] = left.splice(Math.floor(draw() * left.length), 1);
    if (index !== undefined) chosen.add(index);
  }
  return items.filter((_item, index) => chosen.has(index));
}
