/** ANSI colours of the marks of a task list, by listr2's names for its states. */
const codes = {
  COMPLETED: 32,
  PENDING: 33,
  SKIPPED_WITH_COLLAPSE: 33,
  SKIPPED_WITHOUT_COLLAPSE: 33,
  COMPLETED_WITH_FAILED_SUBTASKS: 33,
  COMPLETED_WITH_SISTER_TASKS_FAILED: 31,
  FAILED: 31,
  FAILED_WITH_SUBTASKS: 31,
  CANCELLED: 31,
  WAITING: 2,
} as const;

type Paint = (text?: string) => string;

/** listr2 by itself asks standard output, which is not where the list stands. */
export function taskColors(colored: boolean): Record<keyof typeof codes, Paint> {
  const paint = (code: number): Paint =>
    colored ? (text = "") => `\u001B[${code}m${text}\u001B[0m` : (text = "") => text;
  return Object.fromEntries(Object.entries(codes).map(([state, code]) => [state, paint(code)])) as Record<
    keyof typeof codes,
    Paint
  >;
}
