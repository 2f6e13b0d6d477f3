#!/usr/bin/env bash
# Fuzzes: fuzz/run.sh SECONDS [TARGET…], one target after the other, all where none is named.
# With FUZZ_SEED set the draws are the same each time, as CI wants it.
# Needs cargo-fuzz (`cargo install cargo-fuzz --locked`) and Python 3; seeds come from REHEARSE_CORPUS.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:?how many seconds a target}
shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(zip descriptor objects csv manifest scenario storage archive)

# The coverage that guides the fuzzer is a flag of the nightly compiler, which the stable one takes when told so. No sanitizer: without unsafe
# code of our own there is little for one to find, and it halves the speed.
export RUSTC_BOOTSTRAP=1
python3 seed.py
cargo fuzz build --dev --sanitizer none
for target in "${targets[@]}"; do
  mkdir -p "corpus/$target"
  cargo fuzz run --dev --sanitizer none "$target" -- \
    -max_total_time="$seconds" ${FUZZ_SEED:+"-seed=$FUZZ_SEED"} -timeout=30 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 -verbosity=0 \
    -dict="dictionaries/$target.dict"
done
