# shellcheck shell=bash disable=SC2154
# Scene b: a shop behind NAT.

scene_b() {
  local vip=203.0.113.10
  heading "Case b: a shop. Two directors, three servers by NAT, HTTP and HTTPS on $vip"
  lab up b
  lab start d1 d2
  soon 15 "d1 is master" only_master d1
  soon 15 "three servers for HTTP, two for HTTPS" complete_b d1
  show lab status
  requests $vip 80 30
  claim "every request was answered, by all three" answered_by s1 s2 s3
  show lab exec client curl -sk https://$vip/
  claim "HTTPS is answered" lab exec client curl -skf -m 5 https://$vip/

  checks_b "$vip"
  failover_b "$vip"

  heading "The mails that arrived"
  show lab mails
  claim "the loss of the quorum was mailed" mailed "Virtualserver [$vip]:tcp:80 - DOWN"
  claim "and who became master" mailed "VRRP Instance OUTSIDE - Entering MASTER state"
}

complete_b() { in_table "$1" 10.0.0.{11,12,13}:80 10.0.0.{11,12}:443; }

checks_b() {
  heading "A wrong page is found by its digest"
  echo "something is wrong" >"$(lab dir s3)/www/health"
  soon 20 "s3 answers, but not with the page it should: out of the table" not_in_table d1 10.0.0.13:80
  heading "The status page of s1 is gone: one server is left, the quorum is two"
  rm "$(lab dir s1)/www/status"
  soon 20 "the sorry server has taken its place" in_table d1 10.0.0.99:80
  show lab table d1
  requests "$1" 80 10
  claim "it says sorry to everyone" answered_by sorry
  echo "all is well" >"$(lab dir s3)/www/health"
  echo fine >"$(lab dir s1)/www/status"
  soon 20 "both are repaired: all servers are back" complete_b d1
  soon 5 "and the sorry server is gone" not_in_table d1 10.0.0.99:80
}

failover_b() {
  heading "The plug of the master is pulled"
  start_watching "$1" 80
  lab power-off d1
  soon 10 "d2 is master" only_master_alive d2
  soon 10 "the servers' gateway moved along" lab exec s1 ping -c1 -W1 10.0.0.10
  requests "$1" 80 30
  claim "every request is answered" answered_by s1 s2 s3
  stop_watching
  claim "the shop was closed for less than 5 seconds" below "$(field "$gaps" gap)" 5
}
