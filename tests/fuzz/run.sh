#!/usr/bin/env bash
# Fuzzes every target for some seconds: tests/fuzz/run.sh libfuzzer|afl SECONDS BUILD_FOLDER
# Seeds are the shipped rules and examples; what once broke is kept in tests/fuzz/corpus.
set -euo pipefail
kind=$1 seconds=$2 build=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
for target in source test_file command csv store; do
  pattern='*.bylaw'; [ $target = test_file ] && pattern='*.test.yaml'
  seeds=$build/seeds_$target
  rm -rf "$seeds"; mkdir -p "$seeds"
  case $target in
    command) # One command a file, as the pages show them and the golden logs have them.
      cat "$root"/docs/commands/*.md "$root"/tests/golden/events/*.jsonl | grep '^{"command_id"' | split -l 1 -a 4 - "$seeds/command_" ;;
    csv) printf 'Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n1,85123A,"A ""white"" heart",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\nC2,POST,,-1,2010-12-01 08:27:00,18.00,,France\n' > "$seeds/a.csv" ;;
    store) printf '\0\0\0\0\0\1' > "$seeds/edit" ;;
    *) find "$root/rules" "$root/examples" "$root/tests/golden" "$root/tests/fuzz/corpus/$target" -type f -name "$pattern" -size -6k -exec cp -n {} "$seeds" \; ;;
  esac
  echo "== $kind: $target, $(find "$seeds" -type f | wc -l) seeds, $seconds s"
  if [ "$kind" = libfuzzer ]; then
    mkdir -p "$build/found_$target"
    ASAN_OPTIONS=detect_leaks=1 "$build/${target}_fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=3000 -max_len=8000 \
      -dict="$root/tests/fuzz/policy.dict" -artifact_prefix="$build/crash_${target}_" "$build/found_$target" "$seeds" 2>&1 | tail -4
  else
    rm -rf "$build/afl_$target"
    AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 AFL_CMIN_ALLOW_ANY=1 AFL_IGNORE_SEED_PROBLEMS=1 \
      afl-fuzz -V "$seconds" -t 5000 -m none -x "$root/tests/fuzz/policy.dict" -i "$seeds" -o "$build/afl_$target" -- "$build/${target}_fuzzer" > "$build/afl_$target.log" 2>&1
    grep -E "execs_done|saved_crashes|saved_hangs|edges_found" "$build/afl_$target/default/fuzzer_stats"
    # Not `! grep`, which set -e does not see.
    if grep -qE "saved_crashes *: *[1-9]" "$build/afl_$target/default/fuzzer_stats"; then
      echo "crashes are in $build/afl_$target/default/crashes"
      exit 1
    fi
  fi
done
