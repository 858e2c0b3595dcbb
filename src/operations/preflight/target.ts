import { ruleError } from "../../errors.ts";
import { procedureFor } from "../../facts/procedure.ts";
import { fileFacts } from "../../manifest/file-facts.ts";
import type { Reading } from "../../model/reading.ts";
import type { PreflightFacts } from "../../preflight/facts.ts";
import type { TargetManifest } from "../../preflight/subject.ts";
import type { Version } from "../../releases/version.ts";
import { refuseMismatch, type PlanFile } from "../plan/file.ts";

/** Where a cluster is to go, as the flags say it; both undefined: nowhere. */
export interface UpgradeTarget {
  readonly to: Reading<Version> | undefined;
  readonly file: PlanFile | undefined;
}

export function manifestOf(file: PlanFile | undefined): TargetManifest | undefined {
  return file === undefined
    ? undefined
    : { objects: file.objects, facts: fileFacts(file.objects, "kube-system") };
}

/** What the file is for and what runs have to go together; throws where they surely do not (P12). */
export function refuseOther(file: PlanFile, { install, running, datastore }: PreflightFacts): void {
  if (!install.known) return;
  const operators = install.value.kind === "operator";
  if (operators && file.set !== undefined) {
    const procedure = procedureFor(install.value) ?? "";
    throw ruleError(
      "P12",
      `${file.path} is a hosted manifest, and the operator runs this Calico: it would make a second one; ${procedure}`,
    );
  }
  if (operators || !running.known || !datastore.known) return;
  refuseMismatch(file, { from: running.value.oldest, datastore: datastore.value });
}
