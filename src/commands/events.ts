import type { AppContext, EventSink } from "../context.ts";
import { userError } from "../errors.ts";

/** The context of a command with --events: `file` is open, and with - standard output is the events' alone. */
export async function withEvents(context: AppContext, file: string, output: string): Promise<AppContext> {
  const { stdout, stderr, terminal } = context;
  if (file !== "-") {
    const { openEventLog } = await import("./event-log.ts");
    const say = (text: string): void => stderr.line(text);
    return narrowed(context, { events: await openEventLog(file, (text) => say(`Warning: ${text}`), say) });
  }
  if (output !== "table" && output !== "wide")
    throw userError(`--events=- and -o ${output} both write to standard output; name a file for one of them`);
  const sink: EventSink = {
    write: (line) => stdout.exact(`${line}\n`),
    close: () => Promise.resolve(),
  };
  // What else would stand on standard output goes where progress goes.
  return narrowed(context, { events: sink, stdout: stderr, terminal: { ...terminal, sameTerminal: true } });
}

/** The rest is looked up when it is needed: standard input is opened when it is first read. */
function narrowed(context: AppContext, own: Partial<AppContext>): AppContext {
  return Object.create(context, Object.getOwnPropertyDescriptors(own)) as AppContext;
}
