import { expect, test } from "vitest";
import { isImageReference } from "../../../src/model/image.ts";

test.each([
  "calico-upgrade",
  "library/calico-upgrade:v1",
  "registry.example:5000/team/calico-upgrade:v1.2-rc.1",
  "localhost/calico_upgrade",
  "[2001:db8::1]:5000/calico-upgrade:v1",
  `registry.example/calico-upgrade@sha256:${"a".repeat(64)}`,
])("%s is taken for the image that a runtime would pull", (text) => {
  expect(isImageReference(text)).toBe(true);
});

test.each([
  "",
  "Calico",
  "calico upgrade",
  "https://registry.example/calico-upgrade",
  "registry.example/calico-upgrade:",
  "registry.example/calico-upgrade@sha256:abc",
  "../calico-upgrade",
  "calico-upgrade:v1\n",
  `a/${"b".repeat(500)}`,
])("%j would be a pod that never starts", (text) => {
  expect(isImageReference(text)).toBe(false);
});
