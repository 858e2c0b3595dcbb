import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import type { FileTemplate } from "../node/template.ts";
import type { Migration } from "./migrations.ts";
import type { MakeTemplate } from "./nodes.ts";
import type { ApplyOptions } from "../../commands/apply/options.ts";
import type { Saving } from "./save.ts";
import type { Scene, Target } from "./scene.ts";

/** What every step of a run is given. */
export interface ApplyRunContext {
  readonly connection: Connection;
  readonly context: AppContext;
  readonly scene: Scene;
  readonly options: ApplyOptions;
  readonly make: MakeTemplate;
  readonly file: FileTemplate;
  readonly recreated: readonly Target[];
  readonly saving: Saving | undefined;
  readonly migrations: readonly Migration[];
}

/** Mutation lines are the result; in another format that stands alone. */
export function isLines({ output }: Pick<ApplyOptions, "output">): boolean {
  return output.format === "table" || output.format === "wide";
}
