import { execFile } from "node:child_process";
import { cp, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export interface Finding {
  /** Path below the linted folder, with slashes. */
  readonly file: string;
  readonly line: number;
  /** guards(imports), eslint(no-restricted-globals), … */
  readonly rule: string;
  readonly message: string;
}

interface Report {
  diagnostics: { code: string; message: string; filename: string; labels: { span: { line: number } }[] }[];
}

const root = join(import.meta.dirname, "../../..");

/** Lints a copy of `folder` (it holds `src`) with the project's own rules, as if it were the project. */
export async function lintAsProject(folder: string): Promise<Finding[]> {
  const around = await realpath(await mkdtemp(join(tmpdir(), "guards-")));
  const copy = join(around, "project");
  try {
    await cp(folder, copy, { recursive: true });
    // Beside the copy, not in it: the linter would walk through it.
    await symlink(join(root, "node_modules"), join(around, "node_modules"), "junction");
    await cp(join(root, "scripts/lint"), join(copy, "scripts/lint"), { recursive: true });
    const config = pathToFileURL(join(root, "oxlint.config.ts")).href;
    await writeFile(
      join(copy, "oxlint.config.ts"),
      `import config from ${JSON.stringify(config)};\nexport default { ...config, ignorePatterns: ["scripts"] };\n`,
    );
    const report = await oxlint(copy);
    return report.diagnostics.map(({ code, message, filename, labels }) => ({
      file: filename.replaceAll("\\", "/"),
      line: labels[0]?.span.line ?? 0,
      rule: code,
      message,
    }));
  } finally {
    await rm(around, { recursive: true, force: true });
  }
}

/** The linter ends with 1 when it found something, so only an unreadable answer is a failure. */
function oxlint(cwd: string): Promise<Report> {
  return new Promise((resolve, reject) => {
    const bin = join(root, "node_modules/oxlint/bin/oxlint");
    execFile(process.execPath, [bin, "-f", "json"], { cwd, maxBuffer: 64e6 }, (_failed, out, err) => {
      try {
        resolve(JSON.parse(out) as Report);
      } catch {
        reject(new Error(`the linter gave no report: ${out}${err}`));
      }
    });
  });
}
