import { subjectKind, type SettingKind } from "../merge/setting-kind.ts";
import type { FieldChange } from "../merge/settings.ts";
import { isOtherBackend, isSwitched } from "../merge/switched.ts";
import type { KubeObject } from "../model/kube.ts";

/**
 * What upstream's new manifest does to an install that nobody has customised and that is not of the same kind: it is
 * upstream's and no setting of yours, and a network is not to change without a word.
 */
export function switchNote({ kind: object }: KubeObject, change: FieldChange): string | undefined {
  if (change.group !== "upstream") return undefined;
  const kind = subjectKind(object, change);
  const what = switches[kind];
  if (what === undefined || !isSwitch(kind, change)) return undefined;
  const [before, after] = [change.base, change.after].map(textOf);
  return `${before} -> ${after}, by the new manifest: ${what}`;
}

function isSwitch(kind: SettingKind, change: FieldChange): boolean {
  if (kind === "backend") return isOtherBackend({ ...change, kind });
  // How a first pool would be made: releases began to write it down, and left it out again.
  if (kind === "encapsulation" && (change.base === undefined || change.after === undefined)) return false;
  return isSwitched(change);
}

function textOf(value: unknown): string {
  return typeof value === "string" && value !== ""
    ? value
    : value === undefined
      ? "not set"
      : JSON.stringify(value);
}

const network = "traffic between nodes is carried in another way (M10)";
const datastore = "the datastore is another one (M02)";
const switches: Readonly<Partial<Record<SettingKind, string>>> = {
  backend: network,
  encapsulation: network,
  dataplane: "the dataplane is another one (M10)",
  typha: "Typha is switched on or off (M12)",
  datastore,
  etcd: datastore,
};
