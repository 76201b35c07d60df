/** What rule files may count on: event sources, engine version, plugins. */
import type { EventSource } from '../../model/raw-record.ts';
import { parseVersion, type Version } from './versions.ts';

/** The engine whose rule language this is (Falco 0.44). */
export const ENGINE_VERSION = '0.62.0';

/** What files are loaded against. */
export interface LoadSettings {
  /** Rules of other sources are loaded, but not looked at. */
  readonly sources: readonly EventSource[];
  /** Shown and compared with `required_engine_version`. */
  readonly engineVersion: string;
  /** Version of each plugin by name, compared with `required_plugin_versions`. */
  readonly plugins: Readonly<Record<string, string>>;
}

/**
 * This program: it reads what Falco's cloudtrail and k8saudit plugins read, with the fields of these versions and of the
 * json plugin. The plugins for EKS, GKE and AKS publish the source `k8s_audit` with k8saudit's fields too.
 */
export const DRIFTWIRE_SETTINGS: LoadSettings = {
  sources: ['aws_cloudtrail', 'k8s_audit'],
  engineVersion: ENGINE_VERSION,
  plugins: {
    cloudtrail: '0.17.1',
    json: '0.7.4',
    k8saudit: '0.18.0',
    'k8saudit-aks': '0.18.0',
    'k8saudit-eks': '0.18.0',
    'k8saudit-gke': '0.18.0',
  },
};

/** The engine version as numbers; one that is none is older than every requirement. */
export function engineVersionOf({ engineVersion }: LoadSettings): Version {
  return parseVersion(engineVersion) ?? [0, 0, 0];
}
