import type { JsonObject } from "../../model/kube.ts";
import type { Runbook } from "../../plan/runbook/runbook.ts";
import type { Printable } from "../output.ts";
import { runbookText } from "./text.ts";

/** A runbook in the forms of -o; Markdown is a form of its own. */
export function printableRunbook(runbook: Runbook): Printable {
  return {
    table: () => runbookText(runbook),
    object: () => runbook as unknown as JsonObject,
    rows: () => runbook.hops.flatMap(({ hosts }) => hosts) as unknown as readonly JsonObject[],
    names: () => runbook.hops.flatMap(({ hosts }) => hosts.map(({ node }) => `node/${node}`)),
  };
}
