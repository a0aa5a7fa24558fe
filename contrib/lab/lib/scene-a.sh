# shellcheck shell=bash disable=SC2154
# Scene a: two blades that are directors and real servers at once.

terminals=()
mapfile -t terminals < <(seq -f '192.168.0.%g' 101 120)

scene_a() {
  local vip=192.168.0.239 port=8898 one=192.168.0.236:8898 two=192.168.0.238:8898
  heading "Case a: two blades, each director and real server, behind $vip port $port"
  lab up a
  lab start d1 d2
  soon 10 "d1, with the higher priority, is master" only_master d1
  soon 10 "its IPVS table holds both servers" in_table d1 $one $two
  show lab status
  claim "d2 keeps the service out of its kernel: it would balance again what d1 sends it" empty_table d2

  requests $vip $port 40 "${terminals[@]}"
  claim "every request was answered, by both blades" answered_by d1 d2
  claim "no packet bounced between the blades" bounced_none

  failover_a "$vip" "$port"
  comeback_a "$vip" "$port"
  real_server_a "$vip" "$port" "$two"

  heading "The mails that arrived"
  show lab mails
  claim "the failure of d2's service was mailed" \
    mailed "Realserver [192.168.0.238]:tcp:8898 of virtual server [$vip]:tcp:8898 - DOWN"
  soon 10 "and its return, to both recipients" eval \
    "mailed 'Realserver [192.168.0.238]:tcp:8898 of virtual server [$vip]:tcp:8898 - UP' &&
     mailed 'To: ops@pos.example, failover@pos.example'"
}

failover_a() {
  heading "The plug of the master is pulled: all its processes killed, its cable dead"
  start_watching "$1" "$2" "${terminals[@]}"
  lab power-off d1
  soon 10 "d2 is master" only_master_alive d2
  soon 20 "d2 noticed that d1 does not serve either" not_in_table d2 192.168.0.236:8898
  stop_watching
  show lab status
  claim "the service was away for less than 5 seconds" below "$(field "$gaps" gap)" 5
  requests "$1" "$2" 40 "${terminals[@]}"
  claim "d2 serves every terminal" answered_by d2
}

# A host without power still has an address in its namespace, where nobody sees it.
only_master_alive() { [[ "$(lab status)" == *"$1"$'\t'"MASTER"* ]]; }

comeback_a() {
  heading "d1 is switched on again"
  lab boot d1
  lab start d1
  soon 15 "d1 is master again, and alone" only_master d1
  soon 15 "with both servers in its table" in_table d1 192.168.0.236:8898 192.168.0.238:8898
  soon 10 "and none in d2's" empty_table d2
  requests "$1" "$2" 40 "${terminals[@]}"
  claim "every request was answered, by both" answered_by d1 d2
  claim "still, no packet bounced" bounced_none
}

real_server_a() {
  heading "The service on d2 dies; the director on d2 lives"
  lab server-down d2
  soon 20 "d1 took it out of the table" not_in_table d1 "$3"
  show lab table d1
  requests "$1" "$2" 40 "${terminals[@]}"
  claim "d1 answers every request" answered_by d1
  lab server-up d2
  soon 20 "the service is back: so it is in the table" in_table d1 "$3"
}
