import { sendWrite } from "../../cluster/write.ts";
import { isAnswer } from "../../errors.ts";
import { eventObject, type Involved } from "../../model/event-object.ts";
import { manager } from "../../model/names.ts";
import type { NeededRight } from "../../model/right.ts";
import type { NodeGoal } from "../../plan/node/goal.ts";
import type { NodeRunResult } from "../../plan/node/result.ts";
import type { NodesSeen } from "../../plan/node/seen.ts";
import type { NodeStep } from "../../plan/node/step.ts";
import type { RunEvent } from "../../plan/run-event.ts";
import { nodeEvent, runEvent, type EventText } from "../../render/node-event.ts";
import type { Session } from "../session.ts";
import type { OpenNodes } from "./open.ts";
import { askRights } from "./rights.ts";

/** Writes Events for `kubectl describe node` and `kubectl describe daemonset`. */
export interface ClusterEvents {
  /** At most one for each node. */
  readonly happened: (event: RunEvent<NodesSeen, NodeStep>) => void;
  /** How the run ended; resolves when what was sent is answered, or given up. */
  readonly ended: (result: NodeRunResult) => Promise<void>;
}

const silent: ClusterEvents = { happened: () => undefined, ended: async () => undefined };

/** No run waits longer for what nothing depends on. */
const patience = 5_000;

/** In the namespace where the Events of Nodes are, and in the DaemonSet's. */
function eventRights(namespace: string): readonly NeededRight[] {
  return ["default", namespace].map((each) => ({
    group: "",
    resource: "events",
    namespace: each,
    verb: "create",
  }));
}

/** They are sent beside the run, and only where the user may: without the right, or an answer, it is as without them. */
export async function clusterEvents(
  { places, chosen, discovery }: OpenNodes,
  { connection, clock, dryRun, listen }: Session,
  goal: NodeGoal,
): Promise<ClusterEvents> {
  if (dryRun !== "none") return silent;
  const answers = await askRights(connection, eventRights(chosen.namespace));
  if (answers.some(({ allowed }) => allowed === false)) return silent;
  const named = new Set<string>();
  const sending: Promise<void>[] = [];
  let unexpected: unknown;

  async function send(about: Involved, text: EventText): Promise<void> {
    const body = eventObject(about, text, clock.now());
    const { name, namespace } = body.metadata;
    const signal = AbortSignal.any([listen().second, AbortSignal.timeout(patience)]);
    try {
      await sendWrite(
        connection,
        {
          verb: "create",
          ref: {
            group: "",
            version: "v1",
            resource: "events",
            kind: "Event",
            name,
            ...(namespace === undefined ? {} : { namespace }),
          },
          body,
          fieldManager: manager,
        },
        { dryRun: false, serverVersion: discovery.version, signal },
      );
    } catch (error) {
      if (!signal.aborted && !isAnswer(error)) unexpected ??= error;
    }
  }

  return {
    happened(event) {
      const text = nodeEvent(event, goal);
      if (text === undefined || named.has(text.node)) return;
      named.add(text.node);
      const { node, ...rest } = text;
      sending.push(send({ apiVersion: "v1", kind: "Node", name: node, uid: node }, rest));
    },
    async ended(result) {
      const text = runEvent(result);
      const { namespace, name, uid } = chosen;
      const { group, version } = places.daemonSets;
      const about: Involved = { apiVersion: `${group}/${version}`, kind: "DaemonSet", namespace, name, uid };
      if (text !== undefined) sending.push(send(about, text));
      await Promise.all(sending);
      if (unexpected !== undefined) throw unexpected;
    },
  };
}
