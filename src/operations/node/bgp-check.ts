import type { Connection, ExecAnswer } from "../../cluster/port.ts";
import { userError } from "../../errors.ts";
import { backend } from "../../model/backend.ts";
import { parseProtocols, type BgpSession } from "../../model/bgp-session.ts";
import { calicoNode } from "../../model/pod.ts";
import { calicoNodeContainer, type TemplateFacts } from "../../model/template.ts";
import type { BgpAnswer, ServerVerdict } from "../../model/server-verdict.ts";
import { visible } from "../../model/visible.ts";
import type { Stop } from "../../plan/decision.ts";
import { cannotAsk } from "../../plan/node/bgp.ts";
import type { BgpRead, NodeRead } from "../../plan/node/bgp-seen.ts";
import type { NodeGoal } from "../../plan/node/goal.ts";
import { execRights } from "../../plan/node/permissions.ts";
import { podOn, type NodeWorld } from "../../plan/node/world.ts";
import type { Session } from "../session.ts";
import { podReader } from "../try-pod.ts";
import type { OpenNodes } from "./open.ts";
import type { NodesRequest } from "./request.ts";
import { askRights } from "./rights.ts";

/** The same folder in all releases (confd and the run scripts of calico-node); IPv6 has a BIRD of its own. */
const sockets = { ipv4: "/var/run/calico/bird.ctl", ipv6: "/var/run/calico/bird6.ctl" };

/** BIRD's client without line editing, which images of calico-node have, and with it. */
const clients = ["birdcl", "birdc"] as const;

/** A session is 1 kB of text; nodes have hundreds at most. */
const longestAnswer = 4 * 1024 * 1024;
const patience = 10_000;

/**
 * Whether and how BIRD is asked in a run (`--bgp-check`). With `auto` it is where BIRD speaks BGP, before and after the
 * change of template, and this user may: whoever may not is not stopped. With `exec` what stands against it is thrown.
 * A dry run asks nobody.
 */
export async function bgpCheckOf(
  { chosen, configMaps }: OpenNodes,
  session: Session,
  { bgpCheck = "auto" }: NodesRequest,
  target: TemplateFacts,
): Promise<Pick<NodeGoal, "bgpCheck">> {
  if (bgpCheck === "off") return {};
  const other = [chosen.template, target]
    .map((each) => backend(each, configMaps))
    .find((each) => each !== "bird");
  if (other !== undefined) {
    if (bgpCheck === "auto") return {};
    const why =
      other === "unknown"
        ? "the networking backend of calico-node cannot be told"
        : `the networking backend is ${other}`;
    throw userError(`--bgp-check=exec asks BIRD for its sessions, and ${why}; nothing was changed`);
  }
  if (session.dryRun !== "none" || session.connection.exec === undefined) return {};
  if (bgpCheck === "auto") {
    const answers = await askRights(session.connection, execRights(chosen.namespace));
    if (answers.some(({ allowed }) => allowed === false)) return {};
  }
  const ip6 = calicoNodeContainer(target)?.env.find(({ name }) => name === "IP6");
  const ipv6 = ip6?.from !== undefined || !["", "none"].includes(ip6?.value ?? "");
  return { bgpCheck: { mode: bgpCheck, ipv6 } };
}

/** With `exec`, before the first write: why BIRD of the first node cannot be asked; undefined: it can. */
export async function cannotAskBird(
  { live }: OpenNodes,
  session: Session,
  goal: NodeGoal,
): Promise<Stop | undefined> {
  if (goal.bgpCheck?.mode !== "exec") return undefined;
  const world = live.snapshot();
  const pod = goal.nodes.map((node) => podOn(world, node)).find((each) => each?.ready === true);
  if (pod?.node === undefined) return undefined;
  const read: BgpRead = { kind: "bgp", node: pod.node, pod, when: "before" };
  const { why } = await askBird(session, goal, () => world)(read);
  return why === undefined ? undefined : cannotAsk(pod.node, why, goal);
}

/** For a node run that asks: whether the server takes a pod, and what BIRD says. */
export function nodeReader(
  { discovery, live }: OpenNodes,
  session: Session,
  goal: NodeGoal,
): (read: NodeRead) => Promise<ServerVerdict> {
  const pods = podReader(session, discovery.version);
  const bird = askBird(session, goal, () => live.snapshot());
  return async (read) => await (read.kind === "pod" ? pods(read) : bird(read));
}

function askBird(
  { connection, clock, listen }: Session,
  { bgpCheck }: NodeGoal,
  world: () => NodeWorld,
): (read: BgpRead) => Promise<BgpAnswer> {
  const families =
    bgpCheck?.ipv6 === true ? ([sockets.ipv4, sockets.ipv6] as const) : ([sockets.ipv4] as const);
  let client: (typeof clients)[number] = clients[0];
  return async (read) => {
    const sessions: BgpSession[] = [];
    for (const socket of families) {
      // One after the other: the second is not asked in vain.
      let answer = await ask(connection, read, [client, "-s", socket], listen().second);
      if (isMissing(answer) && client !== clients[1]) {
        client = clients[1];
        answer = await ask(connection, read, [client, "-s", socket], listen().second);
      }
      const found = sessionsOf(answer);
      if (typeof found === "string") return { kind: "bgp", at: clock.now(), why: visible(found) };
      sessions.push(...found);
    }
    const nodes = nodesByAddress(world());
    return {
      kind: "bgp",
      at: clock.now(),
      sessions: sessions.map((session) => {
        const node = session.address === undefined ? undefined : nodes.get(session.address);
        return node === undefined ? session : { ...session, node };
      }),
    };
  };
}

async function ask(
  connection: Connection,
  { pod }: BgpRead,
  client: readonly string[],
  signal: AbortSignal,
): Promise<ExecAnswer> {
  if (connection.exec === undefined) return { kind: "failed", why: "this connection runs no commands" };
  return await connection.exec({
    namespace: pod.namespace,
    pod: pod.name,
    container: calicoNode(pod)?.name ?? "calico-node",
    // Restricted: this client can change nothing.
    command: [...client, "-r", "show", "protocols", "all"],
    timeout: patience,
    limit: longestAnswer,
    signal,
  });
}

/** The image has no such program: shells and some runtimes tell it by the code, others in words. */
function isMissing(answer: ExecAnswer): boolean {
  return answer.kind === "exited"
    ? answer.code === 126 || answer.code === 127
    : /executable file not found|no such file or directory/i.test(answer.why);
}

/** Or why there are none. */
function sessionsOf(answer: ExecAnswer): readonly BgpSession[] | string {
  if (answer.kind === "failed") return answer.why;
  if (answer.code !== 0) {
    const said = (answer.stderr.trim() || answer.stdout.trim()).slice(0, 200);
    return `birdcl ended with exit code ${answer.code}${said === "" ? "" : `: ${said}`}`;
  }
  const parsed = parseProtocols(answer.stdout);
  return parsed.kind === "sessions" ? parsed.sessions : `the answer of birdcl cannot be read: ${parsed.why}`;
}

/** calico-node is on its node's own network. */
function nodesByAddress({ pods }: NodeWorld): ReadonlyMap<string, string> {
  return new Map(
    pods.flatMap(({ ip, node }): readonly (readonly [string, string])[] =>
      ip === undefined || node === undefined ? [] : [[ip, node]],
    ),
  );
}
