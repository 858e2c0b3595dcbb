/** Kubeconfigs as people and tools write them, and as they get broken; SERVER is an address that answers. */
export const oddTexts: Readonly<Record<string, string>> = {
  ...withFields({
    "a number as token": "token: 12345",
    "a quoted number as token": "token: '12345'",
    "yes as token": "token: yes",
    "an octal token": "token: 0777",
    "a float as token": "token: 1.50",
    "a date as token": "token: 2020-01-01",
    "a null token": "token: ~",
    "an empty token": 'token: ""',
    "a folded token": "token: >-\n      abc\n      def",
    "a list as token": "token: [a]",
    "a mapping as token": "token: {a: b}",
    "a number as user name": "username: 7\n    password: x",
    "a text as groups": "token: t\n    as: jane\n    as-groups: devs",
    "a number among groups": "token: t\n    as: jane\n    as-groups: [devs, 7]",
    "a text as exec": "exec: login",
    "a text as provider": "auth-provider: oidc",
    "the same field twice": "token: one\n    token: two",
    "an unknown field": "token: t\n    no-such: 1",
    "a field in capitals": "Token: t",
    "a comment behind": "token: t # the token",
    "a tab before": "token: t\n\tusername: u",
    "extra as text": "token: t\n    as: jane\n    as-user-extra: {scopes: view}",
  }),
  "a text as switch": plain().replace("server:", 'insecure-skip-tls-verify: "true"\n    server:'),
  "yes as switch": plain()
    .replace("server:", "insecure-skip-tls-verify: yes\n    server:")
    .replace(/ +certificate-authority-data.*\n/, ""),
  "a number as namespace": plain().replace("user: u", "user: u\n    namespace: 7"),
  "a number as context": plain().replace("current-context: c", "current-context: 7"),
  "no entries but nulls": "clusters: null\nusers: ~\ncontexts:\n",
  "a list as clusters' entry": plain().replace("- name: c\n  cluster:", "- [x]\n- name: c\n  cluster:"),
  "a text as clusters": `clusters: none\n${plain().replace(/clusters:[^]*?users:/, "users:")}`,
  "a mapping as users": plain().replace(/users:[^]*$/, "users: {u: {token: t}}\n"),
  "a name twice": plain().replace(/users:/, "users:\n- name: u\n  user: {token: first}"),
  "no names": plain().replace("- name: u\n  user:", "- user:"),
  "a null entry": plain().replace("users:", "users:\n-"),
  JSON: '{"apiVersion":"v1","kind":"Config","current-context":"c","contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}],"clusters":[{"name":"c","cluster":{"server":"SERVER","certificate-authority-data":"AUTHORITY"}}],"users":[{"name":"u","user":{"token":"t"}}]}',
  "broken JSON": '{"apiVersion":"v1","kind":"Config",',
  "JSON with a trailing comma": '{"apiVersion":"v1","kind":"Config","clusters":[],}',
  "a comment only": "# nothing\n",
  "white space only": "  \n\n",
  "a text": "hello\n",
  "a list": "- a\n- b\n",
  "a number": "7\n",
  "two documents": `${plain()}---\nkind: Pod\n`,
  "a document marker": `---\n${plain()}`,
  "an end marker": `${plain()}...\n`,
  "a byte order mark": `\uFEFF${plain()}`,
  "Windows line ends": plain().replaceAll("\n", "\r\n"),
  "another kind": plain().replace("kind: Config", "kind: Pod"),
  "another version": plain().replace("apiVersion: v1", "apiVersion: v2"),
  "no kind": plain().replace("kind: Config\n", ""),
  "a number as kind": plain().replace("kind: Config", "kind: 7"),
  "a number as version": plain().replace("apiVersion: v1", "apiVersion: 1"),
  "an anchor": plain()
    .replace("cluster:\n", "cluster: &x\n")
    .replace("users:", "- name: d\n  cluster: *x\nusers:"),
  "a merge": plain().replace("server:", "<<: {tls-server-name: kubernetes}\n    server:"),
  "an unknown alias": plain().replace("token: t", "token: *nobody"),
  "a colon in a value": plain().replace("token: t", "token: a: b"),
  "an unclosed quote": plain().replace("token: t", 'token: "t'),
  "an unclosed bracket": plain().replace("user:\n    token: t", "user: {token: t"),
  "bad indentation": plain().replace("    token: t", "   token: t\n      username: u"),
  "a control character": plain().replace("token: t", "token: t\u0001"),
  "a tag": plain().replace("token: t", "token: !!str 7"),
  "long data in lines": plain().replace(/(certificate-authority-data: )(\S+)/, "$1|\n      $2"),
};

function plain(user = "token: t"): string {
  return `apiVersion: v1
kind: Config
current-context: c
contexts:
- name: c
  context:
    cluster: c
    user: u
clusters:
- name: c
  cluster:
    certificate-authority-data: AUTHORITY
    server: SERVER
users:
- name: u
  user:
    ${user}
`;
}

function withFields(users: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(users).map(([name, user]) => [name, plain(user)]));
}
