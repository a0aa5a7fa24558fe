package import Wire

/// A policy rule, in the terms of rtnetlink (linux/fib_rules.h). What is nil does not restrict the rule.
package struct Rule: Hashable, Sendable {
  /// The family of the packets.
  package var family: AddressFamily
  /// Only packets from here.
  package var from: AddressPrefix?
  /// Only packets to here.
  package var to: AddressPrefix?
  /// The place among the rules, smaller first; nil lets the kernel choose.
  package var priority: UInt32?
  /// FR_ACT_*: 1 look up a table, 2 go to `target`, 3 nothing, 6 blackhole, 7 unreachable, 8 prohibit.
  package var action: UInt8
  /// The table to look up; 0 for the other actions.
  package var table: UInt32
  /// Priority of the rule to go to.
  package var target: UInt32?
  /// Only packets with this TOS; 0 for all.
  package var typeOfService: UInt8
  /// Only packets with this firewall mark.
  package var firewallMark: UInt32?
  /// The bits of the mark that count; nil for all.
  package var firewallMask: UInt32?
  /// Only packets that came in there, by the interface's name.
  package var inputInterface: String?
  /// Only packets of sockets bound to this interface.
  package var outputInterface: String?
  /// Applies to the packets that the conditions do not meet.
  package var isInverted: Bool
  /// RTPROT_*: 18 is keepalived's.
  package var origin: UInt8
  /// Refuses a found route whose prefix is not longer than this many bits.
  package var suppressedPrefixLength: UInt32?
  /// Refuses a found route over an interface of this group.
  package var suppressedInterfaceGroup: UInt32?
  /// Only packets of sockets of these users.
  package var users: ClosedRange<UInt32>?
  /// Only packets of this IP protocol.
  package var transport: UInt8?
  /// Only packets from these ports.
  package var sourcePorts: ClosedRange<UInt16>?
  /// Only packets to these ports.
  package var destinationPorts: ClosedRange<UInt16>?
  /// Only packets of this tunnel.
  package var tunnel: UInt64?
  /// Looks up the table of the packet's VRF (l3mdev) instead of `table`.
  package var usesDeviceTable: Bool
  /// Realms for the packet scheduler, source in the upper half.
  package var realms: UInt32?

  /// A rule that looks up a table.
  package init(family: AddressFamily, table: UInt32) {
    self.family = family
    action = 1
    self.table = table
    typeOfService = 0
    isInverted = false
    origin = Origin.virtualRouter
    usesDeviceTable = false
  }

  /// The rule as the kernel reports it, so that a report can be compared with what was asked for: prefixes without host
  /// bits, none of length 0, the mask given where there is a mark.
  package var normalized: Rule {
    var rule = self
    rule.from = from.flatMap { $0.length == 0 ? nil : $0.withoutHostBits }
    rule.to = to.flatMap { $0.length == 0 ? nil : $0.withoutHostBits }
    if let firewallMark { rule.firewallMask = firewallMask ?? (firewallMark == 0 ? 0 : .max) }
    return rule
  }
}
