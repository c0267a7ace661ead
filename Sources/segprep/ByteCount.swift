import ArgumentParser

/// A number of bytes as people write it: 8GB, 500MB, 2GiB, 1000000.
struct ByteCount: ExpressibleByArgument {
  let bytes: Int

  private static let units: [(name: String, bytes: Double)] = [
    ("kib", 1024), ("mib", 1_048_576), ("gib", 1_073_741_824), ("tib", 1_099_511_627_776), ("kb", 1e3), ("mb", 1e6),
    ("gb", 1e9), ("tb", 1e12), ("k", 1e3), ("m", 1e6), ("g", 1e9), ("b", 1), ("", 1),
  ]

  init?(argument: String) {
    let text = argument.lowercased().filter { $0 != " " }
    let digits = text.prefix { $0.isNumber || $0 == "." }
    guard let number = Double(digits), let unit = Self.units.first(where: { $0.name == text.dropFirst(digits.count) })
    else { return nil }
    let bytes = number * unit.bytes
    guard bytes >= 1, bytes < 1e18 else { return nil }
    self.bytes = Int(bytes)
  }
}
