/**
 * CPU microseconds of the whole process for each of `count` runs: user and system time, garbage collection and compiler
 * threads included, but not the time in which other processes had the core.
 */
export async function cpuMicroseconds(count: number, work: (count: number) => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  const running = work(count);
  if (running instanceof Promise) await running;
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}
