import type { Connection } from "../../cluster/port.ts";
import { interrupted, isBug, userError, reasonOf } from "../../errors.ts";
import { dataOf } from "../../merge/config-map.ts";
import { configChange, type ConfigChange } from "../../model/config-ledger.ts";
import { configMapFacts } from "../../model/configmap.ts";
import type { KubeObject } from "../../model/kube.ts";
import type { Millis } from "../../model/time.ts";
import type { UndoneRestart } from "../../render/undo/kind.ts";
import { restartsOf } from "../../render/undo/restarts.ts";
import { prepare, type Prepared } from "../configmap/prepare.ts";
import { restartAll, tryRestarts } from "../configmap/restart-all.ts";
import type { RestartOptions } from "../configmap/restart.ts";
import { isOpen, staleBy, type Stale } from "../configmap/stale.ts";
import { whyNotTypha } from "../configmap/typha.ts";
import { patience, type HowToUndo } from "./node-stage.ts";
import type { UndoTarget } from "./staged-entries.ts";

/** What reads the ConfigMap whose values come back: restarted as `configmap` does it. */
export interface ReaderStage {
  /** Whether something runs with values of the run although they came back: an undo was interrupted there. */
  isBehind(): boolean;
  /** What stands against the restarts to come; undefined: nothing. Asked before the first write. */
  refusal(): Promise<string | undefined>;
  /** Throws where one of them could not be restarted. */
  restart(restarted: UndoneRestart[]): Promise<void>;
}

/** Undefined where the run changed no values of the ConfigMap that Calico's pods read. */
export async function readerStage(
  targets: readonly UndoTarget[],
  connection: Connection,
  how: HowToUndo,
  /** When the run began: what started before has not read its values. */
  since: Millis | undefined,
): Promise<ReaderStage | undefined> {
  const { options, dryRun, lines } = how;
  const { context } = options;
  const maps = targets.filter(
    ({ part, before, live }) => part === "configmap" && before !== undefined && live !== undefined,
  );
  if (maps.length === 0) return undefined;
  const node = targets.find(({ part }) => part === "node")?.entry;
  const daemonSet = node === undefined ? undefined : `${node.namespace ?? ""}/${node.name}`;
  let first: Prepared;
  try {
    first = await prepare(connection, context, { daemonSet });
  } catch (error) {
    if (isBug(error)) throw error;
    if (options.noRestart) return undefined;
    throw userError(
      `what reads the values that come back cannot be told: ${reasonOf(error)}; nothing was changed: --no-restart only brings them back`,
    );
  }
  const target = maps.find(
    ({ entry }) => entry.name === first.ref.name && entry.namespace === first.ref.namespace,
  );
  const { before, live } = target ?? {};
  if (before === undefined || live === undefined) return undefined;

  const restart: RestartOptions = {
    context,
    connect: options.connect,
    values: {
      connection: options.connection,
      daemonSet,
      settle: options.settle,
      timeout: patience,
      bundleDir: options.bundleDir,
      ignored: options.ignored,
      takeOver: true,
      yes: options.yes,
    },
    dryRun,
    silent: false,
    json: !lines,
  };
  const noted = (prepared: Prepared): Stale | undefined => {
    const change = configChange(configMapFacts(prepared.live));
    const stale = change === undefined ? undefined : staleBy(prepared, change);
    return stale !== undefined && isOpen(restartable(stale)) ? stale : undefined;
  };
  const keys = differing(live, before);
  const toCome: ConfigChange = {
    at: Number.POSITIVE_INFINITY,
    keys,
    ...(since === undefined ? {} : { since }),
  };
  return {
    isBehind: () => keys.length === 0 && noted(first) !== undefined,
    async refusal() {
      const stale = keys.length === 0 ? noted(first) : staleBy(first, toCome);
      // Of an upgrade the controller and the nodes are other ones by then; their own stages are asked.
      const own = node === undefined ? stale : undefined;
      return own === undefined ? undefined : await tryRestarts(first, restart, own);
    },
    async restart(restarted) {
      const prepared = await prepare(connection, context, { daemonSet });
      // A dry run has written no value and no note.
      const alone = dryRun !== "none" && node === undefined && keys.length > 0;
      const stale = alone ? staleBy(prepared, toCome) : noted(prepared);
      if (stale === undefined || (dryRun !== "none" && !alone)) return;
      const unhandled = stale.typha === undefined ? undefined : whyNotTypha(stale.typha);
      if (unhandled !== undefined) context.stderr.write(`${unhandled}\n`);
      if (options.noRestart) {
        context.stderr.write(
          `not restarted: ${named(stale)}; they run with the values that went until they are: the same command without --no-restart\n`,
        );
        return;
      }
      const { exitCode, typha, controller, nodes } = await restartAll(prepared, restart, stale, dryRun);
      restarted.push(
        ...restartsOf({
          ...(typha === undefined ? {} : { typha }),
          ...(controller?.result === undefined ? {} : { controller: controller.result }),
          ...(nodes?.result === undefined ? {} : { nodes: nodes.result }),
        }),
      );
      if (exitCode === 130 || exitCode === 143)
        throw interrupted(exitCode, "interrupted; the same command goes on");
      if (exitCode !== 0)
        throw userError(
          "the values came back, and not everything that reads them could be restarted; the same command goes on",
        );
    },
  };
}

/** Keys whose values are others, are missing or are too many. */
export function differing(live: KubeObject, before: KubeObject): readonly string[] {
  const [is, was] = [dataOf(live), dataOf(before)];
  return [...new Set([...Object.keys(is), ...Object.keys(was)])].filter((key) => is[key] !== was[key]);
}

/** Without a Typha that is only named. */
function restartable({ typha, ...stale }: Stale): Stale {
  return typha === undefined || whyNotTypha(typha) !== undefined ? stale : { ...stale, typha };
}

function named({ typha, controller, nodes }: Stale): string {
  return [
    ...(typha === undefined ? [] : [typha.name]),
    ...(controller ? ["the controller"] : []),
    ...(nodes.length === 0 ? [] : [`calico-node on ${nodes.join(", ")}`]),
  ].join(", ");
}
