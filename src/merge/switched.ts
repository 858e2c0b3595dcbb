import type { SettingKind } from "./setting-kind.ts";

interface Switch {
  readonly kind: SettingKind;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Nothing set means BIRD: CALICO_NETWORKING_BACKEND=bird, before v1.6 CALICO_NETWORKING=true. */
export function isOtherBackend({ kind, before, after }: Switch): boolean {
  return kind === "backend" && [before, after].some((value) => !/^(|bird|true)$/.test(textOf(value)));
}

/** On where it was off, or off where it was on. */
export function isSwitched({ before, after }: Pick<Switch, "before" | "after">): boolean {
  return isOn(before) !== isOn(after);
}

export function isOn(value: unknown): boolean {
  return !/^(|never|none|off|false)$/i.test(textOf(value).trim());
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
