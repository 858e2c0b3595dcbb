import type { Flag } from "./flag.ts";

export const eventsFlag = {
  name: "events",
  takes: "value",
  help: "Also append what happens to this file, one JSON object a line (docs/schema/event.json); - writes it to standard output in place of the mutation lines.",
  group: "Output",
  valueName: "FILE",
} as const satisfies Flag;
