import { maskChange } from "../model/mask.ts";
import type { Evidence } from "./finding.ts";
import type { Setting } from "./settings.ts";

type ShownSetting = Pick<Setting, "object" | "field" | "path" | "variable" | "before" | "after">;

/** `DaemonSet kube-system/calico-node containers[name="calico-node"].livenessProbe.timeoutSeconds: 60 -> 10`. */
export function settingText(setting: ShownSetting): string {
  return `${placeOf(setting)}: ${changeText(setting)}`;
}

/** `… containers[name="calico-node"].env[name="IP"]: autodetect`: what it is, and so what the file has to have. */
export function keptText(setting: ShownSetting): string {
  return `${placeOf(setting)}: ${valueText(shown(setting).before)}`;
}

export function settingEvidence(setting: ShownSetting): Evidence {
  return { object: setting.object, field: setting.field, value: changeText(setting) };
}

function placeOf({ object, field }: ShownSetting): string {
  return `${object} ${short(field)}`;
}

function changeText(setting: ShownSetting): string {
  const { before, after } = shown(setting);
  return `${valueText(before)} -> ${valueText(after)}`;
}

/** What looks like a secret is masked, by the name that it has as a variable or as a key of a ConfigMap. */
function shown({ variable, path, before, after }: ShownSetting): {
  readonly before: unknown;
  readonly after: unknown;
} {
  const name = variable ?? (path[0] === "data" ? path.at(-1) : undefined) ?? "";
  const masked = maskChange({ data: { [name]: before } }, { data: { [name]: after } });
  return { before: masked.before.data[name], after: masked.after.data[name] };
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
