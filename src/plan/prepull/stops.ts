import { plural, some } from "../../model/words.ts";
import type { Millis } from "../../model/time.ts";
import type { Stop } from "../decision.ts";
import { timeIsUp } from "../patience.ts";
import type { PrepullGoal } from "./goal.ts";
import { isOpen } from "./open.ts";
import type { PullFailure, PrepullSeen } from "./seen.ts";

/** A registry may refuse once: the kubelet tries again after 10 and after 20 seconds. */
const pullPatience: Millis = 35_000;

/** Where one fails for good, the pods beside it are given this long to tell the same. */
const othersPatience: Millis = 5_000;

/** When what fails now is the end of it. */
export function failsAt({ since, final }: PullFailure): Millis {
  return since + (final ? othersPatience : pullPatience);
}

/** Why the pulls fail, with the words of kubelet and registry; undefined: they may still succeed. */
export function failed(seen: PrepullSeen, goal: PrepullGoal, now: Millis): Stop | undefined {
  const open = goal.nodes.filter(({ node }) => isOpen(seen, node)).map(({ node }) => node);
  const late = open.filter((node) => timeIsUp(goal.timeout, seen.began[node] ?? now, now));
  const undecided = open.some((node) => seen.began[node] !== undefined && seen.failing[node] === undefined);
  const over = open.filter((node) => {
    const why = seen.failing[node];
    if (why === undefined) return false;
    return (why.final && !undecided) || now >= failsAt(why);
  });
  if (over.length === 0 && late.length === 0) return undefined;
  // What fails on other nodes as well is reported with it.
  const failing = open.filter((node) => seen.failing[node] !== undefined);
  const slow = late.filter((node) => seen.failing[node] === undefined);
  const reasons = Map.groupBy(failing, (node) => seen.failing[node]?.text ?? "");
  const parts = [
    ...[...reasons].map(([text, nodes]) => `${some(nodes, 5)}: ${text}`),
    ...(slow.length === 0 ? [] : [`${some(slow, 5)}: still pulling after ${goal.timeout / 1000}s`]),
  ];
  const where = `${failing.length + slow.length} of ${plural(goal.of, "node")}`;
  const { commands } = goal;
  return {
    id: "H21",
    message: `images cannot be pulled on ${where}: ${parts.join("; ")}; ${goal.untouched}`,
    hint:
      `${slow.length > 0 && failing.length === 0 ? "give it more time with --timeout" : "make the images reachable from the nodes (registry, mirror, imagePullSecrets)"}, ` +
      `then: ${commands.again()}; without pulling ahead: ${commands.again("--prepull=never")}`,
  };
}

/** The server does not take the pod: nothing is known of the images. */
export function refusedPull(
  why: string,
  { untouched, commands }: Pick<PrepullGoal, "untouched" | "commands">,
): Stop {
  return {
    id: "H21",
    message: `the server would refuse the pod that pulls images: ${why}; ${untouched}`,
    hint: `allow it, then: ${commands.again()}; without pulling ahead: ${commands.again("--prepull=never")}`,
  };
}
