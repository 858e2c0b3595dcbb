import { dryRunSuffix } from "../../flags/dry-run.ts";
import { changedKeys } from "../../merge/config-map.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import type { Write } from "../../model/write.ts";
import { heard, serverClock } from "../../perform/server-clock.ts";
import { objectName } from "../../model/object-name.ts";
import type { ObjectResult } from "../../render/apply-result.ts";
import { putValues } from "../config-values.ts";
import { interruptible } from "../interruptible.ts";
import { anewIn, makeAnew } from "./anew.ts";
import { intended, refuseLate, type WritingStep } from "./intended.ts";
import { put } from "./put.ts";
import { openNotes } from "./readers.ts";
import { rolloutLeft, waitEstablished, waitRolledOut, type Limits } from "./rollout.ts";
import { isLines, type ApplyRunContext } from "./run-context.ts";
import { isCrd, type Target } from "./scene.ts";

/** Writes what a step makes of the objects of the file, and answers what it has written. */
export async function writeObjects(
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
  const say = (line: string): void => void context.stderr.write(`${line}\n`);
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
        const told = (outcome: string): void => tell(target, outcome);
        const { object } = await makeAnew(target, { ...scene, connection }, options, stop, told, say);
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
      if (real && rolls && rolloutLeft(object) !== undefined)
        await waitRolledOut(connection, target.ref, limits, say);
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
