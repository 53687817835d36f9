import fc from 'fast-check';

// A fixed seed keeps main green for a reason; FC_SEED and FC_RUNS widen the search by hand and nightly.
fc.configureGlobal({
  seed: Number(process.env['FC_SEED'] ?? 20261121),
  numRuns: Number(process.env['FC_RUNS'] ?? 100),
});
