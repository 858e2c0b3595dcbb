import { leaseRenewal } from "../lease/held.ts";
import { some } from "../../model/words.ts";
import type { Millis } from "../../model/time.ts";
import type { Wait } from "../decision.ts";
import { eventsAfter } from "../patience.ts";
import type { PrepullGoal } from "./goal.ts";
import { isOpen } from "./open.ts";
import type { PrepullSeen } from "./seen.ts";
import { failsAt } from "./stops.ts";

/** Until a pod shows that its node has the images, or that it fails. */
export function waitForPulls(seen: PrepullSeen, goal: PrepullGoal, now: Millis): Wait {
  const open = goal.nodes.map(({ node }) => node).filter((node) => isOpen(seen, node));
  const begun = open.filter((node) => seen.began[node] !== undefined);
  const failing = begun.flatMap((node) => {
    const why = seen.failing[node];
    return why === undefined ? [] : [{ node, why }];
  });
  const [first] = failing;
  const times = [
    now + leaseRenewal,
    ...failing.map(({ why }) => failsAt(why)),
    ...(goal.timeout > 0 ? begun.map((node) => (seen.began[node] ?? now) + goal.timeout + 1) : []),
  ];
  // Of a back-off the registry's own words may stand in an event only.
  const wantsEvents = failing.some(({ why }) => why.text.startsWith("ImagePullBackOff"));
  return {
    kind: "wait",
    phase: "prepull",
    for: `images on ${some(begun, 3)}`,
    until: Math.max(now + 1, Math.min(...times, ...(wantsEvents ? [now + eventsAfter] : []))),
    ...(first === undefined ? {} : { stuck: `${first.node}: ${first.why.text}` }),
    ...(wantsEvents ? { wantsEvents } : {}),
  };
}
