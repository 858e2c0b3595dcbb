// Written by scripts/write-checks.ts from the files beside it; change those, not this.
import type { BadRelease } from "../bad-releases.ts";
import { r01 } from "./r01-v2.6.0.ts";
import { r02 } from "./r02-v2.6.0-no-match.ts";
import { r03 } from "./r03-v2.6.4.ts";
import { r04 } from "./r04-v2.2.0.ts";
import { r05 } from "./r05-v2.1.0.ts";
import { r06 } from "./r06-v3.0.0.ts";
import { r07 } from "./r07-v3.7.1.ts";
import { r08 } from "./r08-v3.15.0.ts";
import { r09 } from "./r09-v3.16.0.ts";
import { r10 } from "./r10-v3.16.8.ts";
import { r11 } from "./r11-v3.22.1-canal.ts";
import { r12 } from "./r12-v3.22-ebpf.ts";
import { r13 } from "./r13-v3.23.2-typha.ts";
import { r14 } from "./r14-v3.27.1.ts";
import { r15 } from "./r15-v3.28.4.ts";
import { r16 } from "./r16-v3.29.0.ts";
import { r17 } from "./r17-v3.30-ebpf-vxlan.ts";
import { r18 } from "./r18-v3.27.2-arm64.ts";
import { r19 } from "./r19-v3.20.5-arm64.ts";
import { r20 } from "./r20-v3.28-ipv6-vxlan.ts";
import { r21 } from "./r21-v3.28.0-ebpf.ts";
import { r22 } from "./r22-v3.28.0-vxlan-checksum.ts";
import { r23 } from "./r23-v3.29.0-vxlan-borrowed.ts";
import { r24 } from "./r24-v3.30-ebpf-kernel.ts";
import { r25 } from "./r25-v3.30-etcd-controller.ts";
import { r26 } from "./r26-v3.31-ebpf-programs.ts";
import { r27 } from "./r27-v3.31-nftables.ts";
import { r28 } from "./r28-v3.32.0-s390x.ts";
import { r29 } from "./r29-v3.22.0-ipset.ts";

export const badReleases: readonly BadRelease[] = [
  r01,
  r02,
  r03,
  r04,
  r05,
  r06,
  r07,
  r08,
  r09,
  r10,
  r11,
  r12,
  r13,
  r14,
  r15,
  r16,
  r17,
  r18,
  r19,
  r20,
  r21,
  r22,
  r23,
  r24,
  r25,
  r26,
  r27,
  r28,
  r29,
];
