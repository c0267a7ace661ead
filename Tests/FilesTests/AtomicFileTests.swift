import Files
import TestSupport
import Testing

struct AtomicFileTests {
  private let folder = TemporaryFolder()
  private struct Failure: Error {}

  @Test func textIsThereWhole() throws {
    try AtomicFile.write("Grüße\n", to: folder.path("a.json"))
    #expect(try folder.contents("a.json") == Array("Grüße\n".utf8))
    try AtomicFile.write("", to: folder.path("a.json"))
    #expect(try folder.contents("a.json").isEmpty)
    #expect(try folder.names() == ["a.json"])
  }

  @Test func errorLeavesNothingBehind() throws {
    #expect(throws: Failure.self) {
      try AtomicFile.write(to: folder.path("a.h5")) { temporary in
        try AtomicFile.write("half", to: temporary)
        throw Failure()
      }
    }
    #expect(try folder.names().isEmpty)
  }

  @Test func errorKeepsTheFileThatWasThere() throws {
    try AtomicFile.write("old", to: folder.path("a"))
    #expect(throws: Failure.self) {
      try AtomicFile.write(to: folder.path("a")) { temporary in
        try AtomicFile.write("half", to: temporary)
        throw Failure()
      }
    }
    #expect(try folder.contents("a") == Array("old".utf8))
    #expect(try folder.names() == ["a"])
  }

  /// While the new file grows, the name still holds the old one.
  @Test func nameNeverHoldsHalfAFile() throws {
    try AtomicFile.write("old", to: folder.path("a"))
    try AtomicFile.write(to: folder.path("a")) { temporary in
      try AtomicFile.write("half of the n", to: temporary)
      #expect(try folder.contents("a") == Array("old".utf8))
      #expect(temporary != folder.path("a"))
      try AtomicFile.write("half of the new one, and the rest", to: temporary)
    }
    #expect(try folder.contents("a") == Array("half of the new one, and the rest".utf8))
  }

  @Test func temporaryNameIsHiddenAndBesideTheFile() {
    let name = AtomicFile.temporaryPath(for: "/data/cases/case_00000.h5")
    #expect(name.hasPrefix("/data/cases/.case_00000.h5.") && name.hasSuffix(".tmp"))
    #expect(AtomicFile.temporaryPath(for: "a").hasPrefix(".a."))
  }

  @Test func whatIsGivenUpIsGone() throws {
    try folder.put([1], Folder.lastName(of: AtomicFile.temporaryPath(for: folder.path("a"))))
    AtomicFile.discard(folder.path("a"))
    AtomicFile.discard(folder.path("a"))
    #expect(try folder.names().isEmpty)
  }

  @Test func refusalNamesTheFile() {
    let message = folder.message { try AtomicFile.write("a", to: folder.path("missing/a")) }
    #expect(message == "missing/a: cannot write: No such file or directory")
    #expect(
      folder.message { try AtomicFile.write(to: folder.path("a"), flush: false) { _ in } }
        == "a: cannot write: No such file or directory")
  }
}
