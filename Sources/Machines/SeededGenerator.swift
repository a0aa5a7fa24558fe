/// A small, fast generator whose whole state is one number (SplitMix64, by Sebastiano Vigna, public domain).
///
/// Whoever needs chance (warm-up spread, jitter, simulations) is given one of these with a seed, so that the same seed
/// makes the same choices.
package struct SeededGenerator: RandomNumberGenerator, Hashable, Sendable, Codable {
  private var state: UInt64

  /// A generator that makes the choices of `seed`.
  package init(seed: UInt64) {
    state = seed
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
