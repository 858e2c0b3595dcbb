import type { Fault } from "./fault.ts";
import type { Acts, SeenEvent, SeenRequest } from "./proxy.ts";

/** A moment in a run, as a run without faults counted it. */
export type Moment =
  | { readonly at: "write"; readonly index: number }
  | { readonly at: "event"; readonly index: number };

export function momentText({ at, index }: Moment): string {
  return `${at} ${String(index + 1)}`;
}

/** Acts once: when that write arrives, or before that event of a watch is passed on. */
export function actAt(
  moment: Moment,
  act: (what: SeenRequest | SeenEvent) => Promise<Fault | undefined>,
): Acts {
  if (moment.at === "write") {
    return {
      onRequest: async (request) => (request.indexOfWrite === moment.index ? await act(request) : undefined),
    };
  }
  return {
    onEvent: async (event) => {
      if (event.index === moment.index) await act(event);
    },
  };
}
