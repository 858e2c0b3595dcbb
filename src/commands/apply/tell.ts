import { list } from "../../cluster/list.ts";
import { readingOf } from "../../cluster/reading.ts";
import type { AppContext } from "../../context.ts";
import { program } from "../../model/program.ts";
import { printableApply, stepsTable, type ApplyRun } from "../../render/apply-result.ts";
import { resultText } from "../print-result.ts";
import type { ApplyOptions } from "./options.ts";
import type { StepsDone } from "./perform.ts";
import type { Scene } from "./scene.ts";

/** The result in the format asked for; on standard error what is left, and how to go on or back. */
export async function tellApply(
  context: AppContext,
  options: ApplyOptions,
  done: StepsDone & { readonly scene: Scene; readonly bundle?: string },
): Promise<number> {
  const gone = await notInFile(done.scene);
  const run: ApplyRun = {
    command: "apply",
    dryRun: options.dryRun,
    ended: context.now(),
    steps: done.steps,
    objects: done.objects,
    left: [...done.left, ...gone.map((name) => `${name} is not in the file any more`)],
    ...(done.bundle === undefined ? {} : { bundle: done.bundle }),
    ...(done.error === undefined ? {} : { error: done.error }),
  };
  const { stderr, stdout } = context;
  if (done.error !== undefined) {
    stderr.write(`error: ${done.error}\n${stepsTable(done.steps)}`);
    stderr.write(`to go on: ${options.again}\n`);
  }
  if (gone.length > 0) stderr.write(`not in the file any more, and left (H02): ${gone.join(", ")}\n`);
  if (done.bundle !== undefined && done.objects.length > 0)
    stderr.write(`saved in ${done.bundle}; to take it back: ${program} undo ${done.bundle}\n`);
  else if (done.bundle !== undefined) stderr.write(`saved in ${done.bundle}\n`);
  stdout.write(await resultText(options.output, printableApply(run)));
  return done.code;
}

const calicoGroups = ["crd.projectcalico.org", "projectcalico.org", "policy.networking.k8s.io"];

/** Calico's own CRDs, roles and bindings that the file no longer holds: never deleted (hazard H02). */
async function notInFile({ connection, targets }: Scene): Promise<readonly string[]> {
  const kinds = new Map(targets.map(({ ref }) => [`${ref.group}/${ref.resource}`, ref]));
  const looked = ["customresourcedefinitions", "clusterroles", "clusterrolebindings"];
  const found = await Promise.all(
    [...kinds.values()]
      .filter(({ resource }) => looked.includes(resource))
      .map(async (ref) => {
        const all = await readingOf(() => list(connection, ref, { pick: ({ metadata }) => metadata.name }));
        const names = all.known ? all.value.items : [];
        return names
          .filter((name) =>
            ref.kind === "CustomResourceDefinition"
              ? calicoGroups.some((group) => name.endsWith(`.${group}`))
              : name.startsWith("calico-") && !name.startsWith("calico-upgrade"),
          )
          .filter((name) => !targets.some(({ ref: own }) => own.kind === ref.kind && own.name === name))
          .map((name) => `${ref.kind} ${name}`);
      }),
  );
  return found.flat().toSorted();
}
