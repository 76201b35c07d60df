/**
 * What CloudTrail's actions mean where `readOnly` and the name alone would mislead, as data: one row, one decision.
 * Verdicts: read (only reads), noise (changes nothing that anybody runs), keep (a change, whatever its name looks like),
 * interactive (a person opened a session or ran code), sign_in. A row never names a caller: whose hand it was is decided elsewhere.
 */
export type ProfileVerdict = 'read' | 'noise' | 'keep' | 'interactive' | 'sign_in';

export interface ProfileEntry {
  /** Service as in eventSource without `.amazonaws.com`; `*` for any. */
  readonly service: string;
  /** Canonical event names; a trailing `*` stands for any rest. */
  readonly actions: readonly string[];
  readonly verdict: ProfileVerdict;
  /** Why, in words for `explain`. */
  readonly reason: string;
  /** The row holds only for callers without an AWS principal: an application's end user or a device, never an operator. */
  readonly endUserOnly?: true;
}

const row = (service: string, verdict: ProfileVerdict, reason: string, ...actions: readonly string[]): ProfileEntry => ({
  service,
  actions,
  verdict,
  reason,
});

export const CLOUDTRAIL_PROFILE: readonly ProfileEntry[] = [
  // Sign-ins: counted, shown by their own rules, never drift. Credentials that are changed on the sign-in pages are no sign-in.
  row('signin', 'keep', "changes the root user's credentials", 'PasswordUpdated', 'PasswordRecoveryCompleted', 'EmailUpdated'),
  row('signin', 'sign_in', 'sign-in service', '*'),
  row(
    'sso',
    'sign_in',
    'Identity Center portal session',
    'Federate',
    'Authenticate',
    'Logout',
    'CreateToken',
    'UserAuthentication',
    'CredentialChallenge',
    'CredentialVerification',
  ),
  row('sso-oauth', 'sign_in', 'Identity Center token for a signed-in person', 'CreateToken', 'CreateTokenWithIAM'),
  row('airflow', 'sign_in', 'sign-in to the Airflow page', 'CreateWebLoginToken'),
  row('grafana', 'sign_in', 'sign-in to Managed Grafana', 'Login_auth_sso'),

  // Sessions: a person got a shell, a console or a notebook.
  row('ssm', 'interactive', 'session on a host', 'StartSession', 'ResumeSession'),
  row('ssm', 'noise', 'the end of a session; its start is the finding', 'TerminateSession'),
  row(
    'ssm',
    'noise',
    'report of the SSM agent',
    'UpdateInstanceInformation',
    'UpdateInstanceAssociationStatus',
    'PutInventory',
    'PutComplianceItems',
  ),
  row(
    'ssmmessages',
    'noise',
    'data channel of a session',
    'OpenDataChannel',
    'OpenControlChannel',
    'CreateDataChannel',
    'CreateControlChannel',
  ),
  row('ecs', 'interactive', 'shell in a task', 'ExecuteCommand'),
  row(
    'ec2-instance-connect',
    'interactive',
    'key for a login on a host',
    'SendSSHPublicKey',
    'SendSerialConsoleSSHPublicKey',
    'OpenTunnel',
  ),
  row('ec2', 'interactive', 'key for a login on the serial console', 'SendSerialConsoleSSHPublicKey'),
  row(
    'cloudshell',
    'interactive',
    'a person opened a shell',
    'CreateEnvironment',
    'CreateSession',
    'StartEnvironment',
    'StopEnvironment',
    'DeleteEnvironment',
  ),
  row('cloudshell', 'noise', 'keep-alive of an open shell', 'SendHeartBeat', 'PutCredentials', 'RedeemCode'),
  row('glue', 'interactive', 'a person runs code in a notebook', 'CreateSession', 'RunStatement', 'CancelStatement', 'StopSession'),
  row('kinesisanalytics', 'interactive', 'link into a running application', 'CreateApplicationPresignedUrl'),

  // Calls that only read although readOnly may be false or absent.
  row('access-analyzer', 'read', 'builds a suggestion, no resource', 'StartPolicyGeneration', 'CancelPolicyGeneration'),
  row('access-analyzer', 'read', 'checks a policy text', 'CheckAccessNotGranted', 'CheckNoNewAccess', 'CheckNoPublicAccess'),
  row('appsync', 'read', 'tries a template', 'EvaluateCode', 'EvaluateMappingTemplate'),
  row('athena', 'read', 'query; DDL shows as its own Glue call', 'StartQueryExecution', 'StopQueryExecution', 'BatchGet*'),
  row('bedrock', 'read', 'availability of a model', 'GetFoundationModelAvailability', 'ListFoundationModelAgreementOffers'),
  row(
    'billingconsole',
    'read',
    'page of the billing console',
    'FindPaymentInstruments',
    'AssessSorChangeImpact',
    'ConvertCurrencies',
    'Get*',
    'List*',
    'Describe*',
  ),
  row(
    'ce',
    'read',
    'starts a calculation, no resource',
    'StartSavingsPlansPurchaseRecommendationGeneration',
    'StartCommitmentPurchaseAnalysis',
    'StartCostAllocationTagBackfill',
  ),
  row('ce', 'noise', 'saved cost view, no infrastructure', 'CreateReport'),
  row('cloudformation', 'read', 'asks what a template costs, or what types say', 'EstimateTemplateCost', 'BatchDescribeTypeConfigurations'),
  row('cloudtrail', 'read', 'looks events up', 'LookupEvents', 'StartQuery', 'CancelQuery'),
  row('codecommit', 'read', 'clone or fetch', 'GitPull'),
  row('codecommit', 'keep', 'push: code changes', 'GitPush'),
  row('cognito-idp', 'read', 'lists users', 'AdminList*', 'AdminGet*'),
  row('cognito-idp', 'noise', "an application's end user signs in, no operator", 'InitiateAuth', 'RespondToAuthChallenge'),
  {
    ...row(
      'cognito-idp',
      'noise',
      "an application's end user looks after the own account",
      'ConfirmDevice',
      'SetUserMFAPreference',
      'SignUp',
      'ConfirmSignUp',
      'ForgotPassword',
      'ConfirmForgotPassword',
      'ChangePassword',
      'UpdateUserAttributes',
      'VerifyUserAttribute',
      'AssociateSoftwareToken',
      'VerifySoftwareToken',
      'UpdateDeviceStatus',
      'ForgetDevice',
      'GlobalSignOut',
      'RevokeToken',
    ),
    endUserOnly: true,
  },
  { ...row('iot', 'noise', 'a device registers itself', 'RegisterCertificate'), endUserOnly: true },
  row('config', 'read', 'query over the inventory', 'SelectResourceConfig', 'SelectAggregateResourceConfig'),
  row('datapipeline', 'noise', "task runner's report", 'SetTaskStatus'),
  row('datapipeline', 'read', 'query', 'QueryObjects'),
  row('dms', 'read', 'reads a source or tries a connection', 'RefreshSchemas', 'TestConnection'),
  row('ec2', 'read', 'search', 'SearchTransitGatewayRoutes', 'SearchLocalGatewayRoutes', 'SearchTransitGatewayMulticastGroups'),
  row(
    'ecr',
    'noise',
    'step of a push; PutImage is the finding',
    'InitiateLayerUpload',
    'UploadLayerPart',
    'CompleteLayerUpload',
    'BatchCheckLayerAvailability',
  ),
  row('eks', 'read', 'console looks into the cluster; the audit log has what was done', 'AccessKubernetesApi', 'ListInsights'),
  row(
    'elasticbeanstalk',
    'read',
    'asks for a name or for logs',
    'CheckDNSAvailability',
    'RequestEnvironmentInfo',
    'RetrieveEnvironmentInfo',
  ),
  row('elasticfilesystem', 'noise', 'mount of a file system', 'NewClientConnection'),
  row('events', 'read', 'tries a pattern', 'TestEventPattern', 'DescribeEndpoint'),
  row(
    'iam',
    'read',
    'simulates or reports, no resource',
    'Simulate*',
    'GenerateServiceLastAccessedDetails',
    'GenerateOrganizationsAccessReport',
    'GenerateCredentialReport',
  ),
  row('logs', 'noise', 'every writer opens its own stream', 'CreateLogStream'),
  row('identitystore', 'read', 'asks for a membership', 'IsMemberInGroups'),
  row('sso-directory', 'read', 'asks for a membership', 'IsMemberInGroup'),
  row('kms', 'read', 'uses a key and changes none', 'Decrypt', 'Encrypt', 'ReEncrypt', 'Sign', 'DeriveSharedSecret'),
  row(
    'logs',
    'read',
    'query or tail',
    'StartQuery',
    'StopQuery',
    'StartLiveTail',
    'StopLiveTail',
    'FilterLogEvents',
    'TestMetricFilter',
    'TestTransformer',
  ),
  row('networkmanager-chat', 'noise', 'chat', 'CreateConversation', 'SendConversationMessage'),
  row('payments', 'read', 'page of the billing console', '*_Get*', '*_BatchGet*', '*_List*'),
  row('q', 'noise', 'chat; the call it makes is its own record', 'StartConversation', 'SendMessage', 'GetConversation', 'PassRequest'),
  row('quicksight', 'noise', 'query of a dashboard', 'QueryDatabase'),
  row('rds', 'read', 'downloads a log', 'DownloadDBLogFilePortion', 'DownloadCompleteDBLogFile'),
  row('route53domains', 'read', 'asks for a name', 'CheckDomainAvailability', 'CheckDomainTransferability'),
  row('s3', 'noise', 'part of an upload', 'UploadPart', 'UploadPartCopy'),
  row('s3', 'read', 'reads a setting', 'REST.GET.OBJECT_LOCK_CONFIGURATION', 'OBJECT_LOCK_CONFIGURATION'),
  row('scheduler', 'read', 'tries an expression', 'TestScheduleExpression'),
  row(
    'servicecatalog',
    'read',
    'search',
    'SearchProducts',
    'SearchProductsAsAdmin',
    'SearchProvisionedProducts',
    'ScanProvisionedProducts',
  ),
  row('servicediscovery', 'read', 'asks where a service is', 'DiscoverInstances', 'DiscoverInstancesRevision'),
  row('sns', 'read', 'asks for a number', 'CheckIfPhoneNumberIsOptedOut'),
  row('sso', 'read', 'search', 'SearchUsers', 'SearchGroups'),
  row('sso-directory', 'read', 'search', 'SearchUsers', 'SearchGroups'),
  row(
    'sts',
    'read',
    'links a key to a person; no resource',
    'AssumeRole',
    'AssumeRoleWithWebIdentity',
    'AssumeRoleWithSAML',
    'AssumeRoot',
    'GetSessionToken',
    'GetFederationToken',
    'DecodeAuthorizationMessage',
  ),
  row(
    'support',
    'noise',
    'conversation with support',
    'AddAttachmentsToSet',
    'AddCommunicationToCase',
    'CreateCase',
    'InitiateCallForCase',
    'InitiateChatForCase',
    'PutCaseAttributes',
    'RateCaseCommunication',
    'RefreshTrustedAdvisorCheck',
    'ResolveCase',
  ),
  row('support-console', 'noise', 'page of the support console', 'Check*', 'CreateCaseDraft'),
  row('trustedadvisor', 'read', 'opening the page fires it', 'RefreshCheck', 'CreateExcelReport', 'GetExcelReport', 'Describe*'),
  row('wafv2', 'read', 'asks what rules weigh', 'CheckCapacity'),
  row('*', 'read', 'checks a policy text', 'ValidatePolicy'),

  // Changes whose name looks like a read: the prefix rule below must not hide them.
  row('apigateway', 'keep', 'creates a certificate', 'GenerateClientCertificate'),
  row('elasticache', 'keep', 'fails a replication group over', 'TestFailover'),
  row('states', 'keep', 'runs a state, with what its role may do', 'TestState'),
  row('ses', 'keep', 'creates an identity', 'VerifyDomainIdentity', 'VerifyEmailIdentity', 'VerifyEmailAddress', 'VerifyDomainDkim'),
  row('sns', 'keep', 'verifies a number for sending', 'VerifySMSSandboxPhoneNumber'),
  row('sms-voice', 'keep', 'verifies a number for sending', 'VerifyDestinationNumber'),
  row('codedeploy', 'keep', 'acts on a deployment', 'SkipWaitTimeForInstanceTermination'),
  row('route53domains', 'keep', 'a domain leaves the account', 'TransferDomain', 'TransferDomainToAnotherAwsAccount'),
  row('secretsmanager', 'keep', 'copies a secret', 'ReplicateSecretToRegions'),
  row('servicecatalog', 'keep', 'deletes resources', 'TerminateProvisionedProduct'),
  row('ssm', 'keep', 'runs code on hosts', 'SendCommand'),
  row('lambda', 'keep', 'runs code', 'InvokeAsync'),
];

