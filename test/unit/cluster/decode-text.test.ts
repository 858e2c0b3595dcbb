import { expect, test } from "vitest";
import { decodeText } from "../../../src/cluster/decode-text.ts";

const text = "kind: ConfigMap # Größe 😀\n";
const bigEndian = (of: string): Buffer => Buffer.from(of, "utf16le").swap16();

test.each([
  ["UTF-8", Buffer.from(text)],
  ["UTF-8 with its mark", Buffer.from(`\uFEFF${text}`)],
  ["UTF-16 as PowerShell's > writes it", Buffer.from(`\uFEFF${text}`, "utf16le")],
  ["UTF-16, the other way round", bigEndian(`\uFEFF${text}`)],
])("a manifest in %s is read as kubectl reads it", (_encoding, bytes) => {
  expect(decodeText(bytes)).toBe(text);
});

test("half a character at the end does not cost the text before it", () => {
  expect(decodeText(Buffer.concat([bigEndian("\uFEFFa"), Buffer.from([0])]))).toBe("a");
});
