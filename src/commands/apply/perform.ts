import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { explain, isInterrupted } from "../../errors.ts";
import { usesColor } from "../../flags/color.ts";
import { dryRunSuffix } from "../../flags/dry-run.ts";
import { changedKeys } from "../../merge/config-map.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import type { Write } from "../../model/write.ts";
import { taskLine } from "../../perform/task-colors.ts";
import { heard, serverClock } from "../../perform/server-clock.ts";
import { applySteps, stepTitles, type ApplyStepId } from "../../plan/apply/parts.ts";
import { objectName } from "../../render/apply-lines.ts";
import type { ObjectResult, StepResult } from "../../render/apply-result.ts";
import { showsTaskList } from "../node/report.ts";
import { interruptible } from "../interruptible.ts";
import type { FileTemplate } from "../node/template.ts";
import { anewIn, makeAnew } from "./anew.ts";
import { putValues } from "../config-values.ts";
import { doController } from "./controller.ts";
import { intended, refuseLate, type WritingStep } from "./intended.ts";
import { doNodes, lookAtNodes, type MakeTemplate } from "./nodes.ts";
import type { Migration } from "./migrations.ts";
import type { ApplyOptions } from "./options.ts";
import { put } from "./put.ts";
import { notesNow, notesToCome, openNotes, restartStale } from "./readers.ts";
import { rolloutLeft, waitEstablished, waitRolledOut, type Limits } from "./rollout.ts";
import type { Saving } from "./save.ts";
import { isCrd, readObject, type Scene, type Target } from "./scene.ts";

export interface ApplyRunContext {
  readonly connection: Connection;
  readonly context: AppContext;
  readonly scene: Scene;
  readonly options: ApplyOptions;
  readonly make: MakeTemplate;
  readonly file: FileTemplate;
  readonly recreated: readonly Target[];
  readonly saving: Saving | undefined;
  readonly migrations: readonly Migration[];
}

export interface StepsDone {
  readonly steps: readonly StepResult[];
  readonly objects: readonly ObjectResult[];
  readonly left: readonly string[];
  /** What the migrations saved, the last one first. */
  readonly migrationBundles?: readonly string[];
  readonly code: number;
  readonly error?: string;
}

type Outcome = Pick<StepResult, "state" | "because"> & { readonly code?: number };

/** All steps in their order; the first that fails ends the run, and what was done is told. */
export async function performSteps(run: ApplyRunContext): Promise<StepsDone> {
  const { options, saving } = run;
  const steps: StepResult[] = [];
  const objects: ObjectResult[] = [];
  const left: string[] = [];
  const migrationBundles: string[] = [];
  let code = 0;
  let error: string | undefined;
  const last = applySteps.indexOf(options.until);
  try {
    for (const [index, id] of applySteps.entries()) {
      if (error !== undefined) {
        steps.push({ id, state: "not reached", because: stepTitles[id] });
        continue;
      }
      if (index > last) {
        steps.push({ id, state: "left", because: `--until-step=${options.until}` });
        continue;
      }
      try {
        const { code: own = 0, ...outcome } =
          id === "migrate"
            ? await migrateStep(run, objects, migrationBundles)
            : await oneStep(id, run, objects);
        steps.push({ id, ...outcome });
        await saving?.flush();
        if (outcome.state === "left") left.push(`${id}: ${outcome.because}`);
        if (outcome.state === "failed") error = outcome.because;
        // Since v2.5 there is none to do: not worth a line.
        if (id !== "migrate" || outcome.state !== "unchanged") tellStep(run, id, outcome);
        code = Math.max(code, own);
      } catch (thrown) {
        error = isInterrupted(thrown) ? "interrupted" : explain(thrown).replace(/^error: /, "");
        code = isInterrupted(thrown) ? thrown.exitCode : 1;
        steps.push({ id, state: "failed", because: error });
      }
    }
  } finally {
    await saving?.close();
  }
  return { steps, objects, left, migrationBundles, code, ...(error === undefined ? {} : { error }) };
}

