import {
  apiOutageFlag,
  canariesFlag,
  canarySettleFlag,
  excludeFlag,
  intervalFlag,
  maxFailuresFlag,
  maxGapFlag,
  maxUnavailableFlag,
  orderFlag,
  pauseAfterFlag,
  selectorFlag,
  untilFlag,
} from "../flags/fleet.ts";
import { prepullAheadFlag, prepullFlag, settleFlag } from "../flags/node.ts";
import { BaseCommand, option } from "./base.ts";

/** A command that restarts calico-node on nodes, by itself or as a part of its run: which nodes, in which order, how fast. */
export abstract class NodesCommand extends BaseCommand {
  readonly settle = option(settleFlag);
  readonly prepull = option(prepullFlag);
  readonly prepullAhead = option(prepullAheadFlag);
  readonly selector = option(selectorFlag);
  readonly exclude = option(excludeFlag);
  readonly order = option(orderFlag);
  readonly canaries = option(canariesFlag);
  readonly pauseAfter = option(pauseAfterFlag);
  readonly maxUnavailable = option(maxUnavailableFlag);
  readonly interval = option(intervalFlag);
  readonly canarySettle = option(canarySettleFlag);
  readonly until = option(untilFlag);
  readonly maxGap = option(maxGapFlag);
  readonly maxFailures = option(maxFailuresFlag);
  readonly apiOutage = option(apiOutageFlag);
}
