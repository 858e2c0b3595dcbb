/** Runs one after the other, whatever became of those before; answers the names of those that ended badly. */
export async function each(
  names: readonly string[],
  run: (name: string) => Promise<number>,
): Promise<readonly string[]> {
  const over: string[] = [];
  for (const name of names) if ((await run(name).catch(() => 1)) !== 0) over.push(name);
  return over;
}
