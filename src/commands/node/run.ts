import type { OpenBundle } from "../../bundle/write.ts";
import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { explain, userError, warningsOn } from "../../errors.ts";
import type { Write } from "../../model/write.ts";
import { willRestart } from "../../plan/node/will-restart.ts";
import type { NodeWorld } from "../../plan/node/world.ts";
import { openRunBundle } from "../open-run-bundle.ts";
import { outputOf } from "../print-result.ts";
import { draftOf } from "./bundle.ts";
import { checkedGoal } from "./checked-goal.ts";
import { nodeOptions, type NodeOptions, type NodeValues } from "./options.ts";
import { performGoal, type RestartedPod } from "./perform-goal.ts";
import { missingNodes, prepare, type Prepared } from "./prepare.ts";
import { checkSurroundings } from "./surroundings-needed.ts";
import { fileDaemonSet, readTemplate, templateGoal, type FileGoal, type FileTemplate } from "./template.ts";

/** `onPod`: for a command that does more than this one with the pods that came back. */
export async function run(
  values: NodeValues,
  context: AppContext,
  connect: () => Promise<Connection>,
  onPod: (pod: RestartedPod) => void = () => {},
): Promise<number> {
  const warn = warningsOn(context);
  const output = await outputOf({ ...values, noHeaders: false }, context);
  const options = nodeOptions(values, output, warn);
  const file = options.file === undefined ? undefined : await readTemplate(options.file, context.readFile);
  const connection = await connect();
  const abort = new AbortController();
  try {
    if (values.unpin)
      return await (await import("./unpin.ts")).unpin(connection, context, options, abort.signal);
    if (values.release)
      return await (await import("./release.ts")).release(connection, context, options, abort.signal);
    const prepared = await prepare(connection, context, options, abort.signal);
    if (values.printMissing && file !== undefined) {
      return await (await import("./print-missing.ts")).printMissing(prepared, file, context);
    }
    return await upgrade(prepared, context, options, file, warn, onPod);
  } finally {
    abort.abort();
    connection.close();
  }
}

async function upgrade(
  prepared: Prepared,
  context: AppContext,
  options: NodeOptions,
  file: FileTemplate | undefined,
  warn: (text: string) => void,
  onPod: (pod: RestartedPod) => void,
): Promise<number> {
  const missing = missingNodes(prepared.live.snapshot(), options.nodes);
  if (missing.length > 0) {
    context.stderr.write(missing.map((error) => `${explain(error)}\n`).join(""));
    return 1;
  }
  const template =
    file === undefined ? undefined : await checkedTemplate(prepared, file, options, context, warn);
  const goal = await checkedGoal(prepared, context, options, template, warn, async (made, world) => {
    const { clock, chosen } = prepared;
    const idle = made.nodes.every((node) => !willRestart(world, made, node, clock.now()));
    if (template === undefined && idle) return;
    const { checkNodeStep } = await import("./step-rules.ts");
    await checkNodeStep(prepared, options, template?.facts ?? chosen.template, file, world, warn);
  });
  if (goal === undefined) return 1;
  const bundle = await bundleFor(prepared, context, options, template);
  if (bundle === undefined || template === undefined)
    return (await performGoal(prepared, context, options, goal, { onPod })).code;
  try {
    const saved = {
      bundle,
      draftOf: (write: Write, world: NodeWorld) => draftOf(write, world, template),
    };
    return (await performGoal(prepared, context, options, goal, { onPod, saved })).code;
  } finally {
    await bundle.close();
  }
}

/** A run that changes the template saves what was there; one that only restarts pods has nothing to save. */
async function bundleFor(
  { connection, clock, discovery, live }: Prepared,
  context: AppContext,
  { bundleDir, dryRun }: NodeOptions,
  template: FileGoal | undefined,
): Promise<OpenBundle | undefined> {
  const raw = live.snapshot().daemonSet?.raw;
  if (template === undefined || raw === undefined || dryRun !== "none") return undefined;
  if (!template.bringInLine(raw, true).template) return undefined;
  return await openRunBundle(connection, context, {
    command: "node",
    place: bundleDir,
    kubernetes: discovery.version,
    now: clock.now,
  });
}

/** The file's DaemonSet as a goal, once its surroundings are known to be there (hazard H05). */
async function checkedTemplate(
  prepared: Prepared,
  file: FileTemplate,
  options: NodeOptions,
  context: Pick<AppContext, "stderr">,
  warn: (text: string) => void,
): Promise<Awaited<ReturnType<typeof templateGoal>>> {
  const desired = fileDaemonSet(prepared, file);
  const goal = await templateGoal(prepared, desired);
  const overridden = options.templateOnly || options.ignored.has("H05") || options.ignored.has("all");
  const { refusal: missing, others } = await checkSurroundings(prepared, file, desired);
  if (missing !== undefined && !overridden) throw userError(missing);
  if (missing !== undefined) warn(missing);
  if (others !== undefined) context.stderr.write(`${others}\n`);
  return goal;
}
