# shellcheck shell=bash disable=SC2154
# Hosts and cables: a host is a network namespace, a segment a bridge in the
# namespace of the switch. Cases use `host`, `plug` and `on_host`.

# on_host HOST COMMAND...: run it there, with the host's own /run, so that the
# sockets and pid files of several hosts never meet. `ip netns exec` has already
# given the command a mount namespace of its own. With and_end=exec the command
# takes the place of this shell, and gets its signals.
and_end=
on_host() {
  local name=$1
  shift
  # shellcheck disable=SC2016 # for the inner shell
  $and_end ip netns exec "$prefix$name" sh -c 'mount --bind "$0" /run && exec "$@"' \
    "$state/$name/run" "$@"
}

# host NAME: a new host without a cable.
host() {
  local name=$1
  mkdir -p "$state/$name"/{run,tmp,www}
  : >"$state/$name/interfaces"
  echo up >"$state/$name/cables"
  ip netns add "$prefix$name"
  # Addresses must be usable at once, and hosts with several must not drop
  # packets that come in by the other one.
  # shellcheck disable=SC2016 # for the inner shell
  ip netns exec "$prefix$name" sh -c 'ip link set lo up
    cd /proc/sys/net
    for key in all default; do
      echo 0 >ipv6/conf/$key/accept_dad
      echo 0 >ipv4/conf/$key/rp_filter
      echo 0 >ipv4/conf/$key/send_redirects
    done'
}

# plug HOST SEGMENT ADDRESS...: the next interface, eth0 first.
plug() {
  local name=$1 segment=$2 interface address
  local -a interfaces
  shift 2
  mapfile -t interfaces <"$state/$name/interfaces"
  interface=eth${#interfaces[@]}
  {
    if [ ! -e "$state/segment-$segment" ]; then
      : >"$state/segment-$segment"
      echo "link add $segment type bridge mcast_snooping 0 forward_delay 0"
      echo "link set $segment up"
    fi
    echo "link add $name-$interface type veth peer name $interface netns $prefix$name"
    echo "link set $name-$interface master $segment"
    echo "link set $name-$interface up"
  } | ip -n "${prefix}switch" -batch -
  {
    for address; do echo "addr add $address dev $interface"; done
    echo "link set $interface up"
  } | ip -n "$prefix$name" -batch -
  echo "$name-$interface" >>"$state/$name/interfaces"
}

# set_cables HOST up|down: the host sees its carrier come or go.
set_cables() {
  local port
  while read -r port; do echo "link set $port $2"; done <"$state/$1/interfaces" |
    ip -n "${prefix}switch" -batch -
  echo "$2" >"$state/$1/cables"
}

unplug_host() { set_cables "$1" down; }
plug_host() { set_cables "$1" up; }

# running_on HOST FILE: whether the process in the pid file lives, and on that host:
# the number may have been given to another one since.
running_on() {
  local pid
  [ -s "$state/$1/$2" ] || return 1
  pid=$(<"$state/$1/$2")
  [ "/proc/$pid/ns/net" -ef "/run/netns/$prefix$1" ] && ! all_gone "$pid"
}

# descendants PID: it and all processes below it.
descendants() {
  local child
  echo "$1"
  for child in $(pgrep -P "$1"); do descendants "$child"; done
}

# host_processes HOST...: those in their namespaces, and those that their daemons
# started, should one have left.
host_processes() {
  local name namespace
  for name; do
    for namespace in /proc/[0-9]*/ns/net; do
      [ ! "$namespace" -ef "/run/netns/$prefix$name" ] || echo "${namespace//[!0-9]/}"
    done
    if running_on "$name" wrapper.pid; then descendants "$(<"$state/$name/wrapper.pid")"; fi
  done
}

all_gone() {
  local pid line
  for pid; do
    # A zombie is gone: whoever reaps it is not our concern.
    while read -r line; do
      [[ $line != State:* || $line == State:*[ZX]\ * ]] || return 1
    done 2>/dev/null <"/proc/$pid/status" || true
  done
}

# crash_host HOST [COMMAND...]: all processes are stopped before the first one
# dies, so none can react to the death of another. The command runs in between.
crash_host() {
  local name=$1
  local -a pids
  shift
  mapfile -t pids < <(host_processes "$name")
  [ ${#pids[@]} -eq 0 ] || kill -STOP "${pids[@]}" 2>/dev/null || true
  "$@"
  [ ${#pids[@]} -gt 0 ] || return 0
  kill -KILL "${pids[@]}" 2>/dev/null || true
  until_true 10 all_gone "${pids[@]}" || die "processes of $name do not die: ${pids[*]}"
  rm -f "$state/$name/wrapper.pid" "$state/$name/server.pid"
}

# A host that only lost its processes still balances and answers ARP.
power_off_host() { crash_host "$1" unplug_host "$1"; }

remove_host() {
  local port
  crash_host "$1"
  # A deleted namespace goes away some time later; its cables must go now, for
  # others of the same name to be plugged in.
  if [ -e "$state/$1/interfaces" ]; then
    sed 's/^/link del /' "$state/$1/interfaces" |
      ip -n "${prefix}switch" -force -batch - 2>/dev/null || true
  fi
  ip netns del "$prefix$1" 2>/dev/null || true
}

# boot_host HOST: power off and on; addresses, tables and /run are lost.
boot_host() {
  remove_host "$1"
  rm -rf "${state:?}/$1/run" "$state/$1/tmp"
  build "$1"
  count_packets "$1"
  server_up "$1"
}

lab_up() {
  local name
  [ -e "$lab_home/cases/$1/case" ] || die "no case $1; there are: $(cd "$lab_home/cases" && echo *)"
  [ "$EUID" = 0 ] || die "must be run by root"
  lab_down
  mkdir -p "$state"
  echo "$1" >"$state/case"
  load_case
  ip netns add "${prefix}switch"
  ip netns exec "${prefix}switch" sysctl -q net.ipv6.conf.all.disable_ipv6=1 \
    net.ipv6.conf.default.disable_ipv6=1
  for name in "${hosts[@]}"; do
    build "$name"
    count_packets "$name"
    server_start "$name"
  done
  for name in "${hosts[@]}"; do server_ready "$name"; done
  for name in "${directors[@]}"; do
    configuration "$name" >"$state/$name/keepalived.conf"
  done
}

# Also clears away what a killed lab left behind.
lab_down() {
  local -a names pids
  [ "$EUID" = 0 ] || die "must be run by root"
  mapfile -t names < <(ip netns list | sed -n "s/^$prefix\([^ ]*\).*/\1/p")
  mapfile -t pids < <(host_processes "${names[@]}")
  if [ ${#pids[@]} -gt 0 ]; then
    kill -KILL "${pids[@]}" 2>/dev/null || true
    until_true 10 all_gone "${pids[@]}" || die "processes do not die: ${pids[*]}"
  fi
  [ ${#names[@]} -eq 0 ] || printf "netns del $prefix%s\n" "${names[@]}" | ip -force -batch -
  rm -rf "$state"
}
