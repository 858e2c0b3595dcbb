import { printedCommands } from "./commands-rule.ts";
import { imports } from "./imports-rule.ts";
import { output } from "./output-rule.ts";

// The linter asks for a default export here.
export default { meta: { name: "guards" }, rules: { imports, output, commands: printedCommands } };
