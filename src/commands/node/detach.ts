import type { AppContext } from "../../context.ts";
import { isConnectionError } from "../../errors.ts";
import { dryRunSuffix } from "../../flags/dry-run.ts";
import { savedLine } from "../../flags/next-command.ts";
import { argumentsOf } from "../../flags/run-command.ts";
import type { DetachedPod } from "../../model/detached.ts";
import type { JsonObject, KubeObject } from "../../model/kube.ts";
import { objectName } from "../../model/object-name.ts";
import type { RunCommand } from "../../model/run-command.ts";
import { splitApiVersion } from "../../model/kube.ts";
import { formatTime, type Millis } from "../../model/time.ts";
import { endDetached, predecessor } from "../../operations/detach/end.ts";
import { detach } from "../../operations/detach/start.ts";
import { stopDetached } from "../../operations/detach/stop.ts";
import type { OpenNodes } from "../../operations/node/open.ts";
import type { NodesRequest } from "../../operations/node/request.ts";
import type { FileTemplate } from "../../operations/node/template.ts";
import { detachedLines, stoppedLines } from "../../render/detach-lines.ts";
import type { InSession } from "../in-session.ts";
import { reportResult } from "../report-result.ts";
import { refusalLines, stopLines } from "../stop-lines.ts";
import type { NodeOptions } from "./options.ts";
import { reportNodes } from "./report.ts";

/** Begins a run that goes on in the cluster. */
export async function begin(
  nodes: OpenNodes,
  { session, shown, codeOf, interruptedCode }: InSession,
  { options, image }: { readonly options: NodeOptions; readonly image: string },
  file: FileTemplate | undefined,
  context: AppContext,
): Promise<number> {
  const { stderr } = context;
  const done = await detach(nodes, session, options.request, file, {
    image,
    args: (of) => jobArguments(session.command, of),
  });
  await shown();
  switch (done.kind) {
    case "declined":
      return interruptedCode() ?? 1;
    case "refused":
      for (const line of refusalLines(done.refusals)) stderr.line(line);
      return 1;
    case "nothing":
      stderr.line("all nodes run the newest revision already; nothing to do");
      return 0;
    case "stopped":
      if (done.template !== undefined) await reportNodes(context, options, done.template);
      else for (const line of stopLines(done.stop)) stderr.line(line);
      return codeOf(done.stop);
    case "detached": {
      const { commands, dryRun } = session;
      await reportResult(
        context,
        options.output,
        {
          object: () => ({ apiVersion: "v1", kind: "List", items: done.objects as unknown as JsonObject[] }),
          rows: () => done.objects as unknown as readonly JsonObject[],
          names: () => done.objects.map(nameOf),
        },
        [
          ...(done.bundle === undefined ? [] : [savedLine([done.bundle], options)]),
          ...(dryRun === "none" ? detachedLines(nodes.live.snapshot(), done.nodes, commands) : []),
        ],
      );
      return 0;
    }
  }
}

function nameOf({ apiVersion, kind, metadata: { name } }: KubeObject): string {
  return objectName({ group: splitApiVersion(apiVersion).group, kind, name });
}

/** The same command for the pod, where nobody answers, nothing is kept, and HH:MM is another time. */
function jobArguments(
  command: RunCommand,
  { daemonSet, until }: { readonly daemonSet: string; readonly until?: Millis },
): readonly string[] {
  const {
    detach: _here,
    image: _image,
    filename: _file,
    "bundle-dir": _folder,
    ...flags
  } = command.flags ?? {};
  const time = until === undefined ? {} : { until: formatTime(until) };
  return [...argumentsOf({ ...command, flags: { ...flags, ...time, daemonset: daemonSet } }), "--yes"];
}

/** Ends a run that goes on in the cluster. */
export async function stop(
  nodes: OpenNodes,
  { session, shown, interruptedCode }: InSession,
  { stderr }: AppContext,
): Promise<number> {
  const done = await stopDetached(nodes, session);
  await shown();
  if (done.kind === "stopped") {
    for (const line of stopLines(done.stop)) stderr.line(line);
    return interruptedCode() ?? 1;
  }
  if (done.kind === "none") {
    stderr.line(`no detached run in namespace ${nodes.chosen.namespace}; nothing to stop`);
    return 0;
  }
  stderr.line(
    `the detached run was stopped, and everything that was created for it removed${dryRunSuffix(session.dryRun)}`,
  );
  if (session.dryRun === "none")
    for (const line of stoppedLines(nodes.live.snapshot(), session.commands)) stderr.line(line);
  return interruptedCode() ?? 0;
}

/** What a run in its pod is made of. */
export interface InJob {
  readonly opened: InSession;
  readonly self: DetachedPod;
  readonly request: NodesRequest;
  readonly open: () => Promise<OpenNodes>;
  /** `request`: with what the pod knows. */
  readonly work: (nodes: OpenNodes, request: NodesRequest) => Promise<number>;
}

/**
 * The run in its pod. A signal leaves everything to the Job's next pod, and so does an API server that does not answer;
 * any other end is the run's own.
 */
export async function inJob(
  { opened, self, request, open, work }: InJob,
  { stderr }: AppContext,
): Promise<number> {
  const { session, shown, interruptedCode } = opened;
  const { node } = self;
  // The Job's own command line names it.
  const { namespace = "" } = request.daemonSet ?? {};
  const end = async (how: "reached" | "halted"): Promise<boolean> => {
    const failed = await endDetached(session, namespace, how);
    await shown();
    for (const line of failed === undefined ? [] : stopLines(failed)) stderr.line(line);
    return failed === undefined;
  };
  try {
    const nodes = await open();
    const gone = await predecessor(nodes, session, self);
    if (request.drain !== undefined && node !== undefined)
      session.emit({
        kind: "note",
        text: `this run is on node ${node}, which is drained last; its own pod stays there`,
      });
    const code = await work(nodes, {
      ...request,
      inJob: { ...(gone === undefined ? {} : { gone }), ...(node === undefined ? {} : { node }) },
    });
    if (interruptedCode() !== undefined) return code;
    return (await end(code === 0 ? "reached" : "halted")) ? code : 1;
  } catch (error) {
    if (!isConnectionError(error) && interruptedCode() === undefined) await end("halted");
    throw error;
  }
}
