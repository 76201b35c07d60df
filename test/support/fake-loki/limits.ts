/** The settings of a Loki that decide what it takes, with the defaults of 3.7.6. Names as in Loki's own configuration. */
export interface LokiLimits {
  readonly reject_old_samples: boolean;
  readonly reject_old_samples_max_age_ms: number;
  readonly creation_grace_period_ms: number;
  readonly max_line_size: number;
  readonly max_line_size_truncate: boolean;
  readonly max_label_names_per_series: number;
  readonly max_label_name_length: number;
  readonly max_label_value_length: number;
  readonly ingestion_rate_mb: number;
  readonly ingestion_burst_size_mb: number;
  readonly per_stream_rate_limit: number;
  readonly per_stream_rate_limit_burst: number;
  readonly max_global_streams_per_user: number;
  readonly allow_structured_metadata: boolean;
  readonly max_structured_metadata_size: number;
  readonly max_structured_metadata_entries_count: number;
  readonly discover_service_name: readonly string[];
  readonly discover_log_levels: boolean;
  readonly max_chunk_age_ms: number;
  readonly max_entries_limit_per_query: number;
  readonly max_query_series: number;
  readonly max_query_length_ms: number;
  readonly grpc_server_max_recv_msg_size: number;
  readonly max_recv_msg_size: number;
  readonly max_decompressed_size: number;
  readonly enforced_labels: readonly string[];
  readonly increment_duplicate_timestamp: boolean;
  /** Ingestion is blocked and answered with `block_ingestion_status_code`. */
  readonly block_ingestion_until: string | undefined;
  readonly block_ingestion_status_code: number;
}

const HOUR = 3_600_000;

export const DEFAULT_LIMITS: LokiLimits = {
  reject_old_samples: true,
  reject_old_samples_max_age_ms: 7 * 24 * HOUR,
  creation_grace_period_ms: HOUR / 6,
  max_line_size: 262_144,
  max_line_size_truncate: false,
  max_label_names_per_series: 15,
  max_label_name_length: 1024,
  max_label_value_length: 2048,
  ingestion_rate_mb: 4,
  ingestion_burst_size_mb: 6,
  per_stream_rate_limit: 3 * 1024 * 1024,
  per_stream_rate_limit_burst: 15 * 1024 * 1024,
  max_global_streams_per_user: 5000,
  allow_structured_metadata: true,
  max_structured_metadata_size: 65_536,
  max_structured_metadata_entries_count: 128,
  discover_service_name: [
    'service',
    'app',
    'application',
    'app_name',
    'name',
    'app_kubernetes_io_name',
    'container',
    'container_name',
    'k8s_container_name',
    'component',
    'workload',
    'job',
    'k8s_job_name',
  ],
  discover_log_levels: true,
  max_chunk_age_ms: 2 * HOUR,
  max_entries_limit_per_query: 5000,
  max_query_series: 500,
  max_query_length_ms: 721 * HOUR,
  grpc_server_max_recv_msg_size: 4_194_304,
  max_recv_msg_size: 104_857_600,
  max_decompressed_size: 5_242_880_000,
  enforced_labels: [],
  increment_duplicate_timestamp: false,
  block_ingestion_until: undefined,
  block_ingestion_status_code: 260,
};
