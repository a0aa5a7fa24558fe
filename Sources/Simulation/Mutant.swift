/// A deliberately wrong program, which some judge has to find.
package enum Mutant: String, Hashable, Sendable, CaseIterable {
  case none

  func infect(_ cluster: Cluster) {}
}
