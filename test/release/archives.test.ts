/** What is published, as a user gets it: archives, checksums, the list of what is inside. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stripElf } from "../../scripts/build/elf.ts";
import { executableName, platforms } from "../../scripts/build/platforms.ts";
import { imageName } from "../../scripts/oci/image.ts";
import { archiveName } from "../../scripts/release/archive.ts";
import { readMachO } from "./mach-o.ts";
import { archivePath, image, made, release, root, sha256, unpacked, version } from "./released.ts";

describe.each(made)("$os/$arch", (platform) => {
  let executable = "";

  beforeAll(() => {
    executable = unpacked(platform);
  });

  afterAll(() => {
    rmSync(dirname(executable), { recursive: true, force: true });
  });

  test("its archive is no larger than 45,000,000 bytes", () => {
    expect(statSync(archivePath(platform)).size).toBeLessThanOrEqual(45_000_000);
  });

  test("it holds the executable, LICENSE and the licences of what is inside, nothing else", () => {
    const names = [executableName(platform), "LICENSE", "THIRD-PARTY-LICENSES.txt"];
    expect(readdirSync(dirname(executable)).sort()).toEqual(names.sort());
    expect(readFileSync(join(dirname(executable), "LICENSE"), "utf8")).toContain("Apache License");
    const notices = readFileSync(join(dirname(executable), "THIRD-PARTY-LICENSES.txt"), "utf8");
    expect(notices).toContain("clipanion");
    expect(notices).toContain("Node.js is licensed for use as follows");
  });

  test("the program is inside, and switched on", () => {
    const file = readFileSync(executable);
    expect(file.includes("NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1")).toBe(true);
    expect(file.includes("kubectl calico-upgrade")).toBe(true);
  });

  test("nothing in it names the folder where it was built", () => {
    const file = readFileSync(executable);
    expect([root, tmpdir() + "/executable-", "/.pkg-cache/"].filter((path) => file.includes(path))).toEqual(
      [],
    );
  });

  test.runIf(platform.os !== "windows")("whoever unpacks it may run it", () => {
    expect(statSync(executable).mode & 0o777).toBe(0o755);
  });

  test.runIf(platform.os === "windows")("it carries no signature that Windows would call broken", () => {
    const file = readFileSync(executable);
    const optional = file.readUInt32LE(0x3c) + 24;
    expect(file.readBigUInt64LE(optional + 112 + 4 * 8)).toBe(0n);
    expect(file.includes(Buffer.from("NODE_SEA_BLOB", "utf16le"))).toBe(true);
  });

  test.runIf(platform.os === "darwin")("macOS finds every page and every slot as it was signed", () => {
    const file = readFileSync(executable);
    const { segments, signatureOffset, signatureSize, codeDirectories, entitlements } = readMachO(file);
    expect(codeDirectories.length).toBeGreaterThan(0);
    for (const directory of codeDirectories) {
      expect(directory).toMatchObject({ codeLimit: signatureOffset, wrongPages: [], wrongSlots: [] });
      expect(directory.pages).toBeGreaterThan(20_000);
      // CS_ADHOC.
      expect(directory.flags & 2).toBe(2);
    }
    // V8 makes code while it runs.
    expect(entitlements).toContain("com.apple.security.cs.allow-jit");
    // The signature is the last thing in the file, within __LINKEDIT.
    expect(signatureOffset + signatureSize).toBe(file.length);
    const last = segments.at(-1);
    expect(last?.name).toBe("__LINKEDIT");
    expect((last?.fileOffset ?? 0) + (last?.fileSize ?? 0)).toBe(file.length);
    expect(segments.map(({ name }) => name)).toContain("NODE_SEA");
  });

  test.runIf(platform.os === "darwin")("a changed byte in it would be noticed", () => {
    const file = readFileSync(executable);
    file.writeUInt8(file.readUInt8(50_000_000) ^ 1, 50_000_000);
    for (const { wrongPages } of readMachO(file).codeDirectories) expect(wrongPages).toHaveLength(1);
  });
});

test("the checksums are those of the files", () => {
  const lines = readFileSync(join(release, "SHA256SUMS"), "utf8").trim().split("\n");
  expect(lines.map((line) => line.split("  ")[1])).toEqual([
    ...made.map((platform) => archiveName(platform)),
    "calico-upgrade.cdx.json",
    ...(existsSync(image) ? [imageName] : []),
  ]);
  for (const line of lines) {
    const [sum, name = ""] = line.split("  ");
    expect(sum).toBe(sha256(join(release, name)));
  }
});

describe("the bill of materials", () => {
  const bill = JSON.parse(readFileSync(join(release, "calico-upgrade.cdx.json"), "utf8")) as {
    metadata: { component: { version: string } };
    components: {
      name: string;
      version: string;
      "bom-ref": string;
      hashes?: unknown[];
      licenses?: unknown[];
    }[];
    dependencies: { ref: string; dependsOn?: string[] }[];
  };

  test("it is what CycloneDX 1.6 says it is", () => {
    const schemas = join(root, "node_modules/@cyclonedx/cyclonedx-library/res/schema");
    const read = (name: string): Record<string, unknown> =>
      JSON.parse(readFileSync(join(schemas, `${name}.SNAPSHOT.schema.json`), "utf8")) as Record<
        string,
        unknown
      >;
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    // The copies in the package refer to each other by their file names.
    for (const name of ["spdx", "jsf-0.82"]) {
      const { $id, ...schema } = read(name);
      expect($id).toContain(name);
      ajv.addSchema(schema, `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
    }
    const validate = ajv.compile(read("bom-1.6"));
    expect([validate(bill), validate.errors]).toEqual([true, null]);
  });

  test("it names the five Nodes and the libraries, each once, with checksum and licence", () => {
    const names = bill.components.map(({ name }) => name);
    for (const { runtime } of platforms) expect(names).toContain(runtime);
    for (const name of ["clipanion", "yaml", "semver", "client-node"]) expect(names).toContain(name);
    expect(new Set(bill.components.map((each) => each["bom-ref"])).size).toBe(bill.components.length);
    expect(
      bill.components.filter(({ hashes, licenses }) => hashes === undefined || licenses === undefined),
    ).toEqual([]);
    expect(bill.metadata.component.version).toBe(version);
  });
});

test.runIf(process.platform === "linux")("stripping leaves every byte that is loaded where it was", () => {
  const file = readFileSync(process.execPath);
  const stripped = stripElf(file);
  expect(stripped.length).toBeLessThan(file.length - 10_000_000);
  const programHeaders = Number(file.readBigUInt64LE(32));
  let loaded = 0;
  for (let index = 0; index < file.readUInt16LE(56); index += 1) {
    const at = programHeaders + index * 56;
    if (file.readUInt32LE(at) !== 1) continue;
    const from = Number(file.readBigUInt64LE(at + 8));
    const to = from + Number(file.readBigUInt64LE(at + 32));
    // The ELF header, in which the place of the table of sections stands, is loaded too.
    const same = file.subarray(Math.max(64, from), to).equals(stripped.subarray(Math.max(64, from), to));
    expect(same).toBe(true);
    loaded += 1;
  }
  expect(loaded).toBeGreaterThan(1);
});

test("a second build, elsewhere and at another hour, gives the same bytes", () => {
  const key = readFileSync(join(release, "SHA256SUMS"), "utf8");
  // It takes minutes: once for each set of archives. The image names the commit, and image.test.ts makes it again.
  const archives = key.split("\n").filter((line) => !line.endsWith(imageName));
  const stamp = join(root, "dist/reproduced");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === archives.join("\n")) return;
  const folder = mkdtempSync(join(tmpdir(), "second-"));
  try {
    const script = join(root, "scripts/release.ts");
    const line = `umask 077; exec "$0" "$1" --partial --output "$2"`;
    execFileSync("bash", ["-c", line, process.execPath, script, join(folder, "release")], {
      cwd: root,
      env: { ...process.env, TZ: "Asia/Kathmandu", TMPDIR: folder, LANG: "C" },
      stdio: ["ignore", "inherit", "inherit"],
    });
    expect(readFileSync(join(folder, "release/SHA256SUMS"), "utf8")).toBe(key);
    writeFileSync(stamp, archives.join("\n"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
