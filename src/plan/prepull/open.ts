import type { PrepullSeen } from "./seen.ts";

/** Whether a node is still to get its images. */
export function isOpen({ pulled, gone }: Pick<PrepullSeen, "pulled" | "gone">, node: string): boolean {
  return pulled[node] === undefined && !gone.includes(node);
}
