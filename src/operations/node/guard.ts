import type { DaemonSetFacts } from "../../model/daemonset.ts";
import { ownersOf } from "../../model/owner.ts";
import type { Reading, Truth } from "../../model/reading.ts";
import type { Millis } from "../../model/time.ts";
import type { Stop } from "../../plan/decision.ts";
import type { Hold } from "../../plan/node/hold.ts";
import type { NodeWorld } from "../../plan/node/world.ts";
import {
  truthReading,
  type NodeStepFacts,
  type NodeSubject,
  type OldData,
} from "../../preflight/node-facts.ts";
import { fixLine, type Finding } from "../../preflight/finding.ts";
import { nodeRulePage, nodeRules } from "../../preflight/node-rules.ts";
import { blocks } from "../../preflight/rule.ts";

/** What rules look at that does not change while the run goes on. */
export interface RunFacts {
  readonly bgp: Truth;
  readonly restartTime: Reading<Millis | undefined>;
  /** The full BGP mesh between nodes. */
  readonly mesh: Reading<boolean>;
  readonly serverVersion: string;
  readonly loadBalancers: Reading<readonly string[]>;
  /** The latest answer: it is asked again and again. */
  readonly oldData: () => Reading<OldData>;
}

/** Runs the rules of the node step: plan and preflight do not know each other, this brings them together. */
export function findingsFor(
  world: NodeWorld,
  runFacts: RunFacts,
  subject: NodeSubject,
  now: Millis,
): readonly Finding[] {
  const facts = factsOf(world, runFacts);
  return nodeRules.map((rule) => rule.evaluate(facts, subject, now));
}

/**
 * The worst of what stands against a restart, as the run's reason to stop; where time mends all of it, as what to
 * wait for.
 */
export function refusal(findings: readonly Finding[], ignored: ReadonlySet<string>): Stop | Hold | undefined {
  const blocking = findings.filter((finding) => blocks(finding, ignored));
  const lasting = blocking.find(({ wait }) => wait === undefined);
  if (lasting !== undefined) return stopOf(lasting);
  const holds = blocking.flatMap(({ id, wait }) => (wait === undefined ? [] : [{ id, ...wait }]));
  return holds.toSorted((a, b) => b.until - a.until)[0];
}

export function stopOf(finding: Finding): Stop {
  const { title, override = `--ignore-preflight-errors=${finding.id}` } = nodeRulePage(finding.id) ?? {
    title: finding.id,
  };
  const overriding =
    override === false || finding.fix?.includes(override) === true ? undefined : `override: ${override}`;
  const hint = [fixLine(finding), overriding].filter((each) => each !== undefined).join("; ");
  return {
    id: finding.id,
    message: finding.outcome === "unknown" ? `${title}: not known, ${finding.because}` : finding.because,
    ...(hint === "" ? {} : { hint }),
    ...(finding.node === undefined ? {} : { node: finding.node }),
  };
}

function factsOf(world: NodeWorld, runFacts: RunFacts): NodeStepFacts {
  const live = world.daemonSet?.facts;
  const known = <T>(value: T): Reading<T> => ({ known: true, value });
  const gone: Reading<never> = { known: false, why: "failed", message: "the DaemonSet is gone" };
  return {
    daemonSet: live === undefined ? gone : known(live),
    nodes: known(world.nodes),
    pods: known(world.pods),
    revisions: known(world.revisions),
    bgp: truthReading(runFacts.bgp, "CALICO_NETWORKING_BACKEND of calico-node cannot be told"),
    restartTime: runFacts.restartTime,
    mesh: runFacts.mesh,
    serverVersion:
      runFacts.serverVersion === ""
        ? { known: false, why: "failed", message: "the server did not tell its version" }
        : known(runFacts.serverVersion),
    loadBalancers: runFacts.loadBalancers,
    oldData: runFacts.oldData(),
    reconcilers: live === undefined ? gone : known(reconcilersOf(live)),
  };
}

/** Who puts the DaemonSet back by itself, or will when told to (hazard H12: addon manager, GitOps, Helm). */
function reconcilersOf(daemonSet: DaemonSetFacts): readonly string[] {
  return ownersOf(daemonSet)
    .filter(({ kind, reverts }) => reverts || kind === "helm")
    .map(({ name, evidence }) => `${name} (${evidence})`);
}
