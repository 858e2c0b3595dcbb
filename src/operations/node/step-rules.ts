import { fileFacts } from "../../manifest/file-facts.ts";
import { refusePlaceholders } from "../../manifest/placeholders.ts";
import type { KubeObject } from "../../model/kube.ts";
import { calicoNode } from "../../model/pod.ts";
import { known, type Reading } from "../../model/reading.ts";
import { calicoNodeContainer, type TemplateFacts } from "../../model/template.ts";
import type { NodeWorld } from "../../plan/node/world.ts";
import type { Subject } from "../../preflight/subject.ts";
import { checkFile, checkStep, type StepPlace } from "../preflight/step.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { releaseOfTemplate } from "../../releases/running.ts";
import { parseVersion, type Version } from "../../releases/version.ts";
import type { Session } from "../session.ts";
import { upstream } from "../upstream.ts";
import type { OpenNodes } from "./open.ts";
import type { NodesRequest } from "./request.ts";
import { fileDaemonSet, type FileTemplate } from "./template.ts";

/** The rules of preflight about what the nodes are brought to; throws UserError where they forbid it. */
export async function checkNodeStep(
  nodes: OpenNodes,
  session: Session,
  { ignored }: Pick<NodesRequest, "ignored">,
  target: TemplateFacts,
  file: FileTemplate | undefined,
  world: NodeWorld,
): Promise<void> {
  const to = releaseAskedFor(target, world);
  const isRestart = to === undefined && file === undefined;
  const place = placeOf(nodes, session, world, isRestart);
  const subject: Subject = {
    ...(to === undefined ? {} : { to }),
    ...(file === undefined ? {} : await fileSubject(nodes, file)),
  };
  // A file's surroundings were looked at before, one by one.
  const settled = new Set(file === undefined ? [] : ["H05"]);
  await checkStep("node", place, subject, ignored, session.emit, settled);
}

/**
 * The file's calico-node DaemonSet, from a file that is for this install and filled in: said before what the cluster
 * lacks for it, since that advice would put a wrong file's values into the cluster. Throws UserError.
 */
export async function wholeFile(
  nodes: OpenNodes,
  session: Session,
  { ignored }: Pick<NodesRequest, "ignored">,
  file: FileTemplate,
): Promise<KubeObject> {
  const desired = fileDaemonSet(nodes, session, file);
  const place = placeOf(nodes, session, nodes.live.snapshot(), false);
  await checkFile(place, await fileSubject(nodes, file), ignored, session.emit);
  refusePlaceholders([desired], file.name);
  return desired;
}

async function fileSubject({ chosen }: OpenNodes, { objects }: FileTemplate): Promise<Subject> {
  return {
    manifest: { objects, facts: fileFacts(objects, chosen.namespace) },
    upstream: await upstream(),
  };
}

function placeOf(
  { discovery, chosen, environment, installation }: OpenNodes,
  { connection, clock }: Session,
  world: NodeWorld,
  isRestart: boolean,
): StepPlace {
  const { namespace, name } = chosen;
  return {
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
      // Of all objects of the file this command writes the DaemonSet alone.
      installed: known({ objects: world.daemonSet === undefined ? [] : [world.daemonSet.raw], unread: [] }),
      // Of another release or a file more is judged than what calico-node itself reads.
      ...(isRestart && environment.known ? { configMaps: environment } : {}),
    },
  };
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
