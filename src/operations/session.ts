import type { DryRunStrategy } from "../model/dry-run.ts";
import { openBundle, type OpenBundle } from "../bundle/write.ts";
import { bundleRoot } from "../bundle/place.ts";
import { clusterUid } from "../cluster/cluster-uid.ts";
import type { Connection } from "../cluster/port.ts";
import { sendWrite } from "../cluster/write.ts";
import type { JsonObject, KubeObject, Ref } from "../model/kube.ts";
import type { Millis } from "../model/time.ts";
import type { RunCommand } from "../model/run-command.ts";
import type { Write } from "../model/write.ts";
import type { Interrupt, RunOptions } from "../perform/run.ts";
import type { Reach } from "../perform/reach.ts";
import type { Saver } from "../perform/saver.ts";
import type { ServerClock } from "../perform/server-clock.ts";
import type { Commands } from "../plan/decision.ts";
import { version } from "../version.ts";
import type { OperationEvent } from "./events.ts";

/**
 * What every operation of one command shares: one connection, one clock, one signal, one stream of events, one
 * run. An operation that is a part of another one gets the same session, narrowed by `within`.
 */
export interface Session {
  /** Its answers set the clock. */
  readonly connection: Connection;
  readonly clock: ServerClock;
  readonly dryRun: DryRunStrategy;
  /**
   * From here on a signal ends the run in order: the first lets the write under way end. Before, it ends the
   * process, which has written nothing.
   */
  readonly listen: () => Interrupt;
  readonly emit: (event: OperationEvent) => void;
  /** Asks; false: no, or a signal came after `listen`. Throws UserError where there is nobody to ask. */
  readonly ask: (question: string) => Promise<boolean>;
  /** Asks whoever is at the terminal, also with -y; undefined: nobody is. */
  readonly askPerson: (question: string) => Promise<boolean | undefined>;
  /** False with -y: nobody is asked, and no time passes. */
  readonly asks: boolean;
  readonly command: RunCommand;
  readonly commands: Commands;
  /** Who works, as it is written into leases. */
  readonly holder: string;
  /** --bundle-dir, and the environment that says where bundles go without it. */
  readonly bundles: {
    readonly directory: string | undefined;
    readonly env: Readonly<Record<string, string | undefined>>;
  };
  /** How long the API server may be away before a run ends; undefined: some tries. */
  readonly apiOutage?: Millis;
  /** Whether it answers, as far as the connection has seen; its clock is the session's. */
  readonly reach?: Reach;
  /** The parts of the run that this is nested in, from the outside. */
  readonly within: readonly string[];
  /** The run's lease is held by the run that this is a part of. */
  readonly leased: boolean;
  /** The DaemonSet that carries that lease. */
  readonly leaseOn?: Ref;
  /** The same as it was when the part began. */
  readonly leaseCarrier?: KubeObject;
}

/** The session of a part. */
export function partOf(session: Session, part: string, leased = session.leased): Session {
  return { ...session, within: [...session.within, part], leased };
}

export function warn({ emit }: Pick<Session, "emit">, text: string): void {
  emit({ kind: "warning", text });
}

/** Sends one write to the cluster of the session. */
export function sender(
  { connection }: Pick<Session, "connection">,
  serverVersion: string,
): (write: Write, dryRun: boolean) => Promise<KubeObject | undefined> {
  return async (write, dryRun) => (await sendWrite(connection, write, { dryRun, serverVersion })).object;
}

/** How every procedure of the session is performed. `serverVersion`: of discovery. */
export function performing(
  session: Session,
  serverVersion: string,
  saver: Saver | undefined,
): Pick<RunOptions<never, never>, "dryRun" | "now" | "send" | "interrupt" | "saver" | "outage" | "reach"> {
  const { dryRun, clock, listen, apiOutage, reach } = session;
  return {
    dryRun,
    now: clock.now,
    send: sender(session, serverVersion),
    interrupt: listen(),
    ...(apiOutage === undefined ? {} : { outage: apiOutage }),
    ...(reach === undefined ? {} : { reach }),
    ...(saver === undefined ? {} : { saver }),
  };
}

/**
 * Opens the bundle of a run. Throws UserError where there is no place for it: a run that has something to save
 * refuses before its first write.
 */
export async function openRunBundle(
  { connection, clock, bundles, emit }: Session,
  run: {
    readonly command: string;
    /** Of discovery. */
    readonly kubernetes: string;
    readonly data?: JsonObject;
    /** The run that it is a step of. */
    readonly partOf?: Parameters<typeof openBundle>[1]["partOf"];
    readonly clusterUid?: string;
  },
): Promise<OpenBundle> {
  const root = bundleRoot(bundles.directory, bundles.env);
  const uid = run.clusterUid ?? (await clusterUid(connection));
  const opened = await openBundle(root, {
    command: run.command,
    tool: version,
    cluster: { uid, server: connection.server, kubernetes: run.kubernetes },
    now: clock.now,
    ...(run.data === undefined ? {} : { data: run.data }),
    ...(run.partOf === undefined ? {} : { partOf: run.partOf }),
  });
  emit({ kind: "saved", bundle: opened.directory });
  return opened;
}
