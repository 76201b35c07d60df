/** A rule of a source with this condition, and what is to stand before it. */
export function rule(condition: string, { source = 'k8s_audit', before = '', name = 'Mine', output = 'x', more = '' } = {}): string {
  return `${before}
- rule: ${name}
  desc: a test
  condition: ${/[:#]|^["'[{]/.test(condition) ? JSON.stringify(condition) : condition}
  output: ${output}
  priority: NOTICE
  source: ${source}
  tags: [test]
${more}`;
}

/** The same for CloudTrail. */
export const aws = (condition: string): string => rule(condition, { source: 'aws_cloudtrail' });
/** What conditions refer to. */
export const LIST = '- list: cluster_admins\n  items: [alice, bob]\n';
export const MACRO = '- macro: is_pod\n  condition: ka.target.resource = pods\n';
/** A rule of a source that is not read. */
export const SYSCALL = '- { rule: Shell, desc: d, condition: spawned_process, output: x, priority: NOTICE, source: syscall }\n';
const USE = rule('is_pod and ka.user.name in (cluster_admins)', { name: 'Uses both' });

/** For each check: conditions or files that it finds something in, and others that look like them and are fine. */
export const CASES: Readonly<Record<string, { readonly finds: readonly string[]; readonly leaves: readonly string[] }>> = {
  'undefined-list': {
    finds: [
      rule('ka.user.name in (trusted_users)'),
      rule('ka.user.name in (alice, cluster_admin)', { before: LIST }) + rule('ka.user.name in (cluster_admins)', { name: 'Other' }),
      rule('ka.user.name in trusted'),
      rule('ka.user.name in (admins)'),
      rule('ka.user.groups intersects (admin_groups)'),
      rule('ka.uri pmatch (private_paths)'),
      rule('ka.user.name startswith anyof (known_prefixes)'),
      rule('ka.user.name in (clusteradmin, x)', { before: '- list: clusteradmins\n  items: [a]\n' }) +
        rule('ka.user.name in (clusteradmins)', { name: 'Other' }),
    ],
    leaves: [
      rule('ka.user.name in (cluster_admins)', { before: LIST }),
      rule('ka.user.name in ("trusted_users", alice)'),
      rule('drift.class in (sign_in, dry_run)'),
      rule('ka.user.name = trusted_users'),
      rule('ka.target.resource in (namespaces, roles)'),
      rule('ka.user.name in (alice, Trusted-Users)'),
      rule('ka.user.name in (docker, docke)', { before: '- list: docker_people\n  items: [a]\n' }) +
        rule('ka.user.name in (docker_people)', { name: 'Other' }),
      rule('ka.user.name in ()'),
      rule('ka.user.name = val(ka.impuser.name)'),
    ],
  },
  'macro-as-value': {
    finds: [rule('ka.verb = is_pod', { before: MACRO }) + USE.replace('cluster_admins', 'x')],
    leaves: [
      rule('ka.verb = get or create', { before: '- macro: create\n  condition: ka.verb = create or ka.verb in (create, update)\n' }),
      rule('aws and ka.user.name = x', { before: '- macro: aws\n  condition: ka.user.name = aws\n' }),
      rule('is_pod', { before: MACRO }),
      rule('is_pod and ka.user.name = "is_pod"', { before: MACRO }),
    ],
  },
  'list-in-quotes': {
    finds: [rule('ka.user.name = "the admins of"', { before: '- list: admins\n  items: [x]\n' })],
    leaves: [rule('ka.user.name = "admins" or ka.user.name in (admins)', { before: '- list: admins\n  items: [x]\n' })],
  },
  'list-item-splits': {
    finds: [rule('ka.user.name in (people)', { before: '- list: people\n  items: ["a,b"]\n' })],
    leaves: [rule('ka.user.name in (people)', { before: `- list: people\n  items: ['"a,b"', c]\n` })],
  },
  'nested-list': {
    finds: [`- list: a\n  items: [x]\n- list: b\n  items: [a]\n- list: c\n  items: [b]\n${rule('ka.user.name in (c)')}`],
    leaves: [
      `- list: c\n  items: [b]\n- list: b\n  items: [a]\n- list: a\n  items: [x]\n${rule('ka.user.name in (c)')}`,
      `- list: a\n  items: [x]\n- list: b\n  items: [a]\n${rule('ka.user.name in (b, "a")')}`,
    ],
  },
  'empty-set': {
    finds: [rule('ka.user.name in ()'), rule('not ka.user.name in ()')],
    leaves: [
      rule('ka.user.name in (cluster_admins)', { before: LIST }),
      rule('ka.user.name in (nobody)', { before: '- list: nobody\n  items: []\n' }),
    ],
  },
  'empty-list': {
    finds: [
      rule('ka.user.name in (nobody)', { before: '- list: nobody\n  items: []\n' }),
      rule('not ka.user.name in (nobody)', { before: '- list: nobody\n  items: []\n' }),
    ],
    leaves: [rule('ka.user.name in (cluster_admins)', { before: LIST }), rule('ka.user.name in ()'), rule('ka.user.name = x')],
  },
  'never-present': {
    finds: [
      aws('ct.request.documentname = x'),
      aws('not ct.request.documentname = x'),
      aws('drift.command contains sh'),
      aws('drift.pod.privileged = true'),
      rule('drift.mfa = false'),
      rule('ka.sourceips intersects (203.0.113.7)'),
      rule('ka.verb in (get, delete) and ka.req.pod.host_network = true'),
      rule('is_read and ka.req.pod.host_network = true', {
        before: '- macro: is_read\n  condition: ka.verb in (reads)\n- list: reads\n  items: [get, list]\n',
      }),
      rule('ka.verb = delete and not ka.verb = list and ka.verb = watch and ka.req.pod.containers.privileged intersects (true)').replace(
        'ka.verb = delete and not ka.verb = list and ',
        '',
      ),
    ],
    leaves: [
      rule('drift.command contains sh'),
      aws('drift.mfa = false'),
      rule('ka.verb = create and ka.req.pod.containers.privileged intersects (true)'),
      rule('ka.verb startswith get and ka.req.pod.containers.privileged intersects (true)'),
      rule('ka.verb = val(ka.stage) and ka.req.pod.containers.privileged intersects (true)'),
      rule('ka.verb in (create, update) and ka.req.pod.containers.privileged intersects (true)'),
      rule('ka.target.name = x and ka.req.pod.containers.privileged intersects (true)'),
      rule('tolower(ka.verb) = list and ka.req.pod.containers.privileged intersects (true)'),
      rule('ka.sourceips exists'),
    ],
  },
  'output-never-present': {
    finds: [
      rule('ct.name = X', { source: 'aws_cloudtrail', output: '"%ct.name %drift.command"' }),
      rule('ka.verb = get', { output: '"%tolower(drift.mfa)"' }),
      rule('ct.name = X', { source: 'aws_cloudtrail', output: '"%20ct.request.documentname."' }),
    ],
    leaves: [rule('ka.verb = get', { output: '"%drift.command %ka.verbs %ka.uri.param[a]"' })],
  },
  'absent-comparison': {
    finds: [
      rule('ka.target.resource in (secrets, nodes) and ka.target.namespace != kube-system'),
      rule('ka.target.resource startswith secret and ka.target.namespace != kube-system'),
      aws('ct.error != AccessDenied'),
      rule('ka.target.namespace != kube-system'),
      rule('not ka.target.namespace != kube-system'),
    ],
    leaves: [
      aws('ct.error exists and ct.error != AccessDenied'),
      aws('not ct.error = AccessDenied and ct.error exists'),
      aws('ct.name != StopLogging'),
      rule('ka.target.resource in (secrets, pods) and ka.target.namespace != kube-system'),
      rule('is_pod and ka.target.namespace != kube-system', { before: MACRO }),
    ],
  },
  'negated-absent': {
    finds: [
      rule('not ka.target.namespace in (kube-system)'),
      aws('not ct.error = AccessDenied'),
      rule('ka.verb = get and not (ka.target.namespace = a or ka.verb = b)'.replace('ka.verb = b', 'ka.user.name = b')),
    ],
    leaves: [
      rule('ka.target.namespace exists and not ka.target.namespace in (kube-system)'),
      rule('not ka.user.name = alice'),
      rule('not ka.target.namespace exists'),
      rule('not ka.target.name = val(ka.resp.name)'),
    ],
  },
  'impossible-value': {
    finds: [
      rule('ka.verb = created'),
      rule('ka.verb in (create, Delete)'),
      aws('ct.readonly = "True"'),
      aws('ct.readonly != FALSE and ct.readonly exists'),
      rule('drift.hand = person'),
      rule('drift.reason = nothing_like_it'),
      rule('ka.response.code = 4030'),
      rule('ka.target.resource = Deployment'),
      rule('ka.target.resource = pod'),
      rule('ka.target.subresource = pods/exec'),
      aws('ct.src = s3'),
      aws('ct.shortsrc = s3.amazonaws.com'),
      aws('ct.region = Frankfurt'),
      aws('ct.eventtype = AwsApiCalls'),
    ],
    leaves: [
      rule('ka.verb in (create, delete)'),
      aws('ct.readonly = true and ct.src = s3.amazonaws.com and ct.shortsrc = s3 and ct.user = alice and ct.region = eu-west-1'),
      rule('ka.response.code = 403 and ka.target.resource = pods and ka.target.subresource = exec'),
      rule('ka.verb startswith creat'),
      rule('tolower(ka.verb) = created'),
      rule('ka.req.pod.containers.privileged intersects (true)'),
    ],
  },
  'event-name-case': {
    finds: [
      aws('ct.name = stoplogging'),
      aws('ct.name in (runInstances)'),
      aws('ct.name = "Run Instances"'),
      aws('ct.name = executecommand'),
    ],
    leaves: [
      aws('ct.name in (StopLogging, RunInstances, ExecuteCommand)'),
      aws('tolower(ct.name) = stoplogging'),
      aws('ct.name startswith stop'),
    ],
  },
  'root-user-name': {
    finds: [aws('ct.user = root'), aws('ct.user in (alice, Root)')],
    leaves: [aws('ct.user = alice'), aws('ct.user contains root'), rule('ka.user.name = root')],
  },
  'literal-wildcard': {
    finds: [aws('ct.name = "Delete*"'), aws('ct.name in ("*Role", x)'.replace(', x', '')), rule('ka.user.name startswith "system:*"')],
    leaves: [
      aws('ct.name glob "Delete*"'),
      rule('ka.req.role.rules.verbs intersects ("*")'),
      rule('ka.user.name = "*"'),
      aws('ct.request contains "*:*"'),
    ],
  },
  'regex-whole-value': {
    finds: [rule('ka.user.name regex admin')],
    leaves: [rule('ka.user.name regex ".*admin.*"'), rule('ka.user.name contains admin')],
  },
  'number-as-text': {
    finds: [aws('ct.apiversion > 20'), rule('ka.response.code > 40')],
    leaves: [rule('ka.response.code >= 400'), aws('s3.bytes > 1000'), rule('len(ka.user.name) > 20'), rule('ka.response.code = 400')],
  },
  'transformer-never-matches': {
    finds: [
      rule('tolower(ka.user.name) = Admin'),
      rule('tolower(ka.user.name) != Admin'),
      rule('toupper(ka.user.name) contains admin'),
      rule('basename(ka.uri) in (a/b)'),
      rule('tolower(ka.user.name) glob "Ad*[A]"'),
    ],
    leaves: [
      rule('tolower(ka.user.name) = admin'),
      rule('tolower(ka.user.name) glob "[Aa]dmin*"'),
      rule('tolower(ka.user.name) icontains Admin'),
      rule('tolower(ka.user.name) exists'),
      rule('len(ka.user.name) = 5'),
      rule('ka.user.name = Admin'),
    ],
  },
  'list-transformer': {
    finds: [rule('tolower(ka.user.groups) intersects (admins)')],
    leaves: [
      rule('ka.user.groups intersects (admins)'),
      rule('tolower(ka.user.name) in (admins)'),
      rule('len(ka.user.groups) in (1)'),
      rule('tolower(ka.user.groups) exists'),
      rule('concat(ka.verb, "x") in (getx)'),
      rule('concat("x", "y") = xy'),
    ],
  },
  contradiction: {
    finds: [
      rule('ka.verb = create and ka.verb = delete'),
      rule('ka.verb in (create, update) and ka.verb = delete'),
      rule('ka.verb = create and not ka.verb = create'),
      rule('ka.verb = create and ka.verb != create'),
      rule('not ka.verb in (create) and ka.verb == create'),
      rule('ka.target.name exists and not ka.target.name exists'),
      rule('not ka.target.name exists and ka.target.name = x'),
      rule('not ka.target.name exists and ka.target.name startswith x'),
      rule('is_pod and ka.target.resource = secrets', { before: MACRO }),
      rule('ka.target.resource = secrets and (ka.user.name = a and is_pod)', { before: MACRO }),
    ],
    leaves: [
      rule('ka.verb = create or ka.verb = delete'),
      rule('ka.verb in (create, update) and not ka.verb = create'),
      rule('ka.verb in (create, update) and ka.verb in (update, delete)'),
      rule('ka.user.groups intersects (a) and ka.user.groups intersects (b)'),
      rule('ka.verb = create and not (ka.verb = create and ka.target.name = x)'),
      rule('ka.target.name startswith a and ka.target.name startswith b'),
      rule('not ka.target.name startswith a and ka.target.name = a'),
      rule('ka.target.name = anyof (a, b) and ka.target.name = a'),
      rule('not ka.target.name != a and ka.target.name = a'),
      rule('ka.target.name = val(ka.resp.name) and ka.target.name = a'),
    ],
  },
  'duplicate-condition': {
    finds: [
      rule('ka.verb = create and ka.user.name = a') + rule('ka.user.name = a and ka.verb == create', { name: 'Again' }),
      rule('is_pod and ka.verb = get', { before: MACRO }) + rule('(ka.verb = get and ka.target.resource = pods)', { name: 'Again' }),
      rule('not (ka.verb = a_b or is_pod)'.replace('a_b', 'get'), { before: MACRO }) +
        rule('not (ka.target.resource = pods or ka.verb = get)', { name: 'Again' }),
    ],
    leaves: [
      rule('ka.verb = create') + rule('ka.verb = update', { name: 'Again' }),
      rule('drift.manual = true') + rule('drift.manual = true', { name: 'Again', source: 'aws_cloudtrail' }),
    ],
  },
  'unused-macro': { finds: [MACRO], leaves: [LIST + MACRO + USE, MACRO + SYSCALL] },
  'unused-list': { finds: [LIST], leaves: [LIST + MACRO + USE, LIST + SYSCALL] },
  'unused-exception': {
    finds: [rule('ka.verb = get', { more: '  exceptions:\n    - { name: known, fields: [ka.user.name] }\n' })],
    leaves: [rule('ka.verb = get', { more: '  exceptions:\n    - { name: known, fields: [ka.user.name], values: [[a]] }\n' })],
  },
  'no-tags': { finds: [rule('ka.verb = get').replace('  tags: [test]\n', '')], leaves: [rule('ka.verb = get')] },
  unreachable: {
    finds: [],
    leaves: [rule('ka.verb = create') + rule('ka.verb = create and ka.user.name = a', { name: 'More' })],
  },
};
