/** What the least of some runs takes of the processor: other processes make it no longer. */
export function cpuMillis(work: () => unknown, times: number): number {
  const once = (): number => {
    const began = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000;
  };
  return Math.min(...Array.from({ length: times }, once));
}
