import { discoverCached } from "../cluster/discovery.ts";
import { observeLive } from "../cluster/observe-live.ts";
import { groupsFor } from "../cluster/observe.ts";
import { explain } from "../errors.ts";
import { upgradeState } from "../facts/upgrade.ts";
import { waitOutcome, type FailingNode } from "../facts/wait.ts";
import { catalogue } from "../releases/catalogue.ts";
import { upgradeStatus } from "../render/status/build.ts";
import type { UpgradeStatus } from "../render/status/kind.ts";
import { makeLiveText } from "../render/status/live-text.ts";
import { printableStatus } from "../render/status/print.ts";
import { waitedForText, waitFailureText } from "../render/status/wait-text.ts";
import { printResult, printText, resultText } from "./print-result.ts";
import { errorsOf, isBlind } from "./status-errors.ts";
import { makeScreen, type StatusScreen } from "./status-screen.ts";
import type { StatusOptions, StatusView } from "./status-view.ts";
import { visible } from "../model/visible.ts";

/**
 * -w shows every change until the user ends it; --wait ends when the upgrade is done (exit 0), cannot
 * get there or takes longer than --timeout (exit 1); both together do both.
 */
export async function runLiveStatus(view: StatusView, options: StatusOptions): Promise<number> {
  const { context, wait, watch } = options;
  const ending = new AbortController();
  context.outputClosed.addEventListener("abort", () => ending.abort(), { once: true });
  const timer = wait && options.timeout > 0 ? setTimeout(() => ending.abort(), options.timeout) : undefined;
  const discovered = discoverCached(view.connection, groupsFor(view.needs));
  const screen = watch ? screenFor(view, options) : undefined;
  const show = watch && screen === undefined ? makeShow(view, options) : undefined;
  let failing: readonly FailingNode[] = [];
  let said = "";
  let last: UpgradeStatus | undefined;
  let shownErrors = "";
  let trouble = "";
  try {
    const looks = observeLive(view.connection, discovered, {
      ...view,
      clock: context.now,
      signal: ending.signal,
      onTrouble(error) {
        const line = explain(error);
        if (screen !== undefined) screen.trouble(line);
        else if (line !== trouble) context.stderr.line(line);
        trouble = line;
      },
    });
    for await (const observed of looks) {
      const state = upgradeState(observed, catalogue, view.scope);
      const status = view.sorted(upgradeStatus(state, options.flags));
      last = status;
      trouble = "";
      const errors = errorsOf(state, view.scope);
      const lines = errors.lines.map((line) => `${visible(line)}\n`).join("");
      if (lines !== shownErrors) context.stderr.text(lines);
      shownErrors = lines;
      if (isBlind(observed) || errors.missing) return 1;
      screen?.show(state);
      if (show !== undefined) await show(status);
      if (!wait) continue;
      const outcome = waitOutcome(state, failing, observed.now);
      if (outcome.kind === "waiting") {
        failing = outcome.failing;
        const message = waitedForText(outcome.for);
        if (message !== said && !watch) context.stderr.line(message);
        said = message;
        continue;
      }
      if (!watch) await print(view, options, status);
      if (outcome.kind === "done") return 0;
      context.stderr.line(`error: ${waitFailureText(outcome.why, observed.now)}`);
      return 1;
    }
    if (!wait || context.outputClosed.aborted) return 0;
    if (last !== undefined && !watch) await print(view, options, last);
    context.stderr.text(`error: timed out waiting for the condition${said === "" ? "" : `: ${said}`}\n`);
    return 1;
  } finally {
    clearTimeout(timer);
    screen?.close();
    ending.abort();
  }
}

async function print(view: StatusView, options: StatusOptions, status: UpgradeStatus): Promise<void> {
  await printResult(options.context.stdout, view.output, printableStatus(status, options));
}

/** Undefined: -w is no screen, but lines one after the other. */
function screenFor(view: StatusView, options: StatusOptions): StatusScreen | undefined {
  const { format } = view.output;
  const { terminal, env } = options.context;
  if (format !== "table" && format !== "wide") return undefined;
  if (!terminal.stdoutTty || env["TERM"] === "dumb") return undefined;
  return makeScreen(view, options, format === "wide");
}

/** Changed rows follow, as `kubectl get -w` prints them. */
function makeShow(view: StatusView, options: StatusOptions): (status: UpgradeStatus) => Promise<void> {
  const { context } = options;
  const { format } = view.output;
  if (format === "table" || format === "wide") {
    const live = makeLiveText({ ...options, wide: format === "wide", screen: undefined });
    return async (status) => context.stdout.exact(live(status));
  }
  let before = "";
  return async (status) => {
    const text = await resultText(view.output, printableStatus(status, options));
    // Only the time of the look has changed.
    const same = await resultText(view.output, printableStatus(withoutTime(status), options));
    if (same === before) return;
    printText(context.stdout, view.output, before !== "" && format === "yaml" ? `---\n${text}` : text);
    before = same;
  };
}

function withoutTime(status: UpgradeStatus): UpgradeStatus {
  return { ...status, cluster: { ...status.cluster, observed: "" } };
}
