# shellcheck shell=bash disable=SC2154
# Looking: who has the address, what is in the tables, which way packets went.

# holds_address HOST: whether the first of the case's addresses is on a real
# interface. On lo, every real server for direct routing has it.
holds_address() {
  local found
  found=$(ip -n "$prefix$1" -o addr show dev eth0 to "${addresses[0]}" 2>/dev/null) &&
    [ -n "$found" ]
}

show_masters() {
  local name
  for name in "${directors[@]}"; do
    ! holds_address "$name" || echo "$name"
  done
}

show_table() {
  [ -e /proc/net/ip_vs ] || {
    echo "no IPVS in this kernel"
    return
  }
  ip netns exec "$prefix$1" ipvsadm -Ln | sed 1,3d
}

show_status() {
  local name role
  for name in "${directors[@]}"; do
    role="daemon stopped"
    ! daemon_running "$name" || role="backup"
    ! holds_address "$name" || role="MASTER of ${addresses[*]}"
    [ "$(<"$state/$name/cables")" = up ] || role="unplugged"
    printf '%s\t%s\n' "$name" "$role"
    show_table "$name" | sed 's/^/\t/'
  done
}

# count_packets HOST: from now on, count the packets to the case's service as
# they leave and as they arrive by cable. One that left its sender with TTL 64
# and was forwarded once has 63: less means that it was forwarded again, bounced.
# With iptables, as User Mode Linux has no nftables for IPv4.
count_packets() {
  [[ " ${counted[*]} " == *" $1 "* ]] || return 0
  local service="-d ${addresses[0]} -p tcp --dport $port"
  ip netns exec "$prefix$1" iptables-legacy-restore <<RULES
*raw
-A OUTPUT ! -o lo $service -m comment --comment sent
-A PREROUTING ! -i lo $service -m comment --comment arrived
-A PREROUTING ! -i lo $service -m ttl --ttl-lt 63 -m comment --comment bounced
COMMIT
RULES
}

# One line per host: name, packets sent, arrived and bounced.
show_packets() {
  local name
  for name in "${counted[@]}"; do
    ip netns exec "$prefix$name" iptables-legacy-save -c -t raw | awk -v name="$name" '
      match($0, /--comment [a-z]+/) {
        packets[substr($0, RSTART + 10, RLENGTH - 10)] = substr($1, 2) + 0
      }
      END { print name, "sent", packets["sent"], "arrived", packets["arrived"],
              "bounced", packets["bounced"] }'
  done
}