/** Among the task lists of controller and nodes a step of its own looks as theirs do. */
function tellStep(
  { context, options }: ApplyRunContext,
  id: ApplyStepId,
  { state, because }: Pick<Outcome, "state" | "because">,
): void {
  const line = `${id}: ${because}`;
  const among = showsTaskList(context, { format: options.output.format, dryRun: options.dryRun });
  // What failed is told as an error in the end.
  if (state !== "failed" && state !== "not reached")
    context.stderr.write(
      `${among ? taskLine(state, line, usesColor(options.node.color, context.terminal.stderrColor)) : line}\n`,
    );
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
  return { state: "done", because: `${count} ${count === 1 ? "object" : "objects"}: ${stepTitles[id]}` };
}

/** Answers what it has written. */
async function writeObjects(
  id: WritingStep,
  run: ApplyRunContext,
  objects: ObjectResult[],
): Promise<readonly Ref[]> {
  const written: Ref[] = [];
  const { context, scene, options, saving } = run;
  const clock = serverClock(context.now);
  const connection = heard(run.connection, clock);
  const write = { dryRun: options.dryRun, serverVersion: scene.discovery.version };
  const real = options.dryRun === "none";
  const tell = (target: Target, outcome: string): void => {
    const { namespace } = target.ref;
    const name = objectName(target.ref);
    objects.push({ step: id, name, outcome, ...(namespace === undefined ? {} : { namespace }) });
    if (isLines(options)) context.stdout.write(`${name} ${outcome}${dryRunSuffix(options.dryRun)}\n`);
  };
  // Another run may have been killed before it restarted what reads its values.
  const left = id === "configmap" && real ? await openNotes(run) : [];
  const values = ({ ref, object }: Target) => ({
    keysOf: (live: KubeObject) => [
      ...changedKeys(live, object),
      ...left.filter((each) => each.ref === ref).flatMap(({ change: { keys } }) => keys),
    ],
    now: clock.now,
  });
  const over = await interruptible(context, async (stop) => {
    const limits = { timeout: options.timeout, signal: stop };
    const crds: Target[] = [];
    for (const target of scene.targets) {
      stop.throwIfAborted();
      if (run.recreated.includes(target)) {
        if (id !== anewIn(target.part) || !real) continue;
        const { object } = await makeAnew(target, { ...scene, connection }, options, stop, (outcome) =>
          tell(target, outcome),
        );
        saving?.done(target.ref, object);
        continue;
      }
      // The procedure of `controller` writes all others.
      if (id === "controller") continue;
      // Told in the first step already; without it, it is not there to be compared.
      const toldBefore = !real && id === "contract" && target.before === undefined;
      if (toldBefore) continue;
      const decide = (live: KubeObject | undefined): Write | undefined => {
        const found = intended(id, target, live, scene, options);
        if (found !== undefined) refuseLate(target, live, scene, options);
        return found;
      };
      const { outcome, object } =
        id === "configmap"
          ? await putValues(connection, target.ref, { ...values(target), decide }, write)
          : await put(connection, target.ref, decide, write);
      if (outcome !== "unchanged") {
        written.push(target.ref);
        tell(target, outcome);
        if (real) saving?.done(target.ref, object);
      }
      if (real && id === "expand" && isCrd(target.object)) crds.push(target);
      const rolls = id === "typha" && target.part === "typha";
      // A rollout that an earlier run did not see through is waited for, too.
      if (real && rolls && rolloutLeft(object) !== undefined) {
        context.stderr.write(`waiting for ${objectName(target.ref)} to roll out\n`);
        await waitRolledOut(connection, target.ref, limits);
      }
      if (crds.length > 0 && !isCrd(target.object)) await established(crds.splice(0), limits);
    }
    await established(crds, limits);
  });
  if (over !== undefined) throw over;
  return written;

  async function established(crds: readonly Target[], limits: Limits): Promise<void> {
    await Promise.all(
      crds
        .filter(({ before }) => before === undefined)
        .map(({ ref }) => waitEstablished(connection, ref, limits)),
    );
  }
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

/** Mutation lines are the result; in another format that stands alone. */
function isLines({ output }: Pick<ApplyOptions, "output">): boolean {
  return output.format === "table" || output.format === "wide";
}
