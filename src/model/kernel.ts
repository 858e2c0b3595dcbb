/** Whether a kernel (`5.15.0-91-generic`) is at least this old or newer; "unknown" where it does not say. */
export function kernelAtLeast(kernel: string | undefined, major: number, minor: number): boolean | "unknown" {
  const found = /^(\d+)\.(\d+)/.exec(kernel ?? "");
  if (found === null) return "unknown";
  const [have, less] = [Number(found[1]), Number(found[2])];
  return have > major || (have === major && less >= minor);
}
