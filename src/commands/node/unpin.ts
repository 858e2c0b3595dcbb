import type { Connection } from "../../cluster/port.ts";
import { sendWrite } from "../../cluster/write.ts";
import type { AppContext } from "../../context.ts";
import { isApiError, userError } from "../../errors.ts";
import { dryRunSuffix } from "../../flags/dry-run.ts";
import type { Write } from "../../model/write.ts";
import { outdatedNodes } from "../../plan/node/pin.ts";
import { writesOf } from "../../plan/node/writes.ts";
import { confirm } from "./confirm.ts";
import type { NodeOptions } from "./options.ts";
import { prepare } from "./prepare.ts";
import { restoreOf } from "./template.ts";
import { plural } from "../../model/words.ts";

const attempts = 5;

/**
 * Puts the update strategy back on demand, after naming the nodes that the DaemonSet controller will
 * then restart by itself (hazard H12).
 */
export async function unpin(
  connection: Connection,
  context: AppContext,
  options: NodeOptions,
  signal: AbortSignal,
): Promise<number> {
  const prepared = await prepare(connection, context, options, signal);
  const { live, chosen, discovery, places } = prepared;
  const where = `daemonset ${chosen.namespace}/${chosen.name}`;
  const first = live.snapshot();
  const { pinned } = first.daemonSet?.facts ?? {};
  if (pinned === undefined) {
    context.stderr.write(`${where} is not held: its updateStrategy is ${chosen.strategy.type}\n`);
    return 0;
  }
  if (pinned === "unreadable") {
    throw userError(
      `the annotation that says which updateStrategy ${where} goes back to cannot be read; put it back by hand: kubectl -n ${chosen.namespace} edit daemonset ${chosen.name}`,
    );
  }
  const outdated = outdatedNodes(first);
  if (outdated.length > 0 && pinned.type !== "OnDelete") {
    const question =
      `${where} goes back to ${pinned.type}: its controller will then restart calico-node by itself, uncordoned, on ` +
      `${plural(outdated.length, "node")} (${outdated.join(", ")}). Put it back now?`;
    if (options.dryRun === "none" && !(await confirm(context, options.yes, question))) return 1;
  }
  const restore = restoreOf(prepared);
  await written(() => {
    const raw = live.snapshot().daemonSet?.raw;
    if (raw === undefined) throw userError(`${where} is gone`);
    return restore(raw, pinned);
  });
  // The owner's write cannot remove our annotations everywhere: what is left of the run goes as ours.
  await written(() => {
    const left = live.snapshot().daemonSet?.facts;
    const clean = left === undefined || (left.pinned === undefined && left.run === undefined);
    return clean || options.dryRun !== "none"
      ? []
      : writesOf({ kind: "end-run", daemonSet: left, clearPin: true }, places);
  });
  context.stdout.write(
    `daemonset.${places.daemonSets.group}/${chosen.name} patched${dryRunSuffix(options.dryRun)}\n`,
  );
  return 0;

  /** The controller writes the status at the same time: a lost race is tried again. */
  async function written(make: () => readonly Write[]): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const writes = make();
      try {
        await send(writes);
        return;
      } catch (error) {
        if (!isApiError(error) || error.status !== 409 || attempt >= attempts) throw error;
        for (const write of writes) await live.refresh(write);
      }
    }
  }

  async function send(writes: readonly Write[]): Promise<void> {
    if (options.dryRun === "client") return;
    for (const write of writes) {
      const { object } = await sendWrite(connection, write, {
        dryRun: options.dryRun === "server",
        serverVersion: discovery.version,
      });
      if (options.dryRun === "none") live.absorb(write, object);
    }
  }
}
