const written = /^([a-z][a-z0-9+.-]*:\/\/)?(.*)$/is;

/**
 * An address of a server as it may be shown and repeated: without the name and password that may stand in it. Of one
 * that is no address everything up to the last @ may be a password.
 */
export function withoutUser(address: string): string {
  const [, scheme = "", rest = ""] = written.exec(address) ?? [];
  const end = rest.search(/[/?#]/);
  const host =
    end === -1 || !URL.canParse(`${scheme === "" ? "http://" : scheme}${rest}`) ? rest : rest.slice(0, end);
  return `${scheme}${rest.slice(host.lastIndexOf("@") + 1)}`;
}
