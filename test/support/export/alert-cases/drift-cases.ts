import { type AlertCase, type Firing, HEARD, seriesOf, TARGET } from './alert-case.ts';

const kubernetes = (labels: string) => seriesOf('kubernetes_audit_manual_changes_total', labels);
const aws = (labels: string) => seriesOf('aws_cloudtrail_manual_changes_total', labels);

const ANNA = 'user="anna", verb="patch", kind="Deployment", namespace="shop", cluster="demo"';
const ANNA_LABELS = { user: 'anna', verb: 'patch', kind: 'Deployment', namespace: 'shop', cluster: 'demo' };
const annaFires = (times: number): Firing => ({
  labels: ANNA_LABELS,
  summary: 'Manual Kubernetes change by anna',
  description: `User anna performed patch on Deployment in namespace shop of cluster demo by hand (${times} in 5 minutes).`,
});
const BEN = 'user="ben", service="ec2", action="TerminateInstances", account="111122223333", region="eu-west-1"';
const BEN_LABELS = { user: 'ben', service: 'ec2', action: 'TerminateInstances', account: '111122223333', region: 'eu-west-1' };
const benFires = (times: number): Firing => ({
  labels: BEN_LABELS,
  summary: 'Manual AWS change by ben',
  description: `User ben called TerminateInstances of ec2 in account 111122223333, eu-west-1, by hand (${times} in 5 minutes).`,
});

