import { defineConfig } from "oxlint";
import { guards } from "./scripts/lint/guards.ts";

export default defineConfig({
  plugins: ["eslint", "typescript", "unicorn", "oxc", "import", "node", "promise", "vitest"],
  jsPlugins: ["./scripts/lint/rules.ts"],
  categories: { correctness: "error", suspicious: "error" },
  options: { typeAware: true },
  ignorePatterns: ["dist", "test/unit/guards/fixtures"],
  rules: {
    "import/no-cycle": "error",
    "import/no-default-export": "error",
    "import/no-duplicates": "error",
    "oxc/no-barrel-file": ["error", { threshold: 0 }],
    "unicorn/prefer-node-protocol": "error",
    "eslint/eqeqeq": "error",
    "eslint/no-var": "error",
    "eslint/prefer-const": "error",
    "eslint/no-else-return": "error",
    "typescript/consistent-type-imports": "error",
    "typescript/no-explicit-any": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/no-misused-promises": "error",
    "typescript/switch-exhaustiveness-check": "error",
    // Errors are plain objects told apart by `kind`; raw JSON gets its type where it enters.
    "typescript/only-throw-error": "off",
    "typescript/no-unsafe-type-assertion": "off",
    // A name that says what is shadowed costs more than it gains in small functions.
    "eslint/no-shadow": "off",
    "import/no-unassigned-import": "off",
    // The compiler asks for a return where one is missing, and knows a switch that covers everything.
    "typescript/consistent-return": "off",
    // isTTY is typed boolean and is undefined on anything else.
    "typescript/no-unnecessary-type-conversion": "off",
    "unicorn/no-useless-length-check": "off",
    // A test may assert through a function of its own, and in a branch that its table chose.
    "vitest/expect-expect": "off",
    "vitest/no-conditional-expect": "off",
    // vitest takes a message as the second argument.
    "vitest/valid-expect": ["error", { maxArgs: 2 }],
    // Order is the point: one write, then a look; a page names the next. What may go side by side uses
    // Promise.all, or cluster/limit.ts.
    "eslint/no-await-in-loop": "off",
    // A helper may stand beside its only user.
    "unicorn/consistent-function-scoping": "off",
    // Sorting a fresh copy harms nobody.
    "unicorn/no-array-sort": "off",
  },
  overrides: [
    ...guards(),
    // The tools that read these files ask for a default export.
    { files: ["*.config.ts", "scripts/lint/rules.ts"], rules: { "import/no-default-export": "off" } },
  ],
});
