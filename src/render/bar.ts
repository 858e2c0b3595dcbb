/** How much of a whole is done: `[=======>            ]`. */
export function bar(done: number, all: number, width: number): string {
  // Only all of it fills it.
  const filled = all === 0 ? 0 : done >= all ? width : Math.min(width - 1, Math.floor((done / all) * width));
  const head = filled < width && done > 0 ? ">" : "";
  return `[${`${"=".repeat(filled)}${head}`.padEnd(width)}]`;
}
