import { maskChange } from "../../model/mask.ts";
import type { EnvVar, TemplateContainer, TemplateFacts } from "../../model/template.ts";
import { unifiedDiff } from "../unified-diff.ts";

/** What changed from one template to the other, a line each; values that look like secrets are masked. */
export function templateDiff(
  before: TemplateFacts,
  after: TemplateFacts,
): { readonly diff: string; readonly masked: number } {
  const shown = maskChange(before, after);
  return { diff: unifiedDiff(textOf(shown.before), textOf(shown.after)), masked: shown.count };
}

export function imagesOf({ initContainers, containers }: TemplateFacts): readonly string[] {
  return [...new Set([...initContainers, ...containers].map(({ image }) => image))];
}

function textOf({ initContainers, containers, gracePeriod, serviceAccount, volumes }: TemplateFacts): string {
  const lines = [
    ...(serviceAccount === undefined ? [] : [`serviceAccount ${serviceAccount}`]),
    ...(gracePeriod === undefined ? [] : [`terminationGracePeriodSeconds ${String(gracePeriod)}`]),
    ...initContainers.flatMap((each) => containerLines("init container", each)),
    ...containers.flatMap((each) => containerLines("container", each)),
    ...volumes.map(
      ({ name, source }) => `volume ${name}${source === undefined ? "" : ` ${sourceText(source)}`}`,
    ),
  ];
  // A line break in a value would begin a line of its own.
  return lines.map((line) => `${line.replaceAll("\n", String.raw`\n`)}\n`).join("");
}

function containerLines(
  what: string,
  { name, image, command, args, env, envFrom, mounts }: TemplateContainer,
): readonly string[] {
  return [
    `${what} ${name}`,
    `  image ${image}`,
    ...(command.length === 0 ? [] : [`  command ${command.join(" ")}`]),
    ...(args.length === 0 ? [] : [`  args ${args.join(" ")}`]),
    ...env.map((each) => `  env ${envText(each)}`),
    ...envFrom.map((each) => `  envFrom ${sourceText(each)}`),
    ...mounts.map((each) => `  mount ${each.name} ${each.mountPath}`),
  ];
}

function envText({ name, value, from }: EnvVar): string {
  return from === undefined ? `${name}=${value ?? ""}` : `${name} from ${sourceText(from)}`;
}

function sourceText({
  kind,
  name,
  key,
}: {
  readonly kind: string;
  readonly name: string;
  readonly key?: string;
}): string {
  return `${kind} ${name}${key === undefined ? "" : ` ${key}`}`;
}
