import { covers } from "../manifest/covers.ts";
import type { PolicyRule } from "../model/rbac.ts";

/**
 * Live rules and, behind them, those of the file that they do not cover: allows what both allow and
 * nothing else (hazard H01). Rules that are already covered add nothing, so doing it twice changes nothing.
 */
export function unionOfRules(
  live: readonly PolicyRule[],
  file: readonly PolicyRule[],
): readonly PolicyRule[] {
  const all = [...live];
  for (const rule of file) if (!covers(all, [rule])) all.push(rule);
  return all;
}
