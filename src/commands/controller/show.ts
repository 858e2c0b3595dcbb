import type { AppContext } from "../../context.ts";
import type { JsonObject } from "../../model/kube.ts";
import { isTombstone } from "../../model/workload.ts";
import { presentPods, type LiveWorkload } from "../../plan/controller/world.ts";
import type { Printable } from "../../render/output.ts";
import { table } from "../../render/table.ts";
import { tagOf } from "../../render/status/components.ts";
import { printResult } from "../print-result.ts";
import type { ControllerOptions } from "./options.ts";
import type { OpenController } from "../../operations/controller/open.ts";

/** Which controllers there are, as they are. Exit code 0. */
export async function show(
  prepared: OpenController,
  { output }: Pick<ControllerOptions, "output">,
  context: Pick<AppContext, "stdout" | "stderr">,
): Promise<number> {
  const { workloads } = prepared.live.snapshot();
  if (workloads.length === 0) {
    const why =
      prepared.datastore === "kubernetes"
        ? "; with the Kubernetes datastore Calico has one from v3.6 on"
        : "";
    context.stderr.line(`there is no Calico controller in namespace ${prepared.namespace}${why}`);
  }
  await printResult(context.stdout, output, printable(prepared));
  return 0;
}

function printable({ live, datastore, places }: OpenController): Printable {
  const world = live.snapshot();
  const rows = world.workloads.map((each) => rowOf(each));
  return {
    table: (wide) =>
      world.workloads.length === 0
        ? ""
        : table(
            ["NAMESPACE", "KIND", "NAME", "VERSION", "READY", "STRATEGY", "NOTE", ...(wide ? ["IMAGE"] : [])],
            world.workloads.map(({ facts }) => [
              facts.namespace,
              facts.kind,
              facts.name,
              tagOf(facts.image),
              `${String(facts.ready)}/${String(facts.desired)}`,
              facts.strategy ?? "<none>",
              noteOf({ facts }) ?? "",
              ...(wide ? [facts.image] : []),
            ]),
          ),
    object: () => ({
      apiVersion: "calico-upgrade/v1alpha1",
      kind: "ControllerList",
      datastore,
      controllers: rows,
      pods: presentPods(world).map(({ name, uid, node, ready }) => ({
        name,
        uid,
        node: node ?? null,
        ready,
      })),
    }),
    rows: () => rows,
    names: () =>
      world.workloads.map(({ facts }) => {
        const { group } = facts.kind === "ReplicaSet" ? places.replicaSets : places.deployments;
        return `${facts.kind.toLowerCase()}.${group}/${facts.name}`;
      }),
  };
}

function rowOf({ facts }: LiveWorkload): JsonObject {
  const { kind, namespace, name, image, desired, ready, strategy } = facts;
  const note = noteOf({ facts });
  return {
    kind,
    namespace,
    name,
    image,
    desired,
    ready,
    strategy: strategy ?? null,
    ...(note === undefined ? {} : { note }),
  };
}

function noteOf({ facts }: Pick<LiveWorkload, "facts">): string | undefined {
  if (isTombstone(facts)) return "turned off on purpose: the older controller's name";
  if (facts.desired === 0) return "turned off";
  if (facts.desired > 1) return "more than one may not be active: --fix-strategy";
  if (facts.strategy !== undefined && facts.strategy !== "Recreate")
    return "two would run at once during an update: --fix-strategy";
  return facts.ready < facts.desired ? "not Ready" : undefined;
}
