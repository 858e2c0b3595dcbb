import { workloadName } from "../../plan/controller/stops.ts";
import { othersWanting, targetOf, type ControllerWorld } from "../../plan/controller/world.ts";
import { controllerFindings, type LackingRights } from "../../preflight/controller-checks.ts";
import { needsOfController } from "../node/release-needs.ts";
import { checkSurroundings } from "../node/surroundings-needed.ts";
import type { FileTemplate } from "../node/template.ts";
import { lackingRights } from "./account-rights.ts";
import { controllersElsewhere } from "./elsewhere.ts";
import type { Stop } from "../../plan/decision.ts";
import { fixLine } from "../../preflight/finding.ts";
import { warn, type Session } from "../session.ts";
import type { OpenController } from "./open.ts";
import type { ControllerRequest } from "./request.ts";
import type { DesiredController } from "./target.ts";

/** A run that this is a step of is not stopped in its middle: it is told of what is missing. */
function asStep({ account, rights }: LackingRights): LackingRights {
  return { account, rights };
}

/** Every refusal at once, before the first write; what only has to be known is reported. */
export async function refusalsOf(
  open: OpenController,
  session: Session,
  start: ControllerWorld,
  wanted: DesiredController,
  file: FileTemplate | undefined,
  { ignored: ids, asStep: isStep, settled }: ControllerRequest,
): Promise<readonly Stop[]> {
  const { seen, datastore } = open;
  const { connection } = session;
  const involved = [targetOf(start, wanted), ...othersWanting(start, wanted)];
  const [workload] = wanted.objects;
  const surroundings =
    file === undefined || workload === undefined || settled.has("H05")
      ? undefined
      : await checkSurroundings(connection, file, workload, {
          about: { command: "controller", override: "--ignore-preflight-errors=H05" },
          others: !isStep,
          ofRelease: needsOfController(open, wanted.facts),
        });
  const lacking =
    file === undefined || workload === undefined
      ? undefined
      : await lackingRights(connection, datastore, file, workload, start);
  const findings = controllerFindings({
    ...(lacking === undefined ? {} : { lacking: isStep ? asStep(lacking) : lacking }),
    elsewhere: await controllersElsewhere(open, session),
    template: wanted.facts.template,
    nodes: seen.nodes,
    pods: [...(seen.pods.known ? seen.pods.value : []), ...start.pods],
    own: start.pods,
    written: involved.flatMap((each) => (each === undefined ? [] : [each.facts])),
  });
  const ignored = (id: string): boolean => ids.has(id) || ids.has("all");
  const refusals: Stop[] = [];
  const missing = surroundings?.refusal?.join("\n");
  if (missing !== undefined && ignored("H05")) warn(session, `H05: ${missing}`);
  else if (missing !== undefined) refusals.push({ id: "H05", message: missing });
  for (const finding of findings.filter((each) => !settled.has(each.id))) {
    const { id, severity, because } = finding;
    const fix = fixLine(finding);
    const hint = fix === undefined ? "" : `; ${fix}`;
    if (severity !== "error" || ignored(id))
      warn(session, `${id}: ${because}${severity === "error" ? "" : hint}`);
    else
      refusals.push({ id, message: `${because}${hint}`, hint: `override: --ignore-preflight-errors=${id}` });
  }
  if (refusals.length > 0) return refusals;
  if (surroundings?.others !== undefined) session.emit({ kind: "note", text: surroundings.others });
  for (const { facts } of othersWanting(start, wanted)) {
    const text = `${workloadName(wanted.target)} takes the place of ${workloadName(facts)}`;
    session.emit({ kind: "note", text });
  }
  return [];
}
