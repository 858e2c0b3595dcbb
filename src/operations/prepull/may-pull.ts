import { userError } from "../../errors.ts";
import { rightText, type NeededRight } from "../../model/right.ts";
import type { Stop } from "../../plan/decision.ts";
import type { NodeGoal } from "../../plan/node/goal.ts";
import { refusedPull } from "../../plan/prepull/stops.ts";
import type { OpenNodes } from "../node/open.ts";
import { refusedPod } from "../node/refused-pod.ts";
import { askRights } from "../node/rights.ts";
import type { Session } from "../session.ts";
import { tryPod } from "../try-pod.ts";
import { pullsNeeded } from "./operation.ts";

/**
 * Why the server would not take the pods that pull images, tried as a dry run (hazards H07, H27); undefined: it takes
 * them, nothing is to be pulled, or that is not known. Throws UserError where this user may not create them.
 */
export async function mayNotPull(
  nodes: OpenNodes,
  session: Session,
  goal: NodeGoal,
): Promise<Stop | undefined> {
  const [first] = pullsNeeded(nodes, session, goal).pulls;
  if (first === undefined) return undefined;
  const { connection, commands } = session;
  const right: NeededRight = {
    verb: "create",
    group: "",
    resource: "pods",
    namespace: nodes.chosen.namespace,
  };
  const [answer] = await askRights(connection, [right]);
  if (answer?.allowed === false)
    throw userError(
      `missing permission: ${rightText(right)}, to pull images before the first restart; nothing was changed; to continue without: ${commands.again("--prepull=never")}`,
    );
  if (goal.triesPods !== true) return undefined;
  const verdict = await tryPod(connection, nodes.discovery.version, first.pod);
  if (verdict.kind !== "refused") return undefined;
  // What is refused to calico-node itself is what matters (hazard H30).
  const [own] = await refusedPod(session, nodes.discovery.version, {
    live: nodes.live.snapshot().daemonSet?.raw,
    inFile: goal.template?.inFile,
    node: first.node,
  });
  if (own !== undefined)
    return {
      ...own,
      message: `${own.message}; the running pod is left alone`,
      hint: `once it accepts the pod: ${commands.again()}`,
    };
  return refusedPull(verdict.messages.join("; "), { untouched: "nothing was changed", commands });
}
