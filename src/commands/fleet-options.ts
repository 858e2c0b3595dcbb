import { userError } from "../errors.ts";
import type { FleetValues } from "../flags/fleet.ts";
import { goDuration } from "../model/duration.ts";
import type { LabelSelector } from "../model/label-selector.ts";
import { selectorOfText } from "../model/selector-text.ts";
import { nextClock, parseTime, type Millis } from "../model/time.ts";
import type { BgpCheckMode } from "../operations/node/request.ts";
import type { PrepullRequest } from "../operations/prepull/request.ts";
import type { Excluded, FleetOrder, Pace, NodeSelection } from "../plan/fleet/pace.ts";
import { nodeArguments, seeHelp } from "./arguments.ts";

/** What the flags of a run over nodes say, checked. */
export interface FleetOptions {
  readonly settle?: Millis;
  readonly prepull: PrepullRequest;
  readonly bgpCheck: BgpCheckMode;
  readonly selection: NodeSelection;
  readonly pace: Pace;
}

/**
 * The nodes and the pace of a run, and how images are pulled before it. `names`: those that the command line names; undefined: it is about all. `now`: for
 * --until. Throws UserError.
 */
export function fleetOptions(
  values: FleetValues,
  command: string,
  names: readonly string[] | undefined,
  now: Millis,
): FleetOptions {
  const help = seeHelp(command);
  const { settle, interval, canarySettle, maxGap, maxFailures } = values;
  const notNegative = [
    [settle, "--settle"],
    [interval, "--interval"],
    [canarySettle, "--canary-settle"],
    [maxGap, "--max-gap"],
    [maxFailures, "--max-failures"],
    [values.canaries, "--canaries"],
  ] as const;
  for (const [value = 0, flag] of notNegative)
    if (value < 0) throw userError(`${flag} must not be negative`, help);
  if (values.prepullAhead < 1) throw userError("--prepull-ahead must be at least 1", help);
  const isNamed = names !== undefined;
  if (values.order === "given" && !isNamed)
    throw userError("--order=given needs nodes named on the command line", help);
  const order: FleetOrder =
    values.order === "zone" || values.order === "name" || values.order === "given"
      ? values.order
      : isNamed
        ? "given"
        : "zone";
  const canaries = values.canaries ?? (isNamed ? 0 : 1);
  if (values.pauseAfter !== undefined && canaries === 0)
    throw userError("--pause-after=canaries needs canaries: give --canaries=1 or more", help);
  return {
    ...(settle === undefined ? {} : { settle }),
    prepull: { mode: values.prepull as PrepullRequest["mode"], ahead: values.prepullAhead },
    bgpCheck: values.bgpCheck as BgpCheckMode,
    selection: {
      ...(names === undefined ? {} : { names }),
      ...(values.selector === undefined ? {} : { labels: selectorArgument(values.selector, help) }),
      exclude: values.exclude.map((each) => excluded(each, command)),
    },
    pace: {
      order,
      canaries,
      ...(values.pauseAfter === "canaries" ? { pauseAfter: "canaries" } : {}),
      maxUnavailable: maxUnavailableOf(values.maxUnavailable, help),
      interval,
      ...(canarySettle === undefined ? {} : { canarySettle }),
      ...(values.until === undefined ? {} : { until: untilOf(values.until, now, help) }),
      ...(maxGap === undefined ? {} : { maxGap }),
      maxFailures,
    },
  };
}

/** What --until-step asks for has to be left in. Throws UserError. */
export function checkPulls({ prepull }: Pick<FleetOptions, "prepull">, help: string): void {
  if (prepull.mode === "never")
    throw userError("--prepull=never leaves out what --until-step asks for; give one of them", help);
}

function selectorArgument(text: string, help: string): LabelSelector {
  const read = selectorOfText(text);
  if (!read.ok) throw userError(read.message, help);
  return read.selector;
}

/** What has an operator is a selector. */
function excluded(text: string, command: string): Excluded {
  if (/[=!(,]/.test(text)) return { kind: "labels", selector: selectorArgument(text, seeHelp(command)) };
  const [name = ""] = nodeArguments([text], command);
  return { kind: "node", name };
}

function maxUnavailableOf(text: string, help: string): Pace["maxUnavailable"] {
  const [, number = "", percent] = /^(\d{1,6})(%?)$/.exec(text) ?? [];
  const value = Number(number);
  if (percent === "%" && value >= 1 && value <= 100) return { percent: value };
  if (percent === "" && value >= 1) return { nodes: value };
  throw userError(
    `--max-unavailable must be a number of nodes (1 or more) or a percentage (1% to 100%), not ${JSON.stringify(text)}`,
    help,
  );
}

function untilOf(text: string, now: Millis, help: string): Millis {
  const clock = nextClock(text, now) ?? (/^\d{4}-\d\d-\d\dT/.test(text) ? parseTime(text) : undefined);
  if (clock !== undefined) return clock;
  const duration = goDuration(text);
  if (duration.ok && duration.millis > 0) return now + duration.millis;
  throw userError(
    `--until must be a time of the day (HH:MM), a time with its date (RFC 3339) or a positive duration (e.g. 90m, 2h), not ${JSON.stringify(text)}`,
    help,
  );
}
