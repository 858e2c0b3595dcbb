/** The data directory of a PE file that names its certificates. */
const certificates = 4;

/**
 * Takes the Authenticode signature off a 64-bit Windows executable: it is Node's, and what is put into the
 * file later would make it an invalid one, which is worse than none.
 *
 * @throws Error for anything but a 64-bit PE file with its certificates at the end.
 */
export function withoutSignature(file: Buffer): Buffer {
  const header = file.readUInt32LE(0x3c);
  const optional = header + 24;
  if (file.toString("latin1", header, header + 4) !== "PE\0\0" || file.readUInt16LE(optional) !== 0x20b) {
    throw new Error("not a 64-bit PE file");
  }
  const entry = optional + 112 + certificates * 8;
  const at = file.readUInt32LE(entry);
  const size = file.readUInt32LE(entry + 4);
  if (size === 0) return file;
  if (at + size !== file.length) throw new Error("the certificates are not at the end of the file");
  const unsigned = Buffer.from(file.subarray(0, at));
  unsigned.fill(0, entry, entry + 8);
  // The checksum in the header; Windows looks at it for drivers only.
  unsigned.writeUInt32LE(0, optional + 64);
  return unsigned;
}