/** Tests of the alerts about changes by hand. */
export const DRIFT_CASES: readonly AlertCase[] = [
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'a change of a series that began at zero fires after a minute',
    series: { ...HEARD, [kubernetes(ANNA)]: '0x10 1x30' },
    at: '12m',
    fires: [annaFires(1)],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'within the first minute it only waits',
    series: { ...HEARD, [kubernetes(ANNA)]: '0x10 1x30' },
    at: '11m',
    fires: [],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'the first event of a series that is scraped at 1 and never was 0 fires',
    series: { ...HEARD, [kubernetes(ANNA)]: '_x10 1x30' },
    at: '12m',
    fires: [annaFires(1)],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'five minutes after the last change it is over',
    series: { ...HEARD, [kubernetes(ANNA)]: '0x10 1x30' },
    at: '17m',
    fires: [],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'a total that was counted long before Prometheus knew the deployment is no change',
    series: { [`driftwire_build_info{${TARGET}}`]: '_x10 1x30', [kubernetes(ANNA)]: '_x10 873x30' },
    at: '13m',
    fires: [],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'the first change after connecting to such a deployment fires',
    series: { [`driftwire_build_info{${TARGET}}`]: '_x10 1x30', [kubernetes(ANNA)]: '_x10 873 874x30' },
    at: '13m',
    fires: [annaFires(1)],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'totals that come back unchanged after an outage of forty minutes are no change',
    series: { [`driftwire_build_info{${TARGET}}`]: '1x10 _x40 1x20', [kubernetes(ANNA)]: '7x10 _x40 7x20' },
    at: '54m',
    fires: [],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'what was counted during an outage fires when it is over',
    series: { [`driftwire_build_info{${TARGET}}`]: '1x10 _x40 1x20', [kubernetes(ANNA)]: '7x10 _x40 9x20' },
    at: '54m',
    fires: [annaFires(2)],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'a label that all series of a deployment are given anew is no change',
    series: {
      [`driftwire_build_info{${TARGET}, version="1", config_hash="a"}`]: '1x10 stale',
      [`driftwire_build_info{${TARGET}, version="1", config_hash="b", env="prod"}`]: '_x10 1x30',
      [kubernetes(ANNA)]: '873x10 stale',
      [kubernetes(`${ANNA}, env="prod"`)]: '_x10 873x30',
    },
    at: '13m',
    fires: [],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'a change soon after that fires with the new label',
    series: {
      [`driftwire_build_info{${TARGET}, version="1", config_hash="a"}`]: '1x10 stale',
      [`driftwire_build_info{${TARGET}, version="1", config_hash="b", env="prod"}`]: '_x10 1x30',
      [kubernetes(ANNA)]: '873x10 stale',
      [kubernetes(`${ANNA}, env="prod"`)]: '_x10 873 874x30',
    },
    at: '14m',
    fires: [{ ...annaFires(1), labels: { ...ANNA_LABELS, env: 'prod' } }],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'the first change of a person right after an upgrade fires',
    series: {
      [`driftwire_build_info{${TARGET}, version="1", config_hash="a"}`]: '1x10 stale',
      [`driftwire_build_info{${TARGET}, version="2", config_hash="b"}`]: '_x10 1x30',
      [kubernetes(ANNA)]: '_x11 1x30',
    },
    at: '14m',
    fires: [annaFires(1)],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'totals that begin anew count from zero',
    series: { ...HEARD, [kubernetes(ANNA)]: '7x10 2x30' },
    at: '13m',
    fires: [annaFires(2)],
  },
  {
    alert: 'ManualKubernetesChangeDetected',
    name: 'a change of a cluster-wide object names no namespace',
    series: { ...HEARD, [kubernetes('user="anna", verb="delete", kind="Namespace", cluster="demo"')]: '0x10 3x30' },
    at: '13m',
    fires: [
      {
        labels: { user: 'anna', verb: 'delete', kind: 'Namespace', cluster: 'demo' },
        summary: 'Manual Kubernetes change by anna',
        description: 'User anna performed delete on Namespace of cluster demo by hand (3 in 5 minutes).',
      },
    ],
  },
  {
    alert: 'ManualAwsChangeDetected',
    name: 'a change fires after a minute, one for each person and call',
    series: { ...HEARD, [aws(BEN)]: '0x10 2x30', [aws(BEN.replace('ben', 'carla'))]: '5x40' },
    at: '12m',
    fires: [benFires(2)],
  },
  {
    alert: 'ManualAwsChangeDetected',
    name: 'the first event of a series that is scraped at 1 fires',
    series: { ...HEARD, [aws(BEN)]: '_x10 1x30' },
    at: '12m',
    fires: [benFires(1)],
  },
  {
    alert: 'ManualAwsChangeDetected',
    name: 'old totals are no change',
    series: { ...HEARD, [aws(BEN)]: '12x40' },
    at: '20m',
    fires: [],
  },
  {
    alert: 'ManualKubernetesChangeStorm',
    name: 'many changes by many people on one cluster are one alert',
    series: { ...HEARD, [kubernetes(ANNA)]: '0x10 26x30', [kubernetes(ANNA.replace('anna', 'ben'))]: '_x10 25x30' },
    at: '11m',
    fires: [
      {
        labels: { cluster: 'demo' },
        summary: 'Many manual changes in cluster demo',
        description:
          '51 manual changes within 5 minutes in cluster demo: a script run by a person, a pipeline that is not declared, or somebody who is not one of yours.',
      },
    ],
  },
  {
    alert: 'ManualKubernetesChangeStorm',
    name: 'fifty changes are not many, nor are more of them on two clusters',
    series: { ...HEARD, [kubernetes(ANNA)]: '0x10 50x30', [kubernetes(ANNA.replace('demo', 'other'))]: '0x10 50x30' },
    at: '12m',
    fires: [],
  },
  {
    alert: 'ManualAwsChangeStorm',
    name: 'many changes in one account are one alert',
    series: { ...HEARD, [aws(BEN)]: '0x10 60x30', [aws(BEN.replace('eu-west-1', 'eu-north-1'))]: '0x10 1x30' },
    at: '12m',
    fires: [
      {
        labels: { account: '111122223333' },
        summary: 'Many manual changes in account 111122223333',
        description:
          '61 manual changes within 5 minutes in account 111122223333: a script run by a person, a pipeline that is not declared, or somebody who is not one of yours.',
      },
    ],
  },
  {
    alert: 'ManualAwsChangeStorm',
    name: 'fifty changes over an hour are not many',
    series: { ...HEARD, [aws(BEN)]: '0+1x60' },
    at: '50m',
    fires: [],
  },
];
