import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from "listr2";
import { taskColors } from "./task-colors.ts";
import { fittingFrame, wholeFrame, type Folding, type FrameStyle, type TaskMark } from "./task-frame.ts";
import { leaveOut, notReached, type Item } from "./task-item.ts";

export interface ListTerminal {
  readonly stream: NodeJS.WriteStream;
  readonly colored: boolean;
  /** Of the terminal that the list stands on. */
  readonly onSuspend: (stop: () => void, go: () => void) => () => void;
}

/** A list that is on the terminal. */
export interface ShownList {
  /** Takes it off while somebody else needs the terminal, and shows it again. */
  aside<T>(talk: () => Promise<T>): Promise<T>;
  /** Leaves it there as it ends; what has not ended was not reached. */
  close(): Promise<void>;
}

const showCursor = "\u001B[?25h";
const hideCursor = "\u001B[?25l";

/** listr2's names for its marks. */
const icons = {
  waiting: "WAITING",
  running: "PENDING",
  parent: "PENDING",
  done: "COMPLETED",
  skipped: "SKIPPED_WITH_COLLAPSE",
  failed: "FAILED",
  partly: "COMPLETED_WITH_FAILED_SUBTASKS",
  output: "OUTPUT",
} as const satisfies Record<TaskMark, string>;

/** What of listr2's renderer is not public, and needed all the same. */
interface Inside {
  readonly options: { clearOutput?: boolean };
  readonly logger: ListrLogger;
  readonly spinner: { fetch(): string };
  readonly updater: { done(): void };
  readonly wrap: (text: string, columns: number, options: { hard: boolean; trim: boolean }) => string;
}

/** Shows the items, and every change of theirs. listr2 has the terminal: cursor, spinner, marks, other output. */
export function showList(items: readonly Item[], terminal: ListTerminal): ShownList {
  let shown: ReturnType<typeof draw> | undefined = draw(items, terminal);
  let closed: Promise<void> | undefined;
  return {
    async aside(talk) {
      if (closed !== undefined || shown === undefined) return await talk();
      const drawn = shown;
      shown = undefined;
      await drawn.end("clear");
      try {
        return await talk();
      } finally {
        if (closed === undefined) shown = draw(items, terminal);
      }
    },
    close() {
      if (closed === undefined) {
        leaveOut(items, notReached);
        closed = (shown ?? draw(items, terminal)).end("keep");
      }
      return closed;
    },
  };
}

function draw(
  items: readonly Item[],
  { stream, colored, onSuspend }: ListTerminal,
): { readonly end: (how: "keep" | "clear") => Promise<void> } {
  const processOutput = new ProcessOutput(stream, stream);
  const over = Promise.withResolvers<void>();
  let keeps = true;
  let folding: Folding = "nothing";
  let size = "";

  /** listr2 asks standard output whether it is a terminal; the list stands on the stream that it is given. */
  class LiveRenderer extends DefaultRenderer {
    static override nonTTY = true;
    #ignoreSuspend = (): void => {};

    override async render(): Promise<void> {
      await super.render();
      this.#ignoreSuspend = onSuspend(
        () => {
          // What stands there is the shell's from now on: the list is drawn again below it.
          this.#inside.updater.done();
          processOutput.toStdout(showCursor, false);
        },
        () => void processOutput.toStdout(hideCursor, false),
      );
    }

    override create(options?: { readonly prompt?: boolean }): string {
      // listr2 asks for the last frame without prompts.
      if (options?.prompt === false) return wholeFrame(items, this.#style()).join("\n");
      const { columns, rows } = stream;
      const now = `${String(columns)}x${String(rows)}`;
      if (now !== size) folding = "nothing";
      size = now;
      // The cursor stands on a line of its own.
      const frame = fittingFrame(items, this.#style(), Math.max(1, rows - 1), folding);
      folding = frame.folding;
      return frame.lines.join("\n");
    }

    override end(): void {
      this.#ignoreSuspend();
      this.#inside.options.clearOutput = !keeps || items.length === 0;
      super.end();
    }

    get #inside(): Inside {
      return this as unknown as Inside;
    }

    #style(): FrameStyle {
      const { logger, spinner, wrap } = this.#inside;
      return {
        columns: stream.columns,
        mark: (mark) => logger.icon(icons[mark], mark === "running" && spinner.fetch()),
        wrap: (text, columns) => wrap(text, columns, { hard: true, trim: false }),
      };
    }
  }

  const list = new Listr([{ task: () => over.promise }], {
    registerSignalListeners: false,
    renderer: LiveRenderer,
    rendererOptions: { color: taskColors(colored), logger: new ListrLogger({ processOutput }) },
  });
  const ran = list.run();
  return {
    async end(how) {
      keeps = how === "keep";
      over.resolve();
      await ran;
    },
  };
}
