/**
 * What the connection flags said (kubectl's ConfigFlags): each overrides the kubeconfig. Not given
 * is undefined, and so is empty.
 */
export interface ConnectionSettings {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly cluster: string | undefined;
  readonly user: string | undefined;
  readonly namespace: string | undefined;
  readonly server: string | undefined;
  readonly token: string | undefined;
  readonly clientCertificate: string | undefined;
  readonly clientKey: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly certificateAuthority: string | undefined;
  readonly insecureSkipTlsVerify: boolean;
  readonly tlsServerName: string | undefined;
  readonly as: string | undefined;
  readonly asUid: string | undefined;
  readonly asGroup: readonly string[];
  /** KEY=VALUE */
  readonly asUserExtra: readonly string[];
  /** As written: seconds, or a duration; "0" is none. */
  readonly requestTimeout: string;
  readonly disableCompression: boolean;
  readonly matchServerVersion: boolean;
  readonly cacheDir: string | undefined;
  /** -v */
  readonly verbosity: number;
}
