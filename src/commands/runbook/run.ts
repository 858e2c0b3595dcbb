import type { Need } from "../../cluster/observe.ts";
import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { userError } from "../../errors.ts";
import { calicoFacts, type CalicoFacts } from "../../facts/calico.ts";
import { nameOf } from "../../facts/which.ts";
import { plainOutput } from "../../flags/common.ts";
import { speaksBgp } from "../../model/backend.ts";
import type { Observed } from "../../model/observed.ts";
import { program } from "../../model/program.ts";
import { isTombstone } from "../../model/workload.ts";
import { makeRunbook } from "../../plan/runbook/make.ts";
import type { RunbookInput } from "../../plan/runbook/told.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { parseVersion } from "../../releases/version.ts";
import { printableRunbook } from "../../render/runbook/print.ts";
import { runbookMarkdown } from "../../render/runbook/text.ts";
import { daemonSetArgument, nodeArguments, seeHelp } from "../arguments.ts";
import { factsSource, type FactsFlags } from "../../operations/facts/source.ts";
import type { Told } from "../../operations/plan/told.ts";
import { readTold } from "../told.ts";
import { outputOf, resultText } from "../print-result.ts";
import { chosenIfAny } from "../../operations/which-calico.ts";
import { readRunbookFlags, type GivenFlags } from "./flags.ts";

export interface RunbookOptions extends GivenFlags, FactsFlags {
  readonly to: string | undefined;
  readonly from: string | undefined;
  readonly datastore: string | undefined;
  /** namespace/name */
  readonly daemonSet: string | undefined;
  readonly output: string;
  readonly nodes: readonly string[];
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
}

const needs: readonly Need[] = ["nodes", "daemonSets", "pods", "workloads", "configMaps", "served"];

/** Exit code 0 when there is a way; what could not be seen is in the runbook and no error. */
export async function runRunbook(options: RunbookOptions): Promise<number> {
  const { context } = options;
  const markdown = options.output === "markdown";
  if (!markdown && !["text", "json", "yaml"].includes(options.output))
    throw userError(`-o must be one of text, markdown, json, yaml, not "${options.output}"`);
  const output = await outputOf(
    plainOutput(markdown || options.output === "text" ? "table" : options.output),
    context,
  );
  if (options.to === undefined) throw userError('required flag(s) "to" not set', seeHelp("runbook"));
  const flags = readRunbookFlags(options);
  const told = readTold({
    to: options.to,
    file: false,
    from: options.from,
    datastore: options.datastore,
    kubernetes: undefined,
  });
  if (told.to === undefined) throw new Error("no --to");
  const names = nodeArguments(options.nodes, "runbook");
  const named = daemonSetArgument(options.daemonSet, "runbook");

  const { read } = await factsSource(options, context, options.connect);
  const seen = await read(needs);
  const calico = calicoFacts(seen, catalogue, named);
  const { hosts, hostsWhy } = hostsOf(seen, names);
  const { served } = seen;
  const server = parseVersion(seen.serverVersion);
  const input: RunbookInput = {
    to: told.to,
    ...runningOf(calico, told),
    kubernetes: server?.major === 1 ? server.minor : "unknown",
    ...(served.known ? { oldGroupServed: served.value.groupVersions.includes("projectcalico.org/v1") } : {}),
    hosts,
    ...(hostsWhy === undefined ? {} : { hostsWhy }),
    ...controllerOf(seen),
    flags: { ...bgpOf(calico), ...flags },
  };
  const runbook = makeRunbook(input, catalogue);
  if (runbook.kind === "refusal") {
    const better = runbook.instead === undefined ? "" : `; instead: ${runbook.instead}`;
    throw userError(`${runbook.id}: ${runbook.because}${better}`, `See '${program} explain ${runbook.id}'`);
  }
  context.stdout.write(
    markdown ? runbookMarkdown(runbook) : await resultText(output, printableRunbook(runbook)),
  );
  return 0;
}

/** All nodes, or those that were named; one that does not exist is a mistake where nodes can be read. */
function hostsOf({ nodes }: Observed, names: readonly string[]): Pick<RunbookInput, "hosts" | "hostsWhy"> {
  if (!nodes.known) return { hosts: names.map((name) => ({ name })), hostsWhy: nodes.message };
  if (names.length === 0)
    return { hosts: nodes.value.toSorted((a, b) => a.name.localeCompare(b.name, "en")) };
  return {
    hosts: names.map((name) => {
      const found = nodes.value.find((each) => each.name === name);
      if (found === undefined) throw userError(`nodes "${name}" not found`);
      return found;
    }),
  };
}

/** What runs: flags first, then a calico-node that Kubernetes runs. What a node has as an image may be old. */
function runningOf(
  calico: CalicoFacts,
  told: Told,
): Pick<RunbookInput, "from" | "fromWhy" | "datastore" | "datastoreWhy" | "daemonSet"> {
  const set = chosenIfAny(calico);
  const { running, datastore, all } = calico;
  const notThere = !all.known
    ? all.message
    : set === undefined
      ? "no DaemonSet of this cluster runs calico-node"
      : undefined;
  return {
    ...(set === undefined ? {} : { daemonSet: nameOf(set) }),
    from: told.from ?? (running.known ? running.value.oldest : undefined),
    fromWhy: notThere ?? `its images do not say it: ${set?.release.text ?? ""}`,
    datastore: told.datastore ?? (datastore.known ? datastore.value : undefined),
    datastoreWhy: notThere ?? "its calico-node does not say it",
  };
}

/** What a calico-node that Kubernetes runs says of BGP holds for the other hosts, too: they are its peers. */
function bgpOf({ backend }: CalicoFacts): { readonly bgp?: boolean } {
  return backend.known ? { bgp: speaksBgp(backend.value) } : {};
}

function controllerOf({ workloads }: Observed): Pick<RunbookInput, "controllerWorkload" | "workloadsKnown"> {
  if (!workloads.known) return { controllerWorkload: undefined, workloadsKnown: "unknown" };
  const found = workloads.value.find((each) => each.component === "controller" && !isTombstone(each));
  return {
    controllerWorkload: found === undefined ? undefined : `${found.kind} ${found.namespace}/${found.name}`,
    workloadsKnown: true,
  };
}
