/** What each shell's start-up file needs: kubectl's own completion, which knows how to ask plugins. */
const loads: Readonly<Record<string, string>> = {
  bash: "source <(kubectl completion bash)",
  zsh: "source <(kubectl completion zsh)",
  fish: "kubectl completion fish | source",
  powershell: "kubectl completion powershell | Out-String | Invoke-Expression",
};

/** undefined for a shell that kubectl does not know. */
export function shellLines(shell: string): string | undefined {
  const load = loads[shell];
  if (load === undefined) return undefined;
  return (
    "# Completion for kubectl, which from 1.26 on asks its plugins. The part that it asks is put in place, once, by:\n" +
    "#   kubectl calico-upgrade completion install\n" +
    `${load}\n`
  );
}
