/**
 * The text of a file as kubectl reads it: UTF-16 where a byte order mark says so, as PowerShell's `>` writes it, UTF-8
 * otherwise (cli-runtime, resource/visitor.go). The mark is no part of the text.
 */
export function decodeText(bytes: Buffer): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return bytes.subarray(2).toString("utf16le");
  if (first === 0xfe && second === 0xff) {
    const whole = bytes.subarray(2, bytes.length - (bytes.length % 2));
    return Buffer.from(whole).swap16().toString("utf16le");
  }
  const text = bytes.toString("utf8");
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}
