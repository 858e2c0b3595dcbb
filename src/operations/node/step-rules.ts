import { fileFacts } from "../../manifest/file-facts.ts";
import { calicoNode } from "../../model/pod.ts";
import { known, type Reading } from "../../model/reading.ts";
import { calicoNodeContainer, type TemplateFacts } from "../../model/template.ts";
import type { NodeWorld } from "../../plan/node/world.ts";
import type { Subject } from "../../preflight/subject.ts";
import { checkStep } from "../preflight/step.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { releaseOfTemplate } from "../../releases/running.ts";
import { parseVersion, type Version } from "../../releases/version.ts";
import { warn, type Session } from "../session.ts";
import type { OpenNodes } from "./open.ts";
import type { NodesRequest } from "./request.ts";
import type { FileTemplate } from "./template.ts";

/** The rules of preflight about what the nodes are brought to; throws UserError where they forbid it. */
export async function checkNodeStep(
  nodes: OpenNodes,
  session: Session,
  { ignored }: Pick<NodesRequest, "ignored">,
  target: TemplateFacts,
  file: FileTemplate | undefined,
  world: NodeWorld,
): Promise<void> {
  const { connection, clock } = session;
  const { discovery, chosen, environment, installation } = nodes;
  const { namespace, name } = chosen;
  const to = releaseAskedFor(target, world);
  const isRestart = to === undefined && file === undefined;
  const place = {
    connection,
    discovery,
    now: clock.now(),
    namespace,
    daemonSet: { namespace, name },
    known: {
      nodes: known([...world.nodes.values()]),
      daemonSets: known([world.daemonSet?.facts ?? chosen]),
      pods: known(world.pods),
      revisions: known(world.revisions),
      installation,
      // Of another release or a file more is judged than what calico-node itself reads.
      ...(isRestart && environment.known ? { configMaps: environment } : {}),
    },
  };
  const subject: Subject = {
    ...(to === undefined ? {} : { to }),
    ...(file === undefined
      ? {}
      : { manifest: { objects: file.objects, facts: fileFacts(file.objects, namespace) } }),
  };
  await checkStep("node", place, subject, ignored, (text) => warn(session, text));
}

/** undefined: every node runs that image already, whatever release it is. */
function releaseAskedFor(target: TemplateFacts, { pods }: NodeWorld): Reading<Version> | undefined {
  const image = calicoNodeContainer(target)?.image;
  if (pods.length > 0 && pods.every((pod) => calicoNode(pod)?.image === image)) return undefined;
  const found = releaseOfTemplate(target, [], catalogue);
  const version = parseVersion(found.candidates.at(-1) ?? "");
  return version === undefined
    ? {
        known: false,
        why: "failed",
        message: `the image of calico-node does not tell its release: ${found.text}`,
      }
    : known(version);
}
