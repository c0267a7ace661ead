/// The limits of a container or a job on the memory, as Linux' control groups set them: Slurm, Docker and systemd use them.
struct ControlGroup {
  /// Where the kernel shows control groups.
  private let root: String
  /// The kernel's lines on which group a process is in: `number:controllers:path`.
  private let membership: String

  /// This process's, unless said otherwise.
  init(root: String = "/sys/fs/cgroup", membership: String? = nil) {
    self.root = root
    self.membership = membership ?? Self.text(of: "/proc/self/cgroup") ?? ""
  }

  /// What could still be taken within all limits, in bytes; nil where there is none.
  var availableBytes: Int? {
    membership.split(separator: "\n").compactMap { line -> Int? in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return nil }
      if parts[1].isEmpty {
        return least(below: root, path: parts[2], limit: "memory.max", used: "memory.current", freed: "inactive_file")
      }
      guard parts[1].split(separator: ",").contains("memory") else { return nil }
      return least(
        below: root + "/memory", path: parts[2], limit: "memory.limit_in_bytes", used: "memory.usage_in_bytes",
        freed: "total_inactive_file")
    }.min()
  }

  /// The least of a group and those around it, whose limits hold for it too.
  private func least(below root: String, path: Substring, limit: String, used: String, freed: String) -> Int? {
    var names = path.split(separator: "/")
    var least: Int?
    while true {
      let folder = ([root] + names.map(String.init)).joined(separator: "/")
      // `max`, or a number near 2^63 in version 1, is no limit.
      if let most = number(folder, limit), most < 1 << 60, let taken = number(folder, used) {
        // Pages of files that nobody reads are counted as used, and given away when they are wanted.
        let available = max(0, most - max(0, taken - (stat(folder, freed) ?? 0)))
        least = min(least ?? available, available)
      }
      guard names.popLast() != nil else { return least }
    }
  }

  private func number(_ folder: String, _ name: String) -> Int? {
    Self.text(of: "\(folder)/\(name)").flatMap { $0.split(separator: "\n").first.flatMap { Int($0) } }
  }

  private func stat(_ folder: String, _ name: String) -> Int? {
    let lines = Self.text(of: folder + "/memory.stat")?.split(separator: "\n") ?? []
    return lines.first { $0.hasPrefix(name + " ") }.flatMap { Int($0.dropFirst(name.count + 1)) }
  }

  /// One of the kernel's tables, which say that they are empty files.
  static func text(of path: String) -> String? {
    guard let file = try? OpenFile(reading: path) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 16384)
    guard let got = try? bytes.withUnsafeMutableBytes({ try file.read(into: $0, at: 0) }) else { return nil }
    return String(decoding: bytes.prefix(got), as: UTF8.self)
  }
}
