import type { AppContext } from "../../context.ts";
import { workloadName } from "../../plan/controller/stops.ts";
import { othersWanting, targetOf, type ControllerWorld } from "../../plan/controller/world.ts";
import { controllerFindings, type LackingRights } from "../../preflight/controller-checks.ts";
import { checkSurroundings } from "../node/surroundings-needed.ts";
import type { FileTemplate } from "../node/template.ts";
import { lackingRights } from "./account-rights.ts";
import { controllersElsewhere } from "./elsewhere.ts";
import type { ControllerOptions } from "./options.ts";
import type { Prepared } from "./prepare.ts";
import type { Wanted } from "./target.ts";

/** A run that this is a step of is not stopped in its middle: it is told of what is missing. */
function asStep({ account, rights }: LackingRights): LackingRights {
  return { account, rights };
}

/** Every refusal at once, before the first write. */
export async function passes(
  prepared: Prepared,
  start: ControllerWorld,
  wanted: Wanted,
  file: FileTemplate | undefined,
  options: ControllerOptions,
  context: Pick<AppContext, "stderr">,
  warn: (text: string) => void,
): Promise<boolean> {
  const { seen } = prepared;
  const involved = [targetOf(start, wanted), ...othersWanting(start, wanted)];
  const [workload] = wanted.objects;
  const surroundings =
    file === undefined || workload === undefined || options.settled.has("H05")
      ? undefined
      : await checkSurroundings(prepared, file, workload, {
          about: { command: "controller", override: "--ignore-preflight-errors=H05" },
          others: options.tellOthers,
        });
  const lacking =
    file === undefined || workload === undefined
      ? undefined
      : await lackingRights(prepared, file, workload, start);
  const findings = controllerFindings({
    ...(lacking === undefined ? {} : { lacking: options.tellOthers ? lacking : asStep(lacking) }),
    elsewhere: await controllersElsewhere(prepared, warn),
    template: wanted.facts.template,
    nodes: seen.nodes,
    pods: [...(seen.pods.known ? seen.pods.value : []), ...start.pods],
    own: start.pods,
    written: involved.flatMap((each) => (each === undefined ? [] : [each.facts])),
  });
  const ignored = (id: string): boolean => options.ignored.has(id) || options.ignored.has("all");
  let refused = false;
  const missing = surroundings?.refusal;
  if (missing !== undefined && ignored("H05")) warn(missing);
  else if (missing !== undefined) {
    context.stderr.write(`error: ${missing}\n`);
    refused = true;
  }
  for (const { id, severity, because, fix } of findings.filter((each) => !options.settled.has(each.id))) {
    const hint = fix === undefined ? "" : `; ${fix}`;
    if (severity !== "error" || ignored(id)) {
      warn(`${id}: ${because}${severity === "error" ? "" : hint}`);
      continue;
    }
    context.stderr.write(`error: ${id}: ${because}${hint}; override: --ignore-preflight-errors=${id}\n`);
    refused = true;
  }
  if (refused) return false;
  if (surroundings?.others !== undefined) context.stderr.write(`${surroundings.others}\n`);
  for (const { facts } of othersWanting(start, wanted)) {
    const { target } = wanted;
    context.stderr.write(`${workloadName(target)} takes the place of ${workloadName(facts)}\n`);
  }
  return true;
}
