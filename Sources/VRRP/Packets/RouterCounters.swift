/// What a router counts, from its start or the last reset.
package struct RouterCounters: Hashable, Sendable {
  package var advertsReceived: UInt64 = 0
  package var advertsSent: UInt64 = 0
  package var becameMaster: UInt64 = 0
  package var releasedMaster: UInt64 = 0
  package var packetLengthErrors: UInt64 = 0
  package var advertIntervalErrors: UInt64 = 0
  package var timeToLiveErrors: UInt64 = 0
  package var invalidTypes: UInt64 = 0
  package var addressListErrors: UInt64 = 0
  package var invalidAuthenticationTypes: UInt64 = 0
  package var authenticationTypeMismatches: UInt64 = 0
  package var authenticationFailures: UInt64 = 0
  package var trailersMissing: UInt64 = 0
  package var trailersMalformed: UInt64 = 0
  package var trailersOfUnknownKey: UInt64 = 0
  package var trailersInvalid: UInt64 = 0
  package var trailersStale: UInt64 = 0
  package var trailersReplayed: UInt64 = 0
  package var priorityZeroReceived: UInt64 = 0
  package var priorityZeroSent: UInt64 = 0
  package var versionErrors: UInt64 = 0
  package var checksumErrors: UInt64 = 0
  package var virtualRouterErrors: UInt64 = 0
  /// Adverts whose checksum was of the form that is not configured; they were accepted.
  package var otherChecksumForms: UInt64 = 0
  /// How often addresses, routes or rules that somebody else removed were put back.
  package var restored: UInt64 = 0
  /// How often a second master was heard.
  package var contests: UInt64 = 0
  /// How often the process was found to have slept for longer than the peers wait.
  package var stalls: UInt64 = 0

  /// All zero.
  package init() {}

  /// The counters of keepalived's JSON dump under its names and in its order.
  package var keepalivedFields: [(name: String, value: UInt64)] {
    [
      ("advert_rcvd", advertsReceived), ("advert_sent", advertsSent), ("become_master", becameMaster),
      ("release_master", releasedMaster), ("packet_len_err", packetLengthErrors),
      ("advert_interval_err", advertIntervalErrors), ("ip_ttl_err", timeToLiveErrors),
      ("invalid_type_rcvd", invalidTypes), ("addr_list_err", addressListErrors),
      ("invalid_authtype", invalidAuthenticationTypes), ("authtype_mismatch", authenticationTypeMismatches),
      ("auth_failure", authenticationFailures), ("auth_ext_missing", trailersMissing),
      ("auth_ext_malformed", trailersMalformed), ("auth_ext_unknown_key", trailersOfUnknownKey),
      ("auth_ext_invalid_hmac", trailersInvalid), ("auth_ext_stale", trailersStale),
      ("auth_ext_replay", trailersReplayed), ("pri_zero_rcvd", priorityZeroReceived),
      ("pri_zero_sent", priorityZeroSent),
    ]
  }

  /// The counters that keepalived keeps but does not print, and our own, under names of the same style.
  package var furtherFields: [(name: String, value: UInt64)] {
    [
      ("vers_err", versionErrors), ("chk_err", checksumErrors), ("vrid_err", virtualRouterErrors),
      ("other_chk_form", otherChecksumForms), ("restored", restored), ("contested", contests), ("stalled", stalls),
    ]
  }

  /// Counts a packet that was ignored.
  package mutating func count(_ reason: RejectReason) {
    switch reason {
    case .incomplete, .length, .totalLength: packetLengthErrors &+= 1
    case .unknownVirtualRouter: virtualRouterErrors &+= 1
    case .timeToLive: timeToLiveErrors &+= 1
    case .peerTimeToLive:
      advertsReceived &+= 1
      timeToLiveErrors &+= 1
    case .version: versionErrors &+= 1
    case .trailerMissing: trailersMissing &+= 1
    case .trailerMalformed: trailersMalformed &+= 1
    case .trailerStale: trailersStale &+= 1
    case .trailerUnknownKey: trailersOfUnknownKey &+= 1
    case .trailerInvalid: trailersInvalid &+= 1
    case .trailerReplayed: trailersReplayed &+= 1
    case .authenticationType: invalidAuthenticationTypes &+= 1
    case .headerMismatch, .authenticationMismatch: authenticationTypeMismatches &+= 1
    case .authenticationFailure: authenticationFailures &+= 1
    case .interval: advertIntervalErrors &+= 1
    case .type: invalidTypes &+= 1
    case .checksum: checksumErrors &+= 1
    case .delivery: addressListErrors &+= 1
    // The sender is looked at last, when the advert has been found good and counts as received.
    case .unknownPeer: advertsReceived &+= 1
    case .ownAddress, .wrongChannel, .ignoredByOwner: break
    }
  }
}
