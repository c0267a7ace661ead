import ArgumentParser
import Console
import Files
import Foundation

/// `segprep train` is a program of its own, `segprep-train`: libtorch takes longer to load than other commands to run.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a 3D U-Net on shards (needs libtorch; `segprep train --help` says how).")

  @Argument(parsing: .captureForPassthrough, help: "What segprep-train understands.")
  var arguments: [String] = []

  func run() throws {
    try reporting { try TrainingProgram.become("train", arguments) }
  }
}

/// The program with all that needs libtorch.
enum TrainingProgram {
  private static let name = "segprep-train"

  /// What libtorch's libraries heed when they are loaded, and cannot be told later. Measured: together a fifth of a step.
  private static let environment = [
    // Threads of OpenMP that wait by spinning take the cores from those that read patches, and so do those of OpenBLAS.
    "OMP_WAIT_POLICY": "passive", "OPENBLAS_THREAD_TIMEOUT": "4",
    // glibc would give the memory of each large tensor back, and take it again page by page, zeroed.
    "GLIBC_TUNABLES": "glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=\(Int64.max):glibc.malloc.hugetlb=1",
  ]

  /// Goes on as that program, with the same standard input and output.
  static func become(_ command: String, _ arguments: [String]) throws {
    let own = Folder.resolved(Bundle.main.executablePath ?? CommandLine.arguments[0])
    let path = (own.lastIndex(of: "/").map { String(own[...$0]) } ?? "") + name
    var words = ([path, command] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    // What the user has set stays.
    for (name, value) in environment { setenv(name, value, 0) }
    execv(path, &words)
    throw Missing(command: command, path: path, reason: String(cString: strerror(errno)))
  }

  private struct Missing: Error, CustomStringConvertible {
    var command: String
    var path: String
    var reason: String

    var description: String {
      "\(command): the program with libtorch cannot be started, found \(path): \(reason), expected \(name) beside segprep; "
        + "build it with `make build`, which needs Debian's libtorch-dev or LIBTORCH=<folder of a pip-installed torch>"
    }
  }
}
