# shellcheck shell=sh
# What setup, quickstart and test share. Read with `. tools/lib.sh`, from the root of the repository; POSIX sh.

say() { printf '%s\n' "$*"; }
step() { printf '\n==> %s\n' "$*"; }
fail() {
  printf '\n%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# How many compilers run at once: one a processor, each with the 2 GB that the largest file asks for.
jobs_at_once() {
  jobs_processors=$(nproc)
  jobs_memory=$(awk '/^MemAvailable:/ { print int($2 / 2000000) }' /proc/meminfo)
  [ "$jobs_memory" -ge 1 ] || jobs_memory=1
  if [ "$jobs_processors" -lt "$jobs_memory" ]; then say "$jobs_processors"; else say "$jobs_memory"; fi
}

# A script ends what it started by its id, also when it is interrupted: put this into its trap.
watched_pid=""
end_watched() {
  [ -z "$watched_pid" ] || kill "$watched_pid" 2>/dev/null || true
  watched_pid=""
}

# watched LOG LABEL COMMAND...: runs the command into LOG and says its newest line every ten seconds, so that a pipe or a
# CI log shows progress without thousands of lines. The command's exit code is its own.
watched() {
  watched_log=$1
  watched_label=$2
  shift 2
  watched_began=$(date +%s)
  "$@" >"$watched_log" 2>&1 </dev/null &
  watched_pid=$!
  watched_ticks=0
  while kill -0 "$watched_pid" 2>/dev/null; do
    sleep 1
    watched_ticks=$((watched_ticks + 1))
    if [ $((watched_ticks % 10)) -eq 0 ]; then
      say "    $watched_label, $(($(date +%s) - watched_began)) s: $(tail -n 1 "$watched_log" | cut -c 1-100)"
    fi
  done
  watched_code=0
  wait "$watched_pid" || watched_code=$?
  watched_pid=""
  return "$watched_code"
}

# fail_with LOG SENTENCE...: the end of the log, then the sentence.
fail_with() {
  tail -n 60 "$1" >&2
  shift
  fail "$@"
}

# build_preset PRESET [TARGET...]: configures and builds into build/PRESET. Says how long it took.
build_preset() {
  build_name=$1
  shift
  build_began=$(date +%s)
  mkdir -p "build/$build_name"
  watched "build/$build_name/configure.log" "configuring $build_name" cmake --preset "$build_name" ||
    fail_with "build/$build_name/configure.log" "Configuring build/$build_name failed; the reason is above and in build/$build_name/configure.log."
  watched "build/$build_name/build.log" "building $build_name" \
    ninja -C "build/$build_name" -j "$(jobs_at_once)" "$@" ||
    fail_with "build/$build_name/build.log" "Building build/$build_name failed; the compiler's words are above and in build/$build_name/build.log."
  say "    build/$build_name is built ($(($(date +%s) - build_began)) s)."
}
