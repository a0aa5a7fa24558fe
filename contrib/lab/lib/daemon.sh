# shellcheck shell=bash disable=SC2154
# The daemon of a director: keepalived's flags, so any implementation will do.

# program_of HOST: DAEMON_<host>, DAEMON, or what this checkout built.
program_of() {
  local variable=DAEMON_$1 candidate
  for candidate in "${!variable:-}" "${DAEMON:-}" "$checkout/.build/release/understudy" \
    "$checkout/.build/debug/understudy"; do
    [ -n "$candidate" ] || continue
    if [ -x "$candidate" ]; then
      echo "$candidate"
      return
    fi
    case $candidate in
      "$checkout"/*) ;;
      *) die "$candidate is not a program" ;;
    esac
  done
  die "understudy is not built: swift build -c release, or set DAEMON"
}

# realserver HOST ARGUMENT...: the helper that prepares real servers for DR.
realserver() {
  local name=$1 program=${REALSERVER:-$checkout/.build/release/realserver}
  shift
  [ -x "$program" ] || program=$checkout/.build/debug/realserver
  [ -x "$program" ] || die "realserver is not built: swift build -c release, or set REALSERVER"
  on_host "$name" "$program" "$@" >>"$state/$name/realserver.log"
}

# daemon_start HOST... [-- FLAG...]
daemon_start() {
  local -a names=() flags=()
  local name
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    names+=("$1")
    shift
  done
  [ $# -eq 0 ] || flags=("${@:2}")
  [ ${#names[@]} -gt 0 ] || die "start: which host?"
  for name in "${names[@]}"; do
    need_host "$name"
    launch "$name" "${flags[@]}"
  done
  for name in "${names[@]}"; do
    until_true 10 started_or_ended "$name" || die "$name: no pid file within 10 seconds"
    [ ! -e "$state/$name/status" ] || {
      tail -n 20 "$state/$name/log" >&2
      die "$name: the daemon ended with status $(<"$state/$name/status")"
    }
  done
}

started_or_ended() { [ -s "$state/$1/main.pid" ] || [ -e "$state/$1/status" ]; }

launch() {
  local name=$1 directory=$state/$1 program
  shift
  ! daemon_running "$name" || die "$name: the daemon runs already"
  program=$(program_of "$name")
  rm -f "$directory"/{status,main.pid,vrrp.pid,checkers.pid}
  # A shell stays as its parent, to know its end.
  # shellcheck disable=SC2016,SC2086 # for the inner shell; DAEMON_FLAGS are words
  and_end="exec" TMPDIR=$directory/tmp on_host "$name" setsid sh -c '
      cd /
      directory=$0
      "$@" & echo $! >"$directory/daemon.pid"
      trap "" HUP INT TERM
      wait $!
      echo $? >"$directory/status"' \
    "$directory" "$program" -n -l -D -f "$directory/keepalived.conf" -p "$directory/main.pid" \
    -r "$directory/vrrp.pid" -c "$directory/checkers.pid" ${DAEMON_FLAGS:-} "$@" \
    >>"$directory/log" 2>&1 </dev/null &
  echo $! >"$directory/wrapper.pid"
}

daemon_running() { running_on "$1" wrapper.pid; }

daemon_stop() {
  local directory=$state/$1 status
  daemon_running "$1" || die "$1: the daemon does not run"
  kill -TERM "$(<"$directory/daemon.pid")"
  until_true 15 test -s "$directory/status" || die "$1: the daemon does not stop"
  rm -f "$directory/wrapper.pid"
  status=$(<"$directory/status")
  [ "$status" = 0 ] || exit "$status"
}

daemon_reload() {
  daemon_running "$1" || die "$1: the daemon does not run"
  kill -HUP "$(<"$state/$1/daemon.pid")"
}

# role_pid HOST election|balancing|control: found by the name in its argument
# list; keepalived's processes by its pid files.
role_pid() {
  local main child file
  need_host "$1"
  daemon_running "$1" || die "$1: the daemon does not run"
  main=$(<"$state/$1/daemon.pid")
  for child in $(pgrep -P "$main"); do
    if [[ "$(tr '\0' ' ' <"/proc/$child/cmdline")" == *": $2"* ]]; then
      echo "$child"
      return
    fi
  done
  case $2 in
    election) file=$state/$1/vrrp.pid ;;
    balancing) file=$state/$1/checkers.pid ;;
    *) file= ;;
  esac
  [ -s "$file" ] || die "$1: no process has the role $2"
  cat "$file"
}
