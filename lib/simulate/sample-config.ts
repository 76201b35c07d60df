/** The configuration that fits the made-up day; written beside it as `driftwire.yaml`. */
export const SAMPLE_CONFIG = `# The configuration of a simulated day. Everything it does not declare is reported when it changes something, apart from AWS
# itself, the Kubernetes control plane and software with a machine credential. Meaning of each key: docs/config.md.

accounts:
  "111122223333": { name: prod, channel: "#prod-drift" }
  "444455556666": { name: security }
  "999988887777": { name: dev }

clusters:
  demo: { account: "111122223333", region: eu-west-1 }
  staging: { account: "999988887777", region: eu-central-1 }

pipelines:
  - { name: github-actions, role: "gha-deploy-*", identity_provider: token.actions.githubusercontent.com }
  # People can take this role too: only sessions that GitHub's own tokens opened are the pipeline's.
  - { name: terraform, role: terraform-apply, identity_provider: token.actions.githubusercontent.com, session: "GitHubActions-*" }
  - { name: helm, role: gha-helm, accounts: ["111122223333", "999988887777"] }
  - { name: argocd, service_account: argocd/argocd-application-controller }
  - { name: flux, service_account: flux-system/kustomize-controller }

break_glass:
  - { name: emergency, role: "BreakGlass*" }

labels: { env: sample }
`;
