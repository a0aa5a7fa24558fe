internal import Synchronization
package import Wire
package import World

extension KernelLinkControl {
  /// Says where the rules of the packet filter are, and which addresses take no packets from other hosts (`no_accept`).
  ///
  /// - Parameters:
  ///   - table: The name of a table that nobody else has.
  ///   - priority: The priority of its chains.
  package func refuse(_ addresses: Set<IPAddress>, table: String, priority: Int32) -> [SystemFailure] {
    state.withLock { state in
      state.rules.table = table
      state.rules.priority = priority
      state.rules.refusedAddresses = addresses
      state.applyRules()
      return state.takeComplaints()
    }
  }
}

extension KernelLinkControl.State {
  /// Lets the base speak for a macvlan.
  mutating func keepSilent(_ name: String, _ specification: VirtualLinkSpecification, on base: LinkDetails) {
    guard case .macvlan = specification.kind else { return }
    rules.silentInterfaces.insert(name)
    applyRules()
    let known = memberships[name]
    guard known?.groups != specification.groups || known?.interface != base.link.index else { return }
    var failures: [SystemFailure] = []
    memberships[name] = GroupMemberships(specification.groups, interface: base.link.index, failures: &failures)
    complaints += failures
  }

  /// The link is gone, or somebody else's again.
  mutating func letSpeak(_ name: String) {
    memberships[name] = nil
    if rules.silentInterfaces.remove(name) != nil { applyRules() }
  }

  /// Writes the rules. The ledger knows of the table before the kernel does.
  mutating func applyRules() {
    let former = firewall.applied
    let wasKnown = ledger.tables.contains(rules.table)
    if !rules.isEmpty {
      ledger.add(table: rules.table)
      save()
    }
    do throws(SystemFailure) {
      try firewall.apply(rules)
      firewallFailure = nil
      if rules.isEmpty, !former.isEmpty { ledger.drop(table: rules.table) }
      if former.table != rules.table, !former.isEmpty { ledger.drop(table: former.table) }
      save()
    } catch {
      if !wasKnown { ledger.drop(table: rules.table) }
      save()
      // A kernel without nf_tables says so with every attempt.
      if error != firewallFailure { complaints.append(error) }
      firewallFailure = error
    }
  }

  /// Removes tables that an earlier run left behind.
  mutating func removeLeftTables() {
    for table in ledger.tables where rules.isEmpty || table != rules.table {
      do throws(SystemFailure) {
        try firewall.remove(table)
        ledger.drop(table: table)
      } catch {
        complaints.append(error)
      }
    }
    save()
  }
}
