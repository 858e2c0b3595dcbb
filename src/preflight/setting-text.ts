import type { Evidence } from "./finding.ts";
import type { Setting } from "./settings.ts";

/** `DaemonSet kube-system/calico-node containers[name="calico-node"].livenessProbe.timeoutSeconds: 60 -> 10`. */
export function settingText({
  object,
  field,
  before,
  after,
}: Pick<Setting, "object" | "field" | "before" | "after">): string {
  return `${object} ${short(field)}: ${valueText(before)} -> ${valueText(after)}`;
}

/** `… stays interface=eth1`. */
export function keptText({ object, field, before }: Setting): string {
  return `${object} ${short(field)}: ${valueText(before)}`;
}

export function settingEvidence({ object, field, before, after }: Setting): Evidence {
  return { object, field, value: `${valueText(before)} -> ${valueText(after)}` };
}

/** How the file gets what the cluster has. */
export function settingFix({ object, field, before }: Setting): string {
  return `${object} ${short(field)}: ${valueText(before)}`;
}

function short(field: string): string {
  return field.replace(/^spec\.template\.spec\./, "");
}

function valueText(value: unknown): string {
  if (value === undefined || value === null || value === "") return "not set";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const line = text.split(/\s+/).join(" ").trim();
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}
