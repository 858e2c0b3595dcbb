import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { detachedHolder, parseDetached } from "../../model/detached.ts";
import { explain, explainLines, warningsOn } from "../../errors.ts";
import { dryRunSuffix } from "../../flags/dry-run.ts";
import { missingObjects } from "../../operations/node/missing.ts";
import { missingNodes, openNodes, type OpenNodes } from "../../operations/node/open.ts";
import { needsOfNode } from "../../operations/node/release-needs.ts";
import { wholeFile } from "../../operations/node/step-rules.ts";
import type { NodesRequest } from "../../operations/node/request.ts";
import type { FileTemplate } from "../../operations/node/template.ts";
import { namedNodes } from "../../plan/fleet/select.ts";
import { nodesOperation } from "../../operations/node/operation.ts";
import { mutationLine, stepNotice } from "../../render/node-lines.ts";
import { inSession, type InSession } from "../in-session.ts";
import { outputOf } from "../print-result.ts";
import { manifestHash } from "../manifest-hash.ts";
import { readManifest } from "../read-manifest.ts";
import { refusalLines, stopLines } from "../stop-lines.ts";
import { nodeOptions, type NodeOptions, type NodeValues } from "./options.ts";
import { reportNodes } from "./report.ts";

export async function run(
  values: NodeValues,
  context: AppContext,
  connect: () => Promise<Connection>,
): Promise<number> {
  const warn = warningsOn(context);
  const output = await outputOf({ ...values, noHeaders: false }, context);
  const options = nodeOptions(values, output, warn, context.now());
  const file =
    options.file === undefined
      ? undefined
      : { name: options.file, objects: await readManifest(options.file, context.readFile, "node") };
  const connection = await connect();
  const self = parseDetached(context.env);
  const abort = new AbortController();
  const manifest = file === undefined ? {} : { manifest: manifestHash(file.objects) };
  return await inSession(
    connection,
    context,
    {
      ...options,
      ...manifest,
      format: output.format,
      ...(self === undefined ? {} : { inJob: { holder: detachedHolder(self), command: self.command } }),
    },
    async (opened) => {
      const { session } = opened;
      try {
        if (values.release) return await release(opened, options, context, abort.signal);
        const open = async (): Promise<OpenNodes> => await openNodes(session, options.request, abort.signal);
        if (self !== undefined) {
          const { inJob } = await import("./detach.ts");
          const work = async (nodes: OpenNodes, request: NodesRequest): Promise<number> =>
            await upgrade(nodes, opened, { ...options, request }, file, context);
          return await inJob({ opened, self, request: options.request, open, work }, context);
        }
        const nodes = await open();
        if (values.stop) return await (await import("./detach.ts")).stop(nodes, opened, context);
        if (values.unpin) return await unpin(nodes, opened, context);
        if (values.printMissing && file !== undefined) {
          const workload = await wholeFile(nodes, session, options.request, file);
          const ofRelease = needsOfNode(nodes, workload);
          const { printMissing } = await import("../print-missing.ts");
          return printMissing(await missingObjects(connection, workload, file, ofRelease), context);
        }
        const image = options.detach;
        if (image === undefined) return await upgrade(nodes, opened, options, file, context);
        if (isMissing(nodes, options, context)) return 1;
        return await (await import("./detach.ts")).begin(nodes, opened, { options, image }, file, context);
      } finally {
        abort.abort();
      }
    },
  );
}

/** Whether a node that was named is not there; each is said. */
function isMissing(
  { live }: OpenNodes,
  { request: { selection, nodes } }: NodeOptions,
  { stderr }: AppContext,
): boolean {
  const named = [...new Set([...nodes, ...(selection === undefined ? [] : namedNodes(selection))])];
  const missing = missingNodes(live.snapshot(), named);
  for (const error of missing) for (const line of explainLines(error)) stderr.line(line);
  return missing.length > 0;
}

async function upgrade(
  nodes: OpenNodes,
  { session, shown, codeOf }: InSession,
  options: NodeOptions,
  file: FileTemplate | undefined,
  context: AppContext,
): Promise<number> {
  if (isMissing(nodes, options, context)) return 1;
  const outcome = await nodesOperation(nodes, session, options.request, file);
  await shown();
  if (outcome.kind === "declined") return 1;
  if (outcome.kind === "refused") {
    for (const line of refusalLines(outcome.refusals)) context.stderr.line(line);
    return 1;
  }
  await reportNodes(context, options, outcome.result);
  return codeOf(outcome.result.stop);
}

async function unpin(
  nodes: OpenNodes,
  { session, interruptedCode }: InSession,
  { stdout, stderr }: AppContext,
): Promise<number> {
  const done = await (await import("../../operations/node/unpin.ts")).unpin(nodes, session);
  if (done.kind === "declined") return 1;
  if (done.kind === "not pinned") {
    stderr.line(`${done.where} is not held: its updateStrategy is ${done.strategy}`);
    return 0;
  }
  const { ended, resource } = done;
  if (ended.memory.unpinned) stdout.line(`${resource} patched${dryRunSuffix(session.dryRun)}`);
  if (ended.kind === "done") return interruptedCode() ?? 0;
  for (const line of stopLines(ended.reason)) stderr.line(line);
  return interruptedCode() ?? 1;
}

async function release(
  { session, interruptedCode }: InSession,
  { request, output }: NodeOptions,
  { stdout, stderr }: AppContext,
  signal: AbortSignal,
): Promise<number> {
  let failed = false;
  const operation = await import("../../operations/node/release.ts");
  await operation.release(request.nodes, session, signal, (released) => {
    const { node } = released;
    if ("error" in released || "stop" in released) {
      failed = true;
      const text = "error" in released ? explain(released.error) : stopLines(released.stop).join("\n");
      stderr.line(text);
      return;
    }
    const { step } = released;
    if (step === undefined) {
      stderr.line(`node/${node} has no lease of calico-upgrade`);
      return;
    }
    const notice = stepNotice(step);
    if (notice !== undefined) stderr.line(notice);
    const line = `${mutationLine(step, "") ?? `node/${node} annotated`}${dryRunSuffix(session.dryRun)}`;
    stdout.text(`${output.format === "name" ? `node/${node}` : line}\n`);
  });
  return interruptedCode() ?? (failed ? 1 : 0);
}
