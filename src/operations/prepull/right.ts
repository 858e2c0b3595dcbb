import { userError } from "../../errors.ts";
import { rightText, type NeededRight } from "../../model/right.ts";
import type { NodeGoal } from "../../plan/node/goal.ts";
import type { OpenNodes } from "../node/open.ts";
import { askRights } from "../node/rights.ts";
import type { Session } from "../session.ts";
import { pullsNeeded } from "./operation.ts";

/** Throws UserError where images are to be pulled ahead and no pod may be created for it. */
export async function checkPullRight(nodes: OpenNodes, session: Session, goal: NodeGoal): Promise<void> {
  if (pullsNeeded(nodes, session, goal).pulls.length === 0) return;
  const right: NeededRight = {
    verb: "create",
    group: "",
    resource: "pods",
    namespace: nodes.chosen.namespace,
  };
  const [answer] = await askRights(session.connection, [right]);
  if (answer?.allowed !== false) return;
  throw userError(
    `missing permission: ${rightText(right)}, to pull images before the first restart; nothing was changed; to continue without: ${session.commands.again("--prepull=never")}`,
  );
}
