/** Parts of names whose values are secret, in lower case and without anything but letters and digits. */
const SECRET =
  /pass(?:word|wd|phrase|code)|(?<!by|com|tres|sur|en|over|under)pass$|^pwd|pwd$|secret|token|credential|(?:private|api|app|access|account|master|shared|encryption|signing|storage|session|ssh|license|auth|routing|sas)key|authorization$|userdata|connectionstring|signature$|^(?:set)?cookie$|keymaterial|dockerconfig|kubeconfig|htpasswd|^auth$|^bearer$|otp$|mfacode|authcode|^sig$/;
/** What such names end in when the value only names the secret or says something about it. */
const ABOUT =
  /(?:ids?|names?|namespaces?|arns?|types?|kinds?|refs?|references?|selectors?|ttl|hours|days|seconds|minutes|age|date|time|expiry|expiration|validity|enabled|disabled|required|requirements?|status|state|length|size|count|limit|polic(?:y|ies)|version|stages?|algorithm|format|mode|endpoint|ur[il]|issuer|audiences?|provider|prevention|history|reuse|threshold|changed?|reset|rotation|scopes?|usage|review|manager|path|file|mount|projection|stdin|prompt)$/;
/** Names that hold such a part and mean something else: tokens that only tell requests and pages apart, and the setting of IMDSv2. */
const INNOCENT =
  /^(?:http|max|min|num|total|input|output)tokens?$|(?:next|client|clientrequest|request|creation|page|pagination|continu(?:e|ation)|idempotency|sync|sequence|starting)token$/;

/**
 * True for the name of a member, a variable, a header or an option whose value is a secret (`DB_PASSWORD`, `secretString`,
 * `x-api-key`), false for one that only says something about secrets (`passwordPolicyId`, `minimumPasswordLength`, `secretName`).
 */
export function isSecretName(name: string): boolean {
  const plain = plainName(name);
  return SECRET.test(plain) && !ABOUT.test(plain) && !INNOCENT.test(plain);
}

/** True for the name of a member that only says something about what it belongs to: its name, its path, how long it holds. */
export function isAboutName(name: string): boolean {
  return ABOUT.test(plainName(name));
}

function plainName(name: string): string {
  return name
    .slice(0, 200)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}
