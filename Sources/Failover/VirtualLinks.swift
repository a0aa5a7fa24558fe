import VRRP
import Wire
import World

/// The virtual interfaces of a group's routers: which are wanted, which are there, and why one is not.
struct VirtualLinks {
  /// By which interface a router's adverts go.
  enum AdvertInterface: Hashable {
    /// By its own.
    case own
    /// By this virtual one.
    case virtual(Int32)
    /// By a virtual one that is not there.
    case missing
  }

  /// A router's own link, or with a specification one for addresses of it (use_vmac_addr).
  private struct Key: Hashable, Comparable {
    var router: String
    var specification: VirtualLinkSpecification?

    /// The order in which links are made, and so take their names.
    private var order: (String, String, Int) {
      (router, specification?.base ?? "", specification?.families.contains(.ipv6) == true ? 1 : 0)
    }

    static func < (left: Key, right: Key) -> Bool { left.order < right.order }
  }

  private struct Entry {
    var specification: VirtualLinkSpecification
    var transmitsOnBase: Bool
    var link: VirtualLink?
    var fault: String?
  }

  private var entries: [Key: Entry] = [:]
  /// What the settings before these had: a farewell may still go through it.
  private var former: [Key: Entry] = [:]
  /// Links that nobody wants any more; they are removed when nothing is on them.
  private(set) var obsolete: [VirtualLink] = []

  /// Takes over what the settings want.
  mutating func define(_ members: [GroupSettings.Member]) {
    let old = entries
    entries = [:]
    for member in members {
      let name = member.router.name
      if let specification = member.virtualLink {
        add(Key(router: name), specification, transmitsOnBase: member.transmitsOnBase, known: old)
      }
      for specification in member.addressLinks.values {
        add(Key(router: name, specification: specification), specification, transmitsOnBase: false, known: old)
      }
    }
    former = old
    for (key, entry) in old where entries[key]?.specification != entry.specification {
      if let link = entry.link { obsolete.append(link) }
    }
  }

  private mutating func add(
    _ key: Key, _ specification: VirtualLinkSpecification, transmitsOnBase: Bool, known: [Key: Entry]
  ) {
    var entry = Entry(specification: specification, transmitsOnBase: transmitsOnBase)
    if let known = known[key], known.specification == specification {
      (entry.link, entry.fault) = (known.link, known.fault)
    }
    entries[key] = entry
  }

  /// Forgets the links of routers that another group takes over; they stay.
  mutating func release(_ names: Set<String>) {
    entries = entries.filter { !names.contains($0.key.router) }
  }

  /// The reload is done, the farewells are sent.
  mutating func forgetFormer() { former = [:] }

  /// Makes what is wanted and not there, on bases that exist. Returns complaints by router.
  mutating func establish(
    with control: (any LinkControl)?, hasBase: (String) -> Bool
  ) -> [(router: String, SystemFailure)] {
    var complaints: [(String, SystemFailure)] = []
    for key in entries.keys.sorted() {
      guard var entry = entries[key], entry.link == nil else { continue }
      defer { entries[key] = entry }
      guard hasBase(entry.specification.base) else {
        entry.fault = nil
        continue
      }
      guard let control else {
        entry.fault = "virtual interfaces cannot be made here"
        continue
      }
      do throws(SystemFailure) {
        let link = try control.establish(entry.specification)
        (entry.link, entry.fault) = (link, nil)
        obsolete.removeAll { $0.name == link.name }
        complaints += link.complaints.map { (key.router, $0) }
      } catch {
        entry.fault = error.description
        // The router's own link is told as its fault.
        if key.specification != nil { complaints.append((key.router, error)) }
      }
    }
    return complaints
  }

  /// An interface is gone; if it was one of these it has to be made anew.
  mutating func forget(_ index: Int32) {
    for key in entries.keys where entries[key]?.link?.index == index { entries[key]?.link = nil }
    obsolete.removeAll { $0.index == index }
  }

  /// Takes the links that are to be removed.
  mutating func takeObsolete() -> [VirtualLink] {
    defer { obsolete = [] }
    return obsolete
  }

  /// Nothing is wanted any more.
  mutating func abandon() { define([]) }

  /// Whether a link could not be made and should be tried again.
  var hasFault: Bool { entries.values.contains { $0.fault != nil } }

  /// Why the router's link could not be made.
  func fault(of router: String) -> String? {
    entries[Key(router: router)]?.fault.map { "virtual interface: \($0)" }
  }

  /// The link of a router.
  func link(of router: String) -> VirtualLink? { entries[Key(router: router)]?.link }

  /// The link of some of a router's addresses.
  func link(of router: String, for specification: VirtualLinkSpecification) -> VirtualLink? {
    entries[Key(router: router, specification: specification)]?.link
  }

  /// The indexes of all links of a router.
  func indexes(of router: String) -> Set<Int32> {
    Set(entries.compactMap { $0.key.router == router ? $0.value.link?.index : nil })
  }

  /// The index of the router's link.
  func index(of router: String) -> Int32? { link(of: router)?.index }

  /// The index of the router's macvlan when adverts leave by its base.
  func indexBesideBase(of router: String) -> Int32? {
    guard let entry = entries[Key(router: router)], entry.transmitsOnBase, case .macvlan = entry.specification.kind
    else {
      return nil
    }
    return entry.link?.index
  }

  /// Whether the router wants a link, be it there or not.
  func isWanted(by router: String) -> Bool { entries[Key(router: router)] != nil }

  /// By which interface the adverts of a router go that speaks on `base`.
  func advertIndex(of router: String, base: String?) -> AdvertInterface {
    let key = Key(router: router)
    let entry = entries[key] ?? former[key]
    guard let entry, !entry.transmitsOnBase, entry.specification.base == base else { return .own }
    return entry.link.map { .virtual($0.index) } ?? .missing
  }

  /// The specification of the link with this index.
  func specification(index: Int32) -> VirtualLinkSpecification? {
    entries.values.first { $0.link?.index == index }?.specification
  }
}
