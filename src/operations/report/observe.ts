import type { Collected } from "../../bundle/records.ts";
import type { Need } from "../../cluster/observe.ts";
import { userError } from "../../errors.ts";
import { nameOf } from "../../facts/which.ts";
import { upgradeState } from "../../facts/upgrade.ts";
import { speaksBgp } from "../../model/backend.ts";
import type { NamespacedName } from "../../model/kube.ts";
import { some } from "../../model/words.ts";
import { gracefulRestart } from "../../model/graceful-restart.ts";
import { reportOf, type ReportResult } from "../../plan/report/report.ts";
import { chosenRun, knownRuns, recordsOf } from "../../plan/report/runs.ts";
import { catalogue } from "../../releases/catalogue.ts";
import type { FactsSource } from "../facts/source.ts";

/** What `status` reads of nodes and their calico-node. */
const needs: readonly Need[] = ["nodes", "daemonSets", "pods", "revisions", "events", "configMaps"];

export interface ReportRequest {
  /** What folders of runs keep of nodes. */
  readonly collected: Collected;
  /** A run's id, or the number of its revision; undefined: the one that was seen last. */
  readonly run: string | undefined;
  readonly daemonSet: NamespacedName | undefined;
}

/** What one run did, by what the cluster and its folder keep of it. Throws UserError where it kept nothing, or not of that run. */
export async function observeReport(
  { read }: FactsSource,
  { run, daemonSet, collected }: ReportRequest,
): Promise<ReportResult> {
  const seen = await read(needs);
  if (!seen.nodes.known) throw userError(`cannot read what runs left on nodes: ${seen.nodes.message}`);
  if (!seen.daemonSets.known) throw userError(`cannot read whose runs they were: ${seen.daemonSets.message}`);
  const scope = { nodes: [], ...(daemonSet === undefined ? {} : { daemonSet }) };
  const { calico, daemonSets, nodes, unread } = upgradeState(seen, catalogue, scope);
  // Several are told apart by their runs; none, or a wrong name, is a mistake.
  if (daemonSets.length === 0 && !calico.chosen.known) throw userError(calico.chosen.message);
  const records = recordsOf(nodes);
  const runs = knownRuns(
    daemonSets,
    nodes,
    records,
    collected.found.map((each) => each.records),
  );
  const [chosen, other] = chosenRun(runs, run);
  if (chosen === undefined) {
    const there = runs.map(({ id }) => id);
    const why = collected.refused.map((each) => `; ${each}`).join("");
    if (run !== undefined && there.length > 0)
      throw userError(`no node and no folder has a record of run "${run}"; there are ${some(there)}${why}`);
    throw userError(
      `no run has left a record on a node of ${daemonSets.map((set) => nameOf(set)).join(", ")}${why}`,
    );
  }
  if (other !== undefined)
    throw userError(`"${run ?? ""}" could be ${chosen.id} or ${other.id}; give one of them to --run`);
  const bgp = calico.backend.known ? speaksBgp(calico.backend.value) : "unknown";
  return {
    report: reportOf(
      chosen,
      nodes,
      records,
      seen.revisions.known ? seen.revisions.value : [],
      collected.found,
    ),
    now: seen.now,
    kubernetes: seen.serverVersion,
    bgp,
    ...(bgp === false ? {} : { budget: gracefulRestart }),
    refused: collected.refused,
    others: runs.filter(({ id }) => id !== chosen.id).map(({ id }) => id),
    unread,
  };
}
