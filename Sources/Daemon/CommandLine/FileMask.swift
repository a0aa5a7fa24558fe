import Glibc

/// A file creation mask as a command line writes it (`--umask`).
enum FileMask {
  /// Reads a number in C's notation: octal with a 0 in front, hexadecimal with 0x, else decimal; nil for anything else,
  /// and for bits that no mask has.
  static func read(_ text: String) -> mode_t? {
    let mask: mode_t? =
      if text.hasPrefix("0x") || text.hasPrefix("0X") {
        mode_t(text.dropFirst(2), radix: 16)
      } else if text.hasPrefix("0") {
        mode_t(text, radix: 8)
      } else {
        mode_t(text)
      }
    return mask.flatMap { $0 <= 0o777 ? $0 : nil }
  }
}
