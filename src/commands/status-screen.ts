import { downSince, type DownSince } from "../facts/down.ts";
import { paceOf } from "../facts/pace.ts";
import { upgradeState, type UpgradeState } from "../facts/upgrade.ts";
import { renderRunCommand } from "../flags/run-command.ts";
import type { Millis } from "../model/time.ts";
import { catalogue } from "../releases/catalogue.ts";
import { upgradeStatus } from "../render/status/build.ts";
import { humanDuration } from "../render/duration.ts";
import type { LiveFacts } from "../render/status/live-nodes.ts";
import type { ScreenSize } from "../render/status/live-screen.ts";
import { makeLiveText } from "../render/status/live-text.ts";
import type { StatusOptions, StatusView } from "./status-view.ts";

/** `status -w` on a terminal. */
export interface StatusScreen {
  show(state: UpgradeState): void;
  /** What is tried again: as long as it lasts, what is shown may be old. */
  trouble(line: string): void;
  close(): void;
}

/** Of a node that is down, as long as its routes are at stake. */
const everySecond: Millis = 1_000;
const atStake: Millis = 180_000;
/** Ages go on, and a run that gives no sign of life any more is left. */
const nowAndThen: Millis = 10_000;
/** A watch is tried again after 10 seconds at most; one that works says nothing. */
const troubleLasts: Millis = 45_000;

/** Draws on every look, on every new size, and by itself only while time alone changes what is shown. */
export function makeScreen(view: StatusView, options: StatusOptions, wide: boolean): StatusScreen {
  const { context } = options;
  const stream = context.stdout.raw as NodeJS.WriteStream;
  const fresh = () => makeLiveText({ ...options, wide, screen: () => sizeOf(stream) });
  let text = fresh();
  let down: DownSince = new Map();
  let seen: { readonly state: UpgradeState; readonly at: Millis } | undefined;
  let trouble: { readonly line: string; readonly since: Millis; readonly latest: Millis } | undefined;
  let timer: NodeJS.Timeout | undefined;

  function draw(): void {
    clearTimeout(timer);
    if (seen === undefined) return;
    const passed = context.now() - seen.at;
    const { cluster } = seen.state;
    const state =
      passed <= 0
        ? seen.state
        : upgradeState({ ...cluster, now: cluster.now + passed }, catalogue, view.scope);
    down = downSince(state.nodes, down, state.cluster.now);
    if (trouble !== undefined && context.now() - trouble.latest > troubleLasts) trouble = undefined;
    const status = view.sorted(upgradeStatus(state, options.flags));
    context.stdout.exact(text(status, factsOf(state)));
    const wait = untilNext(state);
    if (wait !== undefined) timer = setTimeout(draw, wait);
  }

  function factsOf(state: UpgradeState): LiveFacts {
    const { daemonSets, nodes, cluster } = state;
    return {
      down,
      // Of some of the nodes it would be no run's pace.
      paces: daemonSets.map((set) =>
        view.scope.nodes.length === 0 ? paceOf(set, nodes, cluster.now) : undefined,
      ),
      commands: daemonSets.map(({ daemonSet: { run } }) =>
        run === undefined || run === "unreadable" || run.command === undefined
          ? undefined
          : renderRunCommand(run.command, options.connection),
      ),
      ...(trouble === undefined
        ? {}
        : {
            stale: `no answer for ${humanDuration(context.now() - trouble.since)}, this may be old: ${trouble.line}`,
          }),
    };
  }

  function untilNext({ daemonSets, cluster }: UpgradeState): Millis | undefined {
    if ([...down.values()].some((since) => cluster.now - since < atStake)) return everySecond;
    const works = daemonSets.some(({ run }) => run?.state === "working");
    return works || down.size > 0 || trouble !== undefined ? nowAndThen : undefined;
  }

  const ignoreSuspend = context.terminal.onSuspend(
    () => clearTimeout(timer),
    () => {
      // What stands there now is the shell's.
      text = fresh();
      draw();
    },
  );
  stream.on("resize", draw);
  return {
    show(state) {
      seen = { state, at: context.now() };
      trouble = undefined;
      draw();
    },
    trouble(line) {
      const latest = context.now();
      const known = trouble?.line === line;
      trouble = { line, since: trouble?.since ?? latest, latest };
      // Each watch says the same.
      if (!known) draw();
    },
    close() {
      clearTimeout(timer);
      stream.off("resize", draw);
      ignoreSuspend();
    },
  };
}

/** A terminal that does not know its size says 0. */
function sizeOf({ rows, columns }: NodeJS.WriteStream): ScreenSize {
  return { rows: rows > 0 ? rows : 24, columns: columns > 0 ? columns : 80 };
}
