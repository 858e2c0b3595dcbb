/**
 * Reads what macOS reads of an executable before it runs it: segments, and the code signature with the hash
 * of every page. Written from Apple's published headers (mach-o/loader.h, kern/cs_blobs.h), and not with the
 * tool that signs.
 */
import { createHash } from "node:crypto";

export interface Segment {
  readonly name: string;
  readonly fileOffset: number;
  readonly fileSize: number;
}

export interface CodeDirectory {
  readonly identifier: string;
  readonly flags: number;
  readonly codeLimit: number;
  readonly pages: number;
  /** Indexes of pages whose hash is another. */
  readonly wrongPages: readonly number[];
  /** Slots (2 requirements, 5 entitlements, 7 entitlements as DER) whose blob has another hash or is missing. */
  readonly wrongSlots: readonly number[];
}

export interface MachO {
  readonly segments: readonly Segment[];
  readonly signatureOffset: number;
  readonly signatureSize: number;
  readonly codeDirectories: readonly CodeDirectory[];
  readonly entitlements: string;
}

const segment64 = 0x19;
const codeSignature = 0x1d;

export function readMachO(file: Buffer): MachO {
  if (file.readUInt32LE(0) !== 0xfeedfacf) throw new Error("not a 64-bit Mach-O file");
  const segments: Segment[] = [];
  let signature: { offset: number; size: number } | undefined;
  let at = 32;
  for (let left = file.readUInt32LE(16); left > 0; left -= 1) {
    const command = file.readUInt32LE(at);
    if (command === segment64) {
      segments.push({
        name: file.toString("latin1", at + 8, at + 24).replace(/\0+$/, ""),
        fileOffset: Number(file.readBigUInt64LE(at + 40)),
        fileSize: Number(file.readBigUInt64LE(at + 48)),
      });
    } else if (command === codeSignature) {
      signature = { offset: file.readUInt32LE(at + 8), size: file.readUInt32LE(at + 12) };
    }
    at += file.readUInt32LE(at + 4);
  }
  if (signature === undefined) throw new Error("there is no code signature");
  const blobs = readBlobs(file.subarray(signature.offset, signature.offset + signature.size));
  return {
    segments,
    signatureOffset: signature.offset,
    signatureSize: signature.size,
    codeDirectories: [...blobs]
      // 0 is the first one; from 0x1000 on are those with other hashes.
      .filter(([slot]) => slot === 0 || (slot >= 0x1000 && slot < 0x1005))
      .map(([, blob]) => readCodeDirectory(file, blob, blobs)),
    entitlements: blobs.get(5)?.toString("utf8", 8) ?? "",
  };
}

/** The blobs of the signature by slot. Everything in it is big-endian. */
function readBlobs(signature: Buffer): ReadonlyMap<number, Buffer> {
  if (signature.readUInt32BE(0) !== 0xfade0cc0) throw new Error("the signature is no superblob");
  const blobs = new Map<number, Buffer>();
  for (let index = 0; index < signature.readUInt32BE(8); index += 1) {
    const slot = signature.readUInt32BE(12 + index * 8);
    const offset = signature.readUInt32BE(16 + index * 8);
    blobs.set(slot, signature.subarray(offset, offset + signature.readUInt32BE(offset + 4)));
  }
  return blobs;
}

function readCodeDirectory(file: Buffer, blob: Buffer, blobs: ReadonlyMap<number, Buffer>): CodeDirectory {
  if (blob.readUInt32BE(0) !== 0xfade0c02) throw new Error("not a code directory");
  const hashOffset = blob.readUInt32BE(16);
  const identOffset = blob.readUInt32BE(20);
  const specialSlots = blob.readUInt32BE(24);
  const pages = blob.readUInt32BE(28);
  const codeLimit = blob.readUInt32BE(32);
  const hashSize = blob.readUInt8(36);
  const algorithm = new Map([
    [1, "sha1"],
    [2, "sha256"],
  ]).get(blob.readUInt8(37));
  if (algorithm === undefined) throw new Error(`hash type ${blob.readUInt8(37)}`);
  const pageSize = 2 ** blob.readUInt8(39);
  const hashAt = (slot: number): Buffer =>
    blob.subarray(hashOffset + slot * hashSize, hashOffset + (slot + 1) * hashSize);
  const isHashOf = (bytes: Buffer, slot: number): boolean =>
    createHash(algorithm).update(bytes).digest().subarray(0, hashSize).equals(hashAt(slot));

  const wrongPages: number[] = [];
  for (let page = 0; page < pages; page += 1) {
    const bytes = file.subarray(page * pageSize, Math.min((page + 1) * pageSize, codeLimit));
    if (!isHashOf(bytes, page)) wrongPages.push(page);
  }
  const wrongSlots: number[] = [];
  for (let slot = 1; slot <= specialSlots; slot += 1) {
    const empty = hashAt(-slot).every((byte) => byte === 0);
    const content = blobs.get(slot);
    if (content === undefined ? !empty : !isHashOf(content, -slot)) wrongSlots.push(slot);
  }
  return {
    identifier: blob.toString("latin1", identOffset, blob.indexOf(0, identOffset)),
    flags: blob.readUInt32BE(12),
    codeLimit,
    pages: pages * pageSize >= codeLimit ? pages : -1,
    wrongPages,
    wrongSlots,
  };
}
