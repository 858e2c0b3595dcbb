import type { JsonObject } from "../../model/kube.ts";
import type { Printable } from "../output.ts";
import type { RunReport } from "./kind.ts";
import { reportMarkdown } from "./markdown.ts";

/** A report in the forms of -o; the page is a form of its own. */
export function printableReport(report: RunReport): Printable {
  return {
    table: () => reportMarkdown(report),
    object: () => report as unknown as JsonObject,
    rows: () => report.nodes as unknown as readonly JsonObject[],
    names: () => report.nodes.map(({ name }) => `node/${name}`),
  };
}