/**
 * Beginnings of names that only read. They decide where `readOnly` is absent, and where it is false: many services log
 * their searches and queries as writes.
 */
export const READ_PREFIXES: readonly string[] = [
  'Get',
  'List',
  'Describe',
  'Head',
  'View',
  'BatchGet',
  'Search',
  'Lookup',
  'Select',
  'Query',
  'Count',
  'Detect',
  'Poll',
  'Report',
  'Download',
  'StartQuery',
  'StopQuery',
  'CancelQuery',
  'Test',
  'Generate',
  'Simulate',
  'Validate',
  'Verify',
  'Refresh',
  'AssumeRole',
];

/** Kubernetes resources that machines write all the time and that configure nothing (`group/resource`, core group empty). */
export const KUBERNETES_NOISE: readonly { readonly resource: string; readonly reason: string }[] = [
  { resource: '/events', reason: 'event record' },
  { resource: 'events.k8s.io/events', reason: 'event record' },
  { resource: 'coordination.k8s.io/leases', reason: 'heartbeat or leader election' },
  { resource: '/endpoints', reason: 'kept up by a controller' },
  { resource: 'discovery.k8s.io/endpointslices', reason: 'kept up by a controller' },
];

/** Kubernetes subresources that are no change of a specification when a machine writes them. */
export const KUBERNETES_NOISE_SUBRESOURCES: readonly { readonly subresource: string; readonly reason: string }[] = [
  { subresource: 'status', reason: 'state as observed, not as wanted' },
  { subresource: 'binding', reason: 'a pod got its node' },
];

/** Reviews: `create` is how they are asked, nothing is stored. */
export const ACCESS_REVIEWS: ReadonlySet<string> = new Set([
  'tokenreviews',
  'subjectaccessreviews',
  'selfsubjectaccessreviews',
  'selfsubjectrulesreviews',
  'localsubjectaccessreviews',
  'selfsubjectreviews',
]);

/** Sessions into a running pod or through the API server, whatever the verb (WebSocket clients use get, SPDY clients create). */
export const INTERACTIVE: ReadonlySet<string> = new Set([
  'pods/exec',
  'pods/attach',
  'pods/portforward',
  'pods/proxy',
  'services/proxy',
  'nodes/proxy',
]);
