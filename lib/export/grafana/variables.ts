import { DatasourceVariableBuilder, QueryVariableBuilder, VariableRefresh, VariableSort } from '@grafana/grafana-foundation-sdk/dashboard';
import { PROMETHEUS } from './fill.ts';

/** The two data sources. The first has the name and label that boards in the community have, so that folders can set it for all. */
export function dataSources(): readonly DatasourceVariableBuilder[] {
  return [
    new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus').allowCustomValue(false),
    new DatasourceVariableBuilder('loki_datasource').label('Loki').type('loki').allowCustomValue(false),
  ];
}

/**
 * A variable with the values that a label has, all of them at first.
 *
 * @param of - Selector of the series whose label it is.
 */
export function labelVariable(name: string, label: string, of: string): QueryVariableBuilder {
  return (
    new QueryVariableBuilder(name)
      .label(label)
      .datasource(PROMETHEUS)
      .query({ query: `label_values(${of}, ${name})`, refId: `variable-${name}` })
      .definition(`label_values(${of}, ${name})`)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalCaseInsensitiveAsc)
      .multi(true)
      .includeAll(true)
      // not `.+`: events without the label (an AWS event has no cluster) belong to all
      .allValue('.*')
      .current({ selected: true, text: 'All', value: '$__all' })
  );
}
