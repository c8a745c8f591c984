/** By the global timer and not by node:timers/promises, whose timers no virtual clock moves. */
export function sleep(ms: number): Promise<void> {
  return new Promise((wake) => {
    setTimeout(wake, ms);
  });
}
