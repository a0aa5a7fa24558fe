extension Explanations {
  /// Of references and order.
  static let referenceExplanations: [DiagnosticCode: String] = [
    .unknownReference:
      """
    Something is named that is not defined. Scripts, track files, tracked processes, BFD sessions and track groups have
    to be defined before the blocks that name them; instances of a sync group and server groups may stand anywhere.
    """,
    .forwardReference:
      "The word depends on another that has to stand before it.",
    .duplicate:
      """
    Something exists twice that can exist once: a name, a VRID on one interface and family, a service, a server of a
    service, an interface of a garp_group. The first one counts.
    """,
    .duplicateSetting:
      "The setting cannot be repeated; the first one counts. (Of most keywords the last one counts.)",
    .unused:
      "Something is defined that nothing uses. A script that nothing tracks is not run.",
  ]

  /// Of meaning.
  static let meaningExplanations: [DiagnosticCode: String] = [
    .incomplete:
      "A block or entry lacks what it cannot do without, and is dropped. The message names what is missing.",
    .contradiction:
      """
    Two settings contradict each other, and one of them is changed or ignored. A frequent case is nopreempt or
    preempt_delay with state MASTER: an instance that starts as MASTER takes over at once. Give both sides state BACKUP
    and let the priority decide.
    """,
    .familyMismatch:
      """
    An instance has addresses of one family, decided by the first address, peer or source in its block; addresses of the
    other family belong into virtual_ipaddress_excluded or a second instance. A real server has the family of its service
    unless it is reached through a tunnel.
    """,
    .versionLimit:
      """
    VRRP version 2 has whole seconds between adverts and IPv4 only; version 3 has hundredths up to 40.95 seconds, and no
    authentication.
    """,
    .portMismatch:
      """
    DR and TUN leave the packet as it is, so that the server has to listen on the port of the service. Only NAT can
    change it.
    """,
    .quorumUnreachable:
      "The quorum is larger than the weight of all servers together and could never be reached; it is lowered.",
    .emptyService:
      "A virtual_server without real_server balances nothing, and is dropped.",
    .groupTooSmall:
      "A sync group holds instances together that change state together. With none it is dropped, with one it does nothing.",
    .strictMode:
      """
    vrrp_strict or strict_mode asks for the RFC to the letter: no authentication, no preempt_delay, MASTER only with
    priority 255, three missed adverts, no announcements on adverts of lower priority, a link-local first IPv6 address.
    """,
    .noAddress:
      """
    An instance has no virtual_ipaddress. Version 2 can do without (no_virtual_ipaddress says that this is meant), version
    3 and strict mode cannot.
    """,
    .defaulted:
      "A setting that should be there is missing, and a default is taken that may surprise: without protocol a service is UDP.",
    .trackingIgnored:
      """
    Something is tracked that cannot be, or twice, or with a weight where weights do not count: in a sync group (unless
    sync_group_tracking_weight is set) and with priority 255. Routes are watched only with dev, and with the protocol of
    keepalived.
    """,
    .unverifiedCertificates:
      """
    SSL_GET takes any certificate, as keepalived's does: an expired one, one of another host, one that anybody made. That
    may be what is wanted of a check. With 'ssl_verify on' the certificate has to be valid, for the server name that is
    sent (or else the address), and signed by an authority of ssl_ca_file or of the system.
    """,
  ]

  /// Of the machine, and of support.
  static let machineExplanations: [DiagnosticCode: String] = [
    .missingInterface:
      """
    The configuration names an interface that does not exist on this machine. Without dynamic_interfaces in global_defs
    the program does not start with it.
    """,
    .missingScript:
      "A script's program does not exist here or cannot be executed, and is not run. A vrrp_script of that kind is dropped.",
    .unknownUser:
      """
    A script is to run as a user or group this machine does not have. With enable_script_security and without script_user
    scripts run as keepalived_script, which then has to exist.
    """,
    .insecureScript:
      """
    Someone other than root can replace a script, or a directory on the way to it, and so run programs as its user. With
    enable_script_security it is not run. Make all of the path belong to root and writable by nobody else.
    """,
    .unresolvedHost:
      "The name of the mail server has no address, so that no mail could be sent. An address always works.",
    .missingDirectory:
      "The directory of a track file does not exist, so that the file cannot be watched.",
    .missingNamespace:
      "The network namespace of net_namespace does not exist here, so that interfaces cannot be checked.",
    .scriptSecurityOff:
      """
    The configuration runs scripts, and enable_script_security is not set in global_defs. keepalived reports that as a
    security violation whenever scripts are configured, and its test ends with status 6. Set enable_script_security and
    script_user, and keep scripts in directories of root.
    """,
    .deprecated:
      "The word is an old one. It still works; the help names its successor.",
    .unsupported:
      """
    keepalived acts on the word, this program does not yet. The message says what is lost by that; all else of the
    configuration is in force. understudyctl keywords lists every word and its state.
    """,
    .withoutEffect:
      "The word has no effect here; the message says why none is needed.",
  ]
}
