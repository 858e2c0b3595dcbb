import type { Flag, FlagValues } from "./flag.ts";
import { prepullAheadFlag, prepullFlag, settleFlag } from "./node.ts";

/** Which nodes a run takes, in which order and how fast; for every command that restarts nodes. */

export const allFlag = {
  name: "all",
  takes: "boolean",
  help: "Upgrade all nodes; those that run the newest revision already are skipped.",
  group: "Options",
} as const satisfies Flag;

const selectorFlag = {
  name: "selector",
  short: "l",
  takes: "value",
  help: "Only nodes with these labels: supports '=', '==', '!=', 'in', 'notin' (e.g. -l key1=value1,key2=value2).",
  group: "Options",
  valueName: "SELECTOR",
} as const satisfies Flag;

const excludeFlag = {
  name: "exclude",
  takes: "value",
  repeat: true,
  help: "Leave out a node, or the nodes that a label selector with an operator (zone=a, '!gpu', 'zone in (a,b)') selects; can be given several times.",
  group: "Options",
  valueName: "NODE|SELECTOR",
} as const satisfies Flag;

const orderFlag = {
  name: "order",
  takes: "value",
  oneOf: ["zone", "name", "given"],
  help: "Order of the nodes after the canaries. One of: (zone, name, given): zone after zone, by name, or as the command line names them. With zone (the default for --all and -l) and name the control plane comes last.",
  group: "Options",
  valueName: "ORDER",
} as const satisfies Flag;

const canariesFlag = {
  name: "canaries",
  takes: "value",
  read: "int",
  help: "Upgrade this many nodes of each class (architecture, OS image, kernel, kubelet, runtime, role) before all others; default is 1, and 0 for named nodes.",
  group: "Options",
  valueName: "N",
} as const satisfies Flag;

const pauseAfterFlag = {
  name: "pause-after",
  takes: "value",
  oneOf: ["canaries"],
  help: "Ask before the other nodes, also with -y; without a terminal the run ends there. One of: (canaries).",
  group: "Options",
  valueName: "STAGE",
} as const satisfies Flag;

const maxUnavailableFlag = {
  name: "max-unavailable",
  takes: "value",
  default: "1",
  help: "Restart calico-node on another node only while fewer nodes than this are not Ready or have no Ready calico-node; a number, or a percentage of all nodes. More than 1 needs a cluster without a full BGP mesh (H36).",
  group: "Options",
  valueName: "N|PERCENT%",
} as const satisfies Flag;

const intervalFlag = {
  name: "interval",
  takes: "value",
  read: "duration",
  default: "0s",
  help: "Wait this long between two nodes.",
  group: "Options",
  valueName: "DURATION",
} as const satisfies Flag;

const canarySettleFlag = {
  name: "canary-settle",
  takes: "value",
  read: "duration",
  help: "How long the Ready pod of a canary must stay as it is; default is --settle where it is given, else 1m.",
  group: "Options",
  valueName: "DURATION",
} as const satisfies Flag;

const untilFlag = {
  name: "until",
  takes: "value",
  help: "Begin no node that would end later, by the time that 95% of the nodes of this run took: the next HH:MM in local time, a duration from now, or a time with its date (2026-07-01T04:00:00Z).",
  group: "Options",
  valueName: "HH:MM|DURATION|TIME",
} as const satisfies Flag;

const maxGapFlag = {
  name: "max-gap",
  takes: "value",
  read: "duration",
  help: "Stop after a node whose calico-node was down for longer.",
  group: "Options",
  valueName: "DURATION",
} as const satisfies Flag;

const maxFailuresFlag = {
  name: "max-failures",
  takes: "value",
  read: "int",
  default: "0",
  help: "Continue with other nodes after this many nodes have failed. A failed node stays cordoned and counts for --max-unavailable.",
  group: "Options",
  valueName: "N",
} as const satisfies Flag;

const bgpCheckFlag = {
  name: "bgp-check",
  takes: "value",
  oneOf: ["auto", "exec", "off"],
  default: "auto",
  help: "Ask BIRD on each node for its BGP sessions before the restart, and continue when those that were up are up again. One of: (auto: where BIRD runs and you may exec into its pods, exec: refuse nodes where it cannot be asked, off).",
  group: "Options",
  valueName: "HOW",
} as const satisfies Flag;

const apiOutageFlag = {
  name: "api-outage",
  takes: "value",
  read: "duration",
  default: "1m",
  help: "Stop when the API server has not answered for this long.",
  group: "Options",
  valueName: "DURATION",
} as const satisfies Flag;

/** What every command that restarts calico-node on nodes has, by itself or as a part of its run. */
export const fleetFlags = {
  settle: settleFlag,
  prepull: prepullFlag,
  prepullAhead: prepullAheadFlag,
  selector: selectorFlag,
  exclude: excludeFlag,
  order: orderFlag,
  canaries: canariesFlag,
  pauseAfter: pauseAfterFlag,
  maxUnavailable: maxUnavailableFlag,
  interval: intervalFlag,
  canarySettle: canarySettleFlag,
  until: untilFlag,
  maxGap: maxGapFlag,
  maxFailures: maxFailuresFlag,
  bgpCheck: bgpCheckFlag,
  apiOutage: apiOutageFlag,
} as const;

export type FleetValues = FlagValues<typeof fleetFlags>;
