/**
 * What upstream's manifests leave to be filled in, as http://<ETCD_IP>:<ETCD_PORT> or <ETCD_ENDPOINTS> (manifests of the
 * etcd datastore, v1.5 to v3.32); undefined where a text has none. With an underscore: <HTML> is none.
 */
export function placeholderIn(text: string): string | undefined {
  return /<[A-Z0-9]+(?:_[A-Z0-9]+)+>/.exec(text)?.[0];
}
