import { readObject } from "../../cluster/read-object.ts";
import { stepTitles, type ApplyStepId } from "../../plan/apply/parts.ts";
import type { ObjectResult, StepResult } from "../../render/apply-result.ts";
import { doController } from "./controller.ts";
import type { WritingStep } from "./intended.ts";
import { doNodes, lookAtNodes } from "./nodes.ts";
import { notesNow, notesToCome, restartStale } from "./readers.ts";
import { isLines, type ApplyRunContext } from "./run-context.ts";
import { writeObjects } from "./write-objects.ts";
import { plural } from "../../model/words.ts";

/** What became of a step. */
export type Outcome = Pick<StepResult, "state" | "because"> & { readonly code?: number };

/** What the steps of a run have written, as they go on. */
export interface Written {
  readonly objects: ObjectResult[];
  /** Of the migrations, the last one first. */
  readonly migrationBundles: string[];
}

/** Does one step, or sees that it is done. Throws where it cannot be. */
export async function doStep(id: ApplyStepId, run: ApplyRunContext, written: Written): Promise<Outcome> {
  return id === "migrate"
    ? await migrateStep(run, written.objects, written.migrationBundles)
    : await oneStep(id, run, written.objects);
}

/** Policies and data, each saved in a bundle of its own that names this run. */
async function migrateStep(
  { migrations, context, options, saving }: ApplyRunContext,
  objects: ObjectResult[],
  bundles: string[],
): Promise<Outcome> {
  if (migrations.length === 0) return { state: "unchanged", because: `nothing to do: ${stepTitles.migrate}` };
  const said: string[] = [];
  for (const migration of migrations) {
    const because = await migration.perform({
      run: saving?.bundle.run,
      wrote(result, line) {
        objects.push(result);
        if (isLines(options)) context.stdout.write(`${line}\n`);
      },
      saved(bundle) {
        if (!bundles.includes(bundle)) bundles.unshift(bundle);
      },
    });
    said.push(because);
  }
  return { state: "done", because: said.join("; ") };
}

async function oneStep(id: WritingStep, run: ApplyRunContext, objects: ObjectResult[]): Promise<Outcome> {
  if (id === "nodes") return await nodesStep(run);
  const anew = run.recreated.some(({ part }) => part === id);
  if (id === "controller" && !anew) return await controllerStep(run);
  if (id === "contract") {
    const waits = await oldPodsLeft(run);
    if (waits !== undefined) return waits;
  }
  const before = objects.length;
  const written = await writeObjects(id, run, objects);
  const count = objects.length - before;
  // A dry run has written no value that a restart would read.
  if (id === "configmap" && run.options.dryRun === "none") {
    const { connection, context, scene, options, saving } = run;
    const around = { connection, context, scene, options, bundle: saving?.bundle };
    const code = await restartStale(around, await notesNow(run), written);
    if (code !== 0)
      return {
        state: "failed",
        because: "what reads a changed value could not be restarted",
        code,
      };
  }
  if (count === 0) return { state: "unchanged", because: `nothing to do: ${stepTitles[id]}` };
  return { state: "done", because: `${plural(count, "object")}: ${stepTitles[id]}` };
}

async function controllerStep({
  connection,
  context,
  scene,
  file,
  options,
  saving,
}: ApplyRunContext): Promise<Outcome> {
  if (!scene.targets.some(({ part }) => part === "controller"))
    return { state: "unchanged", because: `nothing to do: ${stepTitles.controller}` };
  const code = await doController(connection, context, file, options, saving?.bundle);
  return code === 0
    ? { state: "done", because: "the controller is as in the file" }
    : { state: "failed", because: "the controller could not be upgraded", code };
}

async function nodesStep(run: ApplyRunContext): Promise<Outcome> {
  const { connection, context, options, make, scene, saving } = run;
  if (options.skipNodes) return { state: "left", because: "--skip-nodes: go on with node, then with apply" };
  const { code, left } = await doNodes(
    connection,
    context,
    options.node,
    make,
    !isLines(options),
    options.dryRun === "none" ? await notesNow(run) : notesToCome(scene),
  );
  const target = scene.targets.find(({ part }) => part === "node");
  if (options.dryRun === "none" && target !== undefined) {
    saving?.done(target.ref, await readObject(connection, target.ref));
  }
  if (code !== 0)
    return { state: "failed", because: "calico-node could not be upgraded on every node", code };
  if (left.silent.length > 0) {
    return {
      state: "left",
      because: `silent nodes run the older revision or older values: ${left.silent.join(", ")}`,
      code: 1,
    };
  }
  return { state: "done", because: "every node runs the newest revision" };
}

/** While a pod of an older revision is there, nothing that it uses goes away (hazard H01). */
async function oldPodsLeft({
  connection,
  context,
  options,
  make,
}: ApplyRunContext): Promise<Outcome | undefined> {
  if (options.dryRun !== "none") return undefined;
  const { nodes, silent, template } = await lookAtNodes(
    connection,
    context,
    options.node,
    make,
    () => undefined,
  );
  const old = [...nodes, ...silent];
  if (old.length === 0 && !template) return undefined;
  const who =
    old.length === 0
      ? "the DaemonSet is not as in the file"
      : `on ${old.slice(0, 5).join(", ")}${old.length > 5 ? " and more" : ""} an older revision runs`;
  return { state: "left", because: `H01: ${who}: what it uses stays` };
}
