/**
 * Takes the symbol tables out of an ELF executable, as `strip` does: 4 MB less in each Linux archive. Our
 * own because binutils strips only what it was built for, and this works for both Linux platforms anywhere.
 *
 * What the kernel and the dynamic linker read lies in segments and stays where it is. The sections that
 * are not loaded (SHF_ALLOC is not set) stand behind it in the file: they go, and a new table of the ones
 * that stay is written at the end.
 */

const headerSize = 64;
const loadedFlag = 2n;
const noBits = 8;

interface Section {
  readonly bytes: Buffer;
  readonly name: string;
  readonly type: number;
  readonly loaded: boolean;
  readonly end: number;
}

/** @throws Error for anything but a little-endian 64-bit ELF file. */
export function stripElf(file: Buffer): Buffer {
  if (file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1) {
    throw new Error("not a little-endian 64-bit ELF file");
  }
  const sections = readSections(file);
  const kept = sections.filter(({ type, loaded }) => type === 0 || loaded);
  const end = Math.max(...kept.filter(({ type }) => type !== noBits && type !== 0).map(({ end }) => end));

  const names = Buffer.from(["", ...kept.slice(1).map(({ name }) => name), ".shstrtab", ""].join("\0"));
  const namesAt = end;
  const tableAt = Math.ceil((namesAt + names.length) / 8) * 8;
  const newIndex = new Map(kept.map((section, index) => [sections.indexOf(section), index]));
  const entries = kept.map((section) => {
    const entry = Buffer.from(section.bytes);
    if (section.type !== 0) entry.writeUInt32LE(names.indexOf(`\0${section.name}\0`) + 1, 0);
    const link = entry.readUInt32LE(40);
    entry.writeUInt32LE(newIndex.get(link) ?? 0, 40);
    return entry;
  });
  const namesEntry = Buffer.alloc(headerSize);
  namesEntry.writeUInt32LE(names.indexOf("\0.shstrtab\0") + 1, 0);
  namesEntry.writeUInt32LE(3, 4);
  namesEntry.writeBigUInt64LE(BigInt(namesAt), 24);
  namesEntry.writeBigUInt64LE(BigInt(names.length), 32);
  namesEntry.writeBigUInt64LE(1n, 48);

  const stripped = Buffer.concat([
    file.subarray(0, end),
    names,
    Buffer.alloc(tableAt - namesAt - names.length),
    ...entries,
    namesEntry,
  ]);
  stripped.writeBigUInt64LE(BigInt(tableAt), 40);
  stripped.writeUInt16LE(entries.length + 1, 60);
  stripped.writeUInt16LE(entries.length, 62);
  return stripped;
}

function readSections(file: Buffer): Section[] {
  const at = Number(file.readBigUInt64LE(40));
  const count = file.readUInt16LE(60);
  const entry = (index: number): Buffer =>
    file.subarray(at + index * headerSize, at + (index + 1) * headerSize);
  const namesAt = Number(entry(file.readUInt16LE(62)).readBigUInt64LE(24));
  return Array.from({ length: count }, (_, index) => {
    const bytes = entry(index);
    const nameAt = namesAt + bytes.readUInt32LE(0);
    return {
      bytes,
      name: file.toString("latin1", nameAt, file.indexOf(0, nameAt)),
      type: bytes.readUInt32LE(4),
      loaded: (bytes.readBigUInt64LE(8) & loadedFlag) !== 0n,
      end: Number(bytes.readBigUInt64LE(24) + bytes.readBigUInt64LE(32)),
    };
  });
}
