import type { DryRunStrategy } from "../model/dry-run.ts";
import type { AppContext } from "../context.ts";
import type { JsonObject } from "../model/kube.ts";
import { formatTime } from "../model/time.ts";
import type { OperationEvent } from "../operations/events.ts";
import {
  controllerEvents,
  nodesEvents,
  objectsEvents,
  policiesEvents,
  prepullEvents,
  sequenceEvents,
  type EventFields,
} from "../render/event-object.ts";

/** The lines of `--events`: `kind: Event`, one schema for all commands (docs/schema/event.json). */
export function eventLines(
  { line, now }: Pick<AppContext, "line" | "now">,
  dryRun: DryRunStrategy,
): (event: OperationEvent) => readonly string[] {
  let run: string | undefined;
  let lastWait = "";

  const written = (fields: JsonObject): string =>
    JSON.stringify({
      apiVersion: "calico-upgrade/v1alpha1",
      kind: "Event",
      time: formatTime(now()),
      command: line.verb,
      ...(run === undefined ? {} : { run }),
      dryRun,
      ...fields,
    });

  return (event) => {
    // The name by which undo knows the run; a part that saves has a bundle of its own.
    if (event.kind === "saved") run ??= event.bundle.split(/[\\/]/).at(-1);
    return fieldsOf(event).flatMap((fields) => {
      // Asked again at every change of the cluster, a wait is reported when it says something new.
      const wait = fields.type === "waiting" ? JSON.stringify({ ...fields, until: undefined }) : "";
      const isSame = wait !== "" && wait === lastWait;
      lastWait = wait;
      return isSame ? [] : [written(fields)];
    });
  };
}

function fieldsOf(event: OperationEvent): readonly EventFields[] {
  switch (event.kind) {
    case "warning":
    case "note":
      return [{ type: event.kind, message: event.text }];
    case "progress":
      return event.text === undefined ? [] : [{ type: "note", message: event.text }];
    case "saved":
      return [{ type: "saved", bundle: event.bundle }];
    // They are in what the command prints.
    case "compared":
    case "findings":
    case "step findings":
    case "planned":
      return [];
    case "procedure":
      return procedureFields(event).map(({ part, ...fields }) => {
        const path = [...event.within, ...(typeof part === "string" ? [part] : [])].join("/");
        return {
          procedure: event.procedure,
          ...(path === "" ? {} : { part: path }),
          ...fields,
        };
      });
  }
}

function procedureFields(
  event: Extract<OperationEvent, { readonly kind: "procedure" }>,
): readonly EventFields[] {
  switch (event.procedure) {
    case "nodes":
      return nodesEvents(event.about, event.event);
    case "prepull":
      return prepullEvents(event.about, event.event);
    case "controller":
      return controllerEvents(event.about, event.event);
    case "objects":
      return objectsEvents(event.event);
    case "policies":
      return policiesEvents(event.about, event.event);
    case "sequence":
      return sequenceEvents(event.event);
  }
}
