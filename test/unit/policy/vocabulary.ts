/** What generated clusters are made of: few words each, so that policies and pods meet. */
export interface Vocabulary {
  readonly keys: readonly string[];
  readonly values: readonly string[];
  /** Of blocks and of what they leave out: in each other, apart, equal. */
  readonly cidrs: readonly string[];
  readonly podAddresses: readonly string[];
  /** Of dual-stack pods. */
  readonly secondAddresses: readonly string[];
  /** Outside of the cluster. */
  readonly outside: readonly string[];
  /** Of rules, by number; a range goes from one to the next. */
  readonly rulePorts: readonly number[];
  readonly containerPorts: readonly number[];
  /** Those that are looked at. */
  readonly portNumbers: readonly number[];
}

export const plain: Vocabulary = {
  keys: ["app", "tier"],
  values: ["a", "b", "c"],
  cidrs: [
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.1.2.0/24",
    "10.1.2.3/32",
    "192.168.0.0/16",
    "0.0.0.0/0",
    "fd00::/8",
  ],
  podAddresses: ["10.1.2.3", "10.1.2.4", "10.2.0.1", "192.168.3.3"],
  secondAddresses: ["fd00::7", "fc00::7"],
  outside: ["10.0.0.1", "10.1.2.3", "10.1.9.9", "192.168.0.7", "8.8.8.8", "fd00::1"],
  rulePorts: [80, 81, 90, 443],
  containerPorts: [80, 90, 443],
  portNumbers: [79, 80, 81, 90, 443, 444],
};

/**
 * The edges of everything: names that are also properties of every JavaScript object, values as long as may
 * be and empty ones, both halves and the whole of an address space, single addresses, host bits in a block,
 * the first and the last port and one that is none, pods of IPv6 alone.
 */
export const odd: Vocabulary = {
  keys: ["constructor", `${"long.".repeat(50)}io/${"k".repeat(63)}`],
  values: ["", "v".repeat(63), "toString"],
  cidrs: [
    "0.0.0.0/0",
    "::/0",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "10.1.2.3/9",
    "10.1.2.3/32",
    "255.255.255.255/32",
    "fd00::/8",
    "fd00::7/128",
    "fd00::7/9",
  ],
  podAddresses: ["10.1.2.3", "fd00::7", "fc00::7", "200.0.0.1"],
  secondAddresses: ["fd00::7", "255.255.255.255"],
  outside: ["0.0.0.0", "10.1.2.3", "127.255.255.255", "128.0.0.0", "255.255.255.255", "::1", "fd80::7"],
  rulePorts: [0, 1, 2, 65_534, 65_535],
  containerPorts: [1, 65_535],
  portNumbers: [1, 2, 3, 65_533, 65_534, 65_535],
};
