import type { Bundle } from "../../bundle/read.ts";
import { openBundle, type Draft } from "../../bundle/write.ts";
import { readObject } from "../../cluster/read-object.ts";
import { explain, isInterrupted, userError } from "../../errors.ts";
import type { DryRun } from "../../flags/dry-run.ts";
import type { KubeObject } from "../../model/kube.ts";
import { parseTime } from "../../model/time.ts";
import type { Write } from "../../model/write.ts";
import type { Output } from "../../render/output.ts";
import { version } from "../../version.ts";
import { confirm } from "../node/confirm.ts";
import { boundaryOf, downgradeOf } from "./boundaries.ts";
import { forceName, type Inverse, type UndoWorld } from "./inverse.ts";
import type { UndoOptions } from "./options.ts";
import { nodeStage } from "./node-stage.ts";
import { goesAlone, refusals } from "./prepare.ts";
import { readerStage } from "./readers.ts";
import { decide, targetsOf, type Decision } from "./staged-entries.ts";
import { stagesOf, type Work } from "./stages.ts";
import { tellUndo, type Results } from "./tell.ts";

interface Around {
  readonly options: UndoOptions;
  readonly output: Output;
  readonly dryRun: DryRun;
  /** Of bundles; absent in a dry run. */
  readonly root: string | undefined;
}

/** Runs whose objects stand on each other: they go back in stages, nodes by the steps of `node`. */
export function isStaged({ entries }: Bundle): boolean {
  return !entries.every(goesAlone);
}

/**
 * Takes an upgrade back in the order that keeps every pod working (hazard H01 the other way round): what the
 * old pods need is added, nodes go back one after the other, then values, controller and Typha; what only the
 * new ones used goes last.
 */
export async function undoStaged(bundle: Bundle, world: UndoWorld, around: Around): Promise<number> {
  const { options, dryRun, root } = around;
  const { connection } = world;
  const { context } = options;
  const found = new Map<number, KubeObject | undefined>();
  await Promise.all(
    bundle.entries.map(async (entry) => void found.set(entry.id, await readObject(connection, entry.ref))),
  );
  const targets = targetsOf(bundle.entries, ({ id }) => found.get(id));
  const lines = around.output.format === "table" || around.output.format === "wide";
  const how = { options, dryRun, lines };
  const decisions = await Promise.all(
    targets.map(async (target): Promise<Decision> => {
      const decision = decide(target, world.forced, bundle.index.started);
      if (target.part !== "node" || decision.kind !== "nothing" || target.live === undefined) return decision;
      // The template is as it was; an undo that was interrupted may not have come to every node (H01).
      const behind = await nodeStage(target, world, how)?.isBehind();
      return behind === true ? { kind: "restore", target } : decision;
    }),
  );
  const prepared = [{ inverses: decisions.map(inverseOf) }];
  const tell = { bundle, options, output: around.output, dryRun, prepared };
  const boundary = boundaryOf(targets);
  const refused = boundary ?? refusals(prepared);
  if (refused !== undefined) {
    return await tellUndo({
      ...tell,
      results: new Map(),
      stopped: { message: refused, interrupted: false },
    });
  }
  const work = decisions.filter((each): each is Work => each.kind !== "nothing" && each.kind !== "refused");
  const since = parseTime(bundle.index.started);
  const readers = await readerStage(targets, connection, how, since);
  if (work.length === 0 && readers?.isBehind() !== true)
    return await tellUndo({ ...tell, results: new Map() });
  const downgrade = downgradeOf(targets);
  if (downgrade !== undefined) context.stderr.write(`Warning: ${downgrade}\n`);

  const run = stagesOf(work, world, how, since);
  if (!(await run.nodesMayRestart())) return 1;
  const stands = options.noRestart ? undefined : await readers?.refusal();
  if (stands !== undefined)
    throw userError(
      `nothing was changed, because what reads the changed values could not be restarted afterwards (--no-restart leaves that out):\n${stands}`,
    );
  const { command, started } = bundle.index;
  const question =
    work.length === 0
      ? `Restart what runs with the values of ${command} from ${started}?`
      : `Take back ${work.length} ${work.length === 1 ? "object" : "objects"} of ${command} from ${started}?`;
  if (dryRun === "none" && !(await confirm(context, options.yes, question))) return 1;
  const own =
    root === undefined
      ? undefined
      : await openBundle(root, {
          command: "undo",
          tool: version,
          cluster: { ...bundle.index.cluster, kubernetes: world.discovery.version },
          data: { of: bundle.index.run },
          now: world.context.now,
        });
  const results: Results = new Map();
  let stopped: { readonly message: string; readonly interrupted: boolean } | undefined;
  let code = 1;
  try {
    await run.perform(own, results);
    await readers?.restart();
    code = 0;
  } catch (error) {
    stopped = { message: explain(error).replace(/^error: /, ""), interrupted: isInterrupted(error) };
    if (isInterrupted(error)) code = error.exitCode;
  } finally {
    await own?.close();
  }
  await tellUndo({
    ...tell,
    results,
    restarted: work.length === 0,
    ...(own === undefined || results.size === 0 ? {} : { own: own.directory }),
    ...(stopped === undefined ? {} : { stopped }),
  });
  return code;
}

/** In the terms of the result; the write itself is decided when its stage comes. */
function inverseOf(decision: Decision): Inverse {
  const { entry, live } = decision.target;
  switch (decision.kind) {
    case "nothing":
      return { kind: "nothing", entry, because: decision.because };
    case "refused":
      return {
        kind: "refused",
        entry,
        because: decision.because,
        force: [forceName(entry)],
      };
    case "restore":
    case "delete":
    case "create": {
      const verb = ({ restore: "configured", delete: "deleted", create: "created" } as const)[decision.kind];
      const draft: Draft = {
        action: "changed",
        ref: entry.ref,
        ...(live === undefined ? {} : { before: live }),
      };
      const write: Write = { verb: "delete", ref: entry.ref, uid: "" };
      return { kind: "write", entry, verb, saved: { write, draft } };
    }
  }
}
