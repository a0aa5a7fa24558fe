/// Configurations of our own, which between them use most of the language.
enum Samples {
  /// The two-director case: both directors are real servers as well. As its owner wrote it, braces and all.
  static let twoDirectors = """
    ! Configuration File for keepalived
    global_defs {
        notification_email {
            ops@pos.example
            failover@pos.example
        }
        notification_email_from lvs@pos.example
        smtp_server 192.0.2.25
        smtp_connect_timeout 30
        router_id LVS_POS_PRD
    }
    vrrp_instance VI_1 {
        state MASTER          # BACKUP on the other
        interface eth0
        virtual_router_id 51
        priority 100          # 99 on the other
        advert_int 1
        authentication { auth_type PASS
            auth_pass 1111 }
        virtual_ipaddress { 192.168.0.239 }
    }
    virtual_server 192.168.0.239 8898 {
        delay_loop 6
        lb_algo rr
        lb_kind DR
        persistence_timeout 50
        protocol TCP
        real_server 192.168.0.236 8898 {
            weight 1
            TCP_CHECK { connect_timeout 10
                nb_get_retry 3
                delay_before_retry 3
                connect_port 8898 }
        }
        real_server 192.168.0.238 8898 { weight 1  TCP_CHECK { connect_timeout 10 retry 3 delay_before_retry 3 connect_port 8898 } }
    }
    """

  /// Separate directors, NAT, HTTP by status and digest, HTTPS, a sorry server and a quorum.
  static let webFarm = """
    global_defs {
      router_id WEB
      enable_script_security
      script_user root
      smtp_alert off
    }
    virtual_server 198.51.100.10 80 {
      delay_loop 5
      lvs_sched wlc
      lvs_method NAT
      protocol TCP
      quorum 2
      hysteresis 1
      quorum_up "/usr/bin/true up"
      quorum_down "/usr/bin/true 'went down'"
      virtualhost www.example.org
      sorry_server 10.1.0.99 8080
      real_server 10.1.0.1 80 {
        weight 3
        HTTP_GET {
          url {
            path /health
            status_code 200 204 300-302
          }
          url {
            path /page
            digest 9b3a0c85a887a256d6939da88aabd8cd
          }
          connect_timeout 3
          retry 2
          delay_before_retry 2.5
        }
      }
      real_server 10.1.0.2 8080 {
        inhibit_on_failure
        notify_up /usr/bin/true
        MISC_CHECK {
          misc_path "/usr/bin/true -a \\"b c\\""
          misc_timeout 4
          misc_dynamic
          user root
        }
        DNS_CHECK {
          type a
          name www.example.org
        }
      }
    }
    virtual_server 2001:db8::10 443 {
      lvs_sched sh
      sh-port
      lvs_method TUN type gue port 6080 csum
      protocol TCP
      alpha
      real_server 2001:db8:1::1 443 {
        SSL_GET {
          enable_sni
          url { path / }
        }
        SMTP_CHECK { helo_name me.example.org }
        UDP_CHECK {
          payload 00 ff a
          require_reply 0x x1
        }
        PING_CHECK { retry 0 }
      }
    }
    """

  /// Failover with nearly everything a router can have.
  static let routers = """
    net_namespace blue
    global_defs {
      vrrp_version 3
      vrrp_garp_master_delay 2
      vrrp_garp_master_repeat 3
      vrrp_notify_fifo /run/vrrp.fifo
      dynamic_interfaces
      script_user root
      enable_script_security
      vrrp_skip_check_adv_addr
    }
    track_file maintenance {
      file /run/maintenance
      weight 10
    }
    vrrp_track_process proxy {
      process haproxy -f "/etc/haproxy/haproxy cfg"
      quorum 2
      weight -20
      delay 2
    }
    bfd_instance peer {
      neighbor_ip 192.0.2.2
      min_rx 250.5
      multiplier 3
    }
    vrrp_script check {
      script "/usr/bin/true 'a b' c"
      interval 2.5
      fall 3
      rise 2
      weight -30
    }
    track_group all {
      group { inside outside }
    }
    static_ipaddress { 10.9.0.1/24 dev eth0 label eth0:9 }
    static_routes {
      10.10.0.0/16 via 10.9.0.254 dev eth0 table 100 metric 5 track_group all
      blackhole 10.11.0.0/16 no_track
      default via 2001:db8::1 dev eth1 mtu lock 1400 rtt 300ms
      10.12.0.0/16 nexthop via 10.9.0.2 dev eth0 weight 3 nexthop via 10.9.0.3 dev eth0
    }
    static_rules {
      from 10.9.0.0/24 table 100 preference 500
      fwmark 0x10/0xff iif eth0 lookup 101 priority 501
    }
    vrrp_sync_group both {
      group {
        inside
        outside
      }
      notify "/usr/bin/true group" root root
      sync_group_tracking_weight
    }
    vrrp_instance inside {
      state BACKUP
      interface eth0
      virtual_router_id 10
      priority 150
      advert_int 0.5
      nopreempt
      use_vmac vrrp.in 02:00:5e:01:02
      vmac_xmit_base
      unicast_src_ip 192.0.2.1
      unicast_peer {
        192.0.2.2
        192.0.2.3 min_ttl 254
      }
      virtual_ipaddress {
        192.0.2.10/24 dev eth0 label eth0:1 brd + scope link
        192.0.2.11 peer 192.0.2.12
      }
      virtual_ipaddress_excluded {
        2001:db8::10/64 dev eth1 -nodad preferred_lft 30
      }
      virtual_routes { 10.20.0.0/16 via 192.0.2.254 dev eth0 }
      virtual_rules { from all to 10.20.0.0/16 table 20 preference 7 }
      track_script { check }
      track_file { maintenance weight 5 reverse }
      track_process { proxy }
      track_interface { eth1 weight 10 }
      track_bfd { peer weight 3 }
      notify_master "/usr/bin/true master"
      notify_backup /usr/bin/true root
      smtp_alert
    }
    vrrp_instance outside {
      interface eth1
      virtual_router_id 10
      preempt_delay 12.25
      virtual_ipaddress {
        fe80::10
        2001:db8::11/64
      }
      garp_master_refresh 60
      down_timer_adverts 4
      accept
    }
    """

  /// Parameters, conditions, repetitions, groups and marks.
  static let generated = """
    $NET=10.5
    $SERVERS= \\
      real_server ${NET}.1.1 80 { \\
        weight $WEIGHT \\
        TCP_CHECK { connect_port 8080 } \\
      } \\
      real_server ${NET}.1.2 80 { weight 2 }
    @node1 $WEIGHT=7
    @^node1 $WEIGHT=9
    virtual_server_group marks {
      fwmark 7
      ~SEQ(N, 1, 3) ${NET}.9.$N 80
      10.6.0.10-20 443
      10.7.0.0/29 80
    }
    virtual_server group marks {
      lvs_sched mh
      mh-fallback
      lvs_method DR
      protocol UDP
      ops
      persistence_timeout
      persistence_granularity 255.255.255.0
      $SERVERS
    }
    virtual_server fwmark 9 {
      ip_family inet
      lvs_sched nq
      lvs_method NAT
      real_server ${NET}.2.1 { uthreshold 100 lthreshold 50 }
    }
    vrrp_instance ~ {
      interface eth0
      virtual_router_id 77
      virtual_ipaddress {
        ~LST({A, D}, {1, eth0}, {2, eth1}) 10.8.0.$A/24 dev $D
      }
    }
    """

  static let all = [twoDirectors, webFarm, routers, generated]
}
