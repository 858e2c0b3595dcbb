import { DefaultRenderer, Listr, ListrLogger, ProcessOutput, type ListrTask } from "listr2";
import type { PhaseName } from "../plan/decision.ts";
import { taskColors } from "./task-colors.ts";

export type Outcome =
  | { readonly kind: "done" }
  /** The text stands in the title's place. */
  | { readonly kind: "skipped"; readonly text: string }
  | { readonly kind: "failed" };

/** One line of the list, which runs until its outcome is told. */
export interface Line {
  readonly phase: PhaseName;
  readonly node: string | undefined;
  /** May have several lines. */
  title: string;
  readonly ended: PromiseWithResolvers<Outcome>;
  /** Shows its title as it is now. */
  retitle: () => void;
  /** What goes on, below the title, as long as it runs. */
  show: (text: string) => void;
}

/** A node's line, with a line for each of its phases below it once it has begun. */
export interface Group {
  readonly node: string;
  title: string;
  readonly lines: readonly Line[];
  /** Undefined: its phases follow. */
  readonly begun: PromiseWithResolvers<Extract<Outcome, { kind: "skipped" }> | undefined>;
  retitle: () => void;
}

export interface Layout {
  readonly before: readonly Line[];
  readonly groups: readonly Group[];
  readonly after: readonly Line[];
}

export interface ListTerminal {
  readonly stream: NodeJS.WriteStream;
  readonly colored: boolean;
  /** Of the terminal that the list stands on. */
  readonly onSuspend: (stop: () => void, go: () => void) => () => void;
}

const showCursor = "\u001B[?25h";
const hideCursor = "\u001B[?25l";

/** Shows the list until every line has an outcome. */
export async function showList(layout: Layout, terminal: ListTerminal): Promise<void> {
  const { stream, colored } = terminal;
  const processOutput = new ProcessOutput(stream, stream);

  /** listr2 asks standard output whether it is a terminal; the list stands on the stream that it is given. */
  class LiveRenderer extends DefaultRenderer {
    static override nonTTY = true;
    #ignoreSuspend = (): void => {};

    override async render(): Promise<void> {
      await super.render();
      this.#ignoreSuspend = terminal.onSuspend(
        () => {
          // What stands there is the shell's from now on: the list is drawn anew below it.
          (this as unknown as { readonly updater: { done(): void } }).updater.done();
          processOutput.toStdout(showCursor, false);
        },
        () => void processOutput.toStdout(hideCursor, false),
      );
    }

    override end(): void {
      this.#ignoreSuspend();
      super.end();
    }
  }

  const list = new Listr(
    [...layout.before.map(lineTask), ...layout.groups.map(groupTask), ...layout.after.map(lineTask)],
    {
      concurrent: false,
      exitOnError: false,
      registerSignalListeners: false,
      renderer: LiveRenderer,
      rendererOptions: {
        collapseSubtasks: false,
        // The reason stands below the list, in full.
        showErrorMessage: false,
        collapseErrors: false,
        formatOutput: "wrap",
        color: taskColors(colored),
        logger: new ListrLogger({ processOutput }),
      },
    },
  );
  await list.run();
}

export function newLine(phase: PhaseName, node: string | undefined, title: string): Line {
  return { phase, node, title, ended: Promise.withResolvers<Outcome>(), retitle: nothing, show: nothing };
}

export function newGroup(node: string, lines: readonly Line[]): Group {
  return { node, title: `node/${node}`, lines, begun: Promise.withResolvers(), retitle: nothing };
}

const nothing = (): void => {};

function lineTask(line: Line): ListrTask {
  return {
    title: line.title,
    task: async (_context, task) => {
      line.retitle = () => {
        task.title = line.title;
      };
      line.show = (text) => {
        task.output = text;
      };
      // It may have been told more before it came to its turn.
      line.retitle();
      const outcome = await line.ended.promise;
      if (outcome.kind === "skipped") task.skip(outcome.text);
      if (outcome.kind === "failed") throw new Error(line.title);
    },
  };
}

function groupTask(group: Group): ListrTask {
  return {
    title: group.title,
    task: async (_context, task) => {
      group.retitle = () => {
        task.title = group.title;
      };
      group.retitle();
      const skipped = await group.begun.promise;
      if (skipped !== undefined) {
        task.skip(skipped.text);
        return undefined;
      }
      return task.newListr(group.lines.map(lineTask), { concurrent: false, exitOnError: false });
    },
  };
}
