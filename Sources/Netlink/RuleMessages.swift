import CNetlink
package import Wire
package import World

/// Policy rules in messages of rtnetlink.
package enum RuleMessages {
  private static let inverted: UInt32 = 2  // FIB_RULE_INVERT

  /// Asks for all rules of a family (RTM_GETRULE).
  package static func writeDump(_ family: AddressFamily, _ writer: inout MessageWriter) {
    writer.message(type: UInt16(RTM_GETRULE), flags: UInt16(NLM_F_REQUEST)) { message in
      message.number(family.number)
      for _ in 0..<11 { message.number(UInt8(0)) }  // struct fib_rule_hdr
    }
  }

  /// Adds a rule (RTM_NEWRULE); with a priority, the same again is EEXIST.
  package static func writeAddition(_ rule: Rule, _ writer: inout MessageWriter) {
    writer.message(type: UInt16(RTM_NEWRULE), flags: UInt16(NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL)) { message in
      write(rule, &message)
    }
  }

  /// Removes a rule (RTM_DELRULE).
  package static func writeRemoval(_ rule: Rule, _ writer: inout MessageWriter) {
    writer.message(type: UInt16(RTM_DELRULE), flags: UInt16(NLM_F_REQUEST)) { write(rule, &$0) }
  }

  private static func write(_ rule: Rule, _ message: inout MessageWriter) {
    let rule = rule.normalized
    message.number(rule.family.number)
    message.number(rule.to?.length ?? 0)
    message.number(rule.from?.length ?? 0)
    message.number(rule.typeOfService)
    message.number(UInt8(exactly: rule.table) ?? 0)
    message.number(UInt16(0))
    message.number(rule.action)
    message.number(rule.isInverted ? inverted : 0)
    message.put(RuleAttribute.destination, rule.to?.address)
    message.put(RuleAttribute.source, rule.from?.address)
    message.put(RuleAttribute.priority, rule.priority)
    message.put(RuleAttribute.table, rule.table > UInt32(UInt8.max) ? rule.table : nil)
    message.put(RuleAttribute.target, rule.target)
    message.put(RuleAttribute.mark, rule.firewallMark)
    message.put(RuleAttribute.mask, rule.firewallMask)
    message.put(RuleAttribute.inputInterface, rule.inputInterface)
    message.put(RuleAttribute.outputInterface, rule.outputInterface)
    message.put(RuleAttribute.suppressedLength, rule.suppressedPrefixLength)
    message.put(RuleAttribute.suppressedGroup, rule.suppressedInterfaceGroup)
    message.put(RuleAttribute.users, NumberRange(rule.users))
    message.put(RuleAttribute.transport, rule.transport)
    message.put(RuleAttribute.sourcePorts, NumberRange(rule.sourcePorts))
    message.put(RuleAttribute.destinationPorts, NumberRange(rule.destinationPorts))
    message.put(RuleAttribute.tunnel, rule.tunnel.map { NetworkOrder($0) })
    message.put(RuleAttribute.deviceTable, rule.usesDeviceTable ? 1 : nil)
    message.put(RuleAttribute.realms, rule.realms)
    message.put(RuleAttribute.origin, rule.origin)
  }

  /// Reads a message of type RTM_NEWRULE or RTM_DELRULE; nil for other families.
  package static func read(_ message: Message) throws(MessageFault) -> Rule? {
    var reader = HostReader(message.payload)
    let fixed = Array(try reader.octets(8))
    let flags: UInt32 = try reader.field()
    guard let family = AddressFamily(number: fixed[0]) else { return nil }
    let attributes = try AttributeSet(parsing: reader.rest)
    var rule = Rule(family: family, table: try attributes.value(RuleAttribute.table) ?? UInt32(fixed[4]))
    if fixed[1] > 0 {
      rule.to = try family.prefix(try attributes.required(RuleAttribute.destination), length: fixed[1])
    }
    if fixed[2] > 0 {
      rule.from = try family.prefix(try attributes.required(RuleAttribute.source), length: fixed[2])
    }
    rule.typeOfService = fixed[3]
    rule.action = fixed[7]
    rule.isInverted = flags & inverted != 0
    rule.priority = try attributes.value(RuleAttribute.priority)
    rule.target = try attributes.value(RuleAttribute.target)
    rule.firewallMark = try attributes.value(RuleAttribute.mark)
    rule.firewallMask = try attributes.value(RuleAttribute.mask)
    rule.inputInterface = try attributes.value(RuleAttribute.inputInterface)
    rule.outputInterface = try attributes.value(RuleAttribute.outputInterface)
    rule.suppressedPrefixLength = try restriction(attributes, RuleAttribute.suppressedLength)
    rule.suppressedInterfaceGroup = try restriction(attributes, RuleAttribute.suppressedGroup)
    rule.users = try attributes.value(RuleAttribute.users)?.range
    rule.transport = try attributes.value(RuleAttribute.transport)
    rule.sourcePorts = try attributes.value(RuleAttribute.sourcePorts)?.range
    rule.destinationPorts = try attributes.value(RuleAttribute.destinationPorts)?.range
    rule.tunnel = try attributes.value(RuleAttribute.tunnel)?.number
    rule.usesDeviceTable = try attributes.value(RuleAttribute.deviceTable) == 1
    rule.realms = try attributes.value(RuleAttribute.realms)
    rule.origin = try attributes.value(RuleAttribute.origin) ?? 0
    return rule
  }

  /// The kernel writes -1 for a restriction that is none.
  private static func restriction(
    _ attributes: AttributeSet, _ attribute: Attribute<UInt32>
  ) throws(MessageFault) -> UInt32? {
    let value = try attributes.value(attribute)
    return value == .max ? nil : value
  }
}
