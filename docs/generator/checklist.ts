/** What answers for a line of the guide's checklist: rules of lint, passes of the compiler, or metrics. */
export interface ChecklistLine {
  readonly section: string;
  readonly line: string;
  readonly rules?: readonly string[];
  readonly passes?: readonly string[];
  /** Names of `performance_metrics`. */
  readonly metrics?: readonly string[];
  readonly how: string;
}

/** The guide's checklist, line by line. */
export const CHECKLIST: readonly ChecklistLine[] = [
  {
    section: 'Parallelism',
    line: 'Steps without dependencies run in parallel',
    metrics: ['parallel_efficiency'],
    how: 'The compiler arranges them so: order comes from data alone.',
  },
  {
    section: 'Parallelism',
    line: 'No false dependencies between independent operations',
    rules: ['false-dependency', 'superfluous-after'],
    how: 'What a component does not take makes no step wait once it is removed.',
  },
  {
    section: 'Parallelism',
    line: 'Data fetching operations run concurrently',
    rules: ['sequential-fetches'],
    passes: ['map-fan-outs'],
    how: 'Ten and more calls of one component become a Map.',
  },
  {
    section: 'Resource Usage',
    line: 'Large datasets stored in blobs',
    rules: ['large-copy', 'blob-read-once'],
    passes: ['fuse-put-blob'],
    metrics: ['blob_bytes', 'blob_operations'],
    how: 'What exceeds its share of a payload is spilled by itself.',
  },
  {
    section: 'Resource Usage',
    line: 'Specific fields referenced instead of entire objects',
    rules: ['whole-object'],
    passes: ['project-reads'],
    how: 'A function returns only the paths that are read.',
  },
  {
    section: 'Resource Usage',
    line: 'Appropriate component selection for task complexity',
    rules: ['large-model', 'retry-cannot-help'],
    passes: ['inline-pure'],
    metrics: ['memory_usage_mb', 'startup_ms'],
    how: 'Pure built-in components need no function.',
  },
  {
    section: 'Data Flow',
    line: 'Minimal data copying and movement',
    rules: ['large-copy', 'whole-object'],
    passes: ['project-reads', 'fuse-put-blob'],
    metrics: ['blob_bytes'],
    how: 'Data goes only where it is read.',
  },
  {
    section: 'Data Flow',
    line: 'Early validation to catch errors before expensive operations',
    rules: ['late-validation', 'no-input-schema'],
    how: 'An inputSchema is checked before any step starts.',
  },
  {
    section: 'Data Flow',
    line: 'Efficient use of intermediate results',
    rules: ['unused-step', 'blob-read-once'],
    passes: ['merge-identical', 'fold-constants'],
    how: 'Equal calls are made once; what is known is computed at compile time.',
  },
  {
    section: 'AI Optimization',
    line: 'Concise, optimized prompts',
    rules: ['long-prompt', 'unbounded-tokens', 'high-temperature'],
    how: 'Prompts that are written out are measured.',
  },
  {
    section: 'AI Optimization',
    line: 'Appropriate model selection for task',
    rules: ['large-model'],
    how: 'The large model of a family is named.',
  },
  {
    section: 'AI Optimization',
    line: 'Response caching for repeated queries',
    rules: ['uncached-ai'],
    passes: ['share-guards'],
    how: 'A skipped call costs nothing: its guard is one Choice.',
  },
  {
    section: 'Architecture',
    line: 'Appropriate granularity of steps',
    rules: ['over-granular', 'single-items'],
    passes: ['inline-pure', 'fuse-chains'],
    how: 'Steps that only read are read in place.',
  },
  {
    section: 'Architecture',
    line: 'Efficient workflow patterns (fan-out/fan-in, pipeline)',
    rules: ['single-items'],
    passes: ['map-fan-outs', 'fuse-chains'],
    metrics: ['parallel_efficiency'],
    how: 'The arrangement follows the critical path.',
  },
  {
    section: 'Architecture',
    line: 'Performance monitoring and testing',
    rules: ['no-test', 'no-performance-test'],
    metrics: ['execution_time_ms', 'step_count'],
    how: 'Limits stand in tests; deployed flows have metrics, a dashboard and alarms.',
  },
];
