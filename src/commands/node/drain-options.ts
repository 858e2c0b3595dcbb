import { userError } from "../../errors.ts";
import { drainFlags, type DrainValues } from "../../flags/drain.ts";
import { selectorOfText } from "../../model/selector-text.ts";
import type { Millis } from "../../model/time.ts";
import type { DrainRequest } from "../../operations/node/request.ts";

/** What --drain and the flags that go with it ask for; undefined: nothing is drained. Throws UserError. */
export function drainRequest(
  values: DrainValues,
  {
    timeout,
    noCordon,
    help,
  }: { readonly timeout: Millis; readonly noCordon: boolean; readonly help: string },
): DrainRequest | undefined {
  const { drain, drainTimeout, podSelector } = values;
  if (!drain) {
    const given = (Object.keys(drainFlags) as (keyof typeof drainFlags)[]).find(
      (key) => values[key] !== undefined && values[key] !== false,
    );
    if (given !== undefined) throw userError(`--${drainFlags[given].name} goes with --drain`, help);
    return undefined;
  }
  if (noCordon)
    throw userError("--drain cannot be combined with --no-cordon: evicted pods could come back", help);
  if (drainTimeout !== undefined && drainTimeout < 0)
    throw userError("--drain-timeout must not be negative; zero means forever", help);
  const selector = podSelector === undefined ? undefined : selectorOfText(podSelector);
  if (selector?.ok === false) throw userError(selector.message, help);
  return {
    ignoreDaemonSets: values.ignoreDaemonSets,
    deleteEmptyDirData: values.deleteEmptyDirData,
    deleteUnmanaged: values.deleteUnmanagedPods,
    disableEviction: values.disableEviction,
    timeout: drainTimeout ?? timeout,
    ...(selector === undefined ? {} : { selector: selector.selector }),
  };
}
