import { userError } from "../../errors.ts";
import type { Strategy } from "../../model/daemonset.ts";
import type { KubeObject } from "../../model/kube.ts";
import { clientSideApplyManager, pinnedAnnotation } from "../../model/names.ts";
import type { TemplateFacts } from "../../model/template.ts";
import type { Write } from "../../model/write.ts";
import type { TemplateGoal } from "../../plan/node/goal.ts";
import type { NodeOptions } from "./options.ts";
import type { Prepared } from "./prepare.ts";

export interface FileTemplate {
  readonly name: string;
}
export async function readTemplate(
  path: string,
  _readFile: (path: string) => Promise<string>,
): Promise<FileTemplate> {
  throw userError(`-f ${path}: not there yet`);
}
export async function templateGoal(
  _p: Prepared,
  _f: FileTemplate,
  _o: NodeOptions,
  _warn: (text: string) => void,
): Promise<TemplateGoal & { readonly facts: TemplateFacts }> {
  throw userError("not there yet");
}
export function restoreOf(
  prepared: Prepared,
  _template: unknown,
): (live: KubeObject, strategy: Strategy) => readonly Write[] {
  return (live, strategy) => [
    {
      verb: "patch",
      ref: {
        ...prepared.places.daemonSets,
        namespace: prepared.chosen.namespace,
        name: prepared.chosen.name,
      },
      patch: "merge",
      fieldManager: clientSideApplyManager,
      body: {
        metadata: {
          resourceVersion: live.metadata.resourceVersion,
          annotations: { [pinnedAnnotation]: null },
        },
        spec: { updateStrategy: strategy },
      },
    },
  ];
}
