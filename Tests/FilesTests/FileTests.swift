import Files
import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

struct FileTests {
  private let folder = TemporaryFolder()

  /// Answers of FIPS 180-4's examples and of NIST's test vectors.
  @Test func sha256KnownAnswers() {
    #expect(SHA256.hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(SHA256.hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256.hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    #expect(
      SHA256.hash(String(repeating: "a", count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func sha256DoesNotDependOnThePieces() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    func hash(pieces: Int) -> String {
      let hash = SHA256()
      for start in stride(from: 0, to: bytes.count, by: pieces) {
        bytes[start..<min(bytes.count, start + pieces)].withUnsafeBytes { hash.update($0) }
      }
      return hash.finish()
    }
    #expect(Set([1, 3, 64, 999, 1000].map(hash)).count == 1)
  }

  @Test func messagesNameTheFileAndWhatWasTried() {
    #expect(FileError(path: "a", action: "read", code: EIO).description == "a: cannot read: Input/output error")
    #expect(
      FileError(path: "a.h5", action: "write", code: ENOSPC).description
        == "a.h5: cannot write: No space left on device; free some space and run the same command again")
    #expect(
      FileError(path: "a.h5", action: "open", code: EMFILE).description
        == "a.h5: cannot open: Too many open files; raise the limit (ulimit -n)")
    #expect(FileError(path: "a", action: "write", code: EDQUOT).isOutOfSpace)
    #expect(!FileError(path: "a", action: "write", code: EACCES).isOutOfSpace)
    #expect(
      folder.message { _ = try OpenFile(reading: folder.path("a")) } == "a: cannot open: No such file or directory")
    #expect(folder.message { _ = try OpenFile(reading: folder.path("")) } == ": cannot read: Is a directory")
  }

  @Test func readsAndWritesAtPositions() throws {
    let file = try OpenFile(writing: folder.path("a"), truncate: true)
    try Array("world".utf8).withUnsafeBytes { try file.write($0, at: 6) }
    try Array("hello ".utf8).withUnsafeBytes { try file.write($0, at: 0) }
    #expect(try file.length() == 11)
    var bytes = [UInt8](repeating: 0, count: 8)
    let got = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 6) }
    #expect(got == 5)  // the file ends
    #expect(bytes == Array("world".utf8) + [0, 0, 0])
    let nothing = try file.read(into: UnsafeMutableRawBufferPointer(start: nil, count: 0), at: 3)
    #expect(nothing == 0)
    _ = try OpenFile(writing: folder.path("a"), truncate: false)
    #expect(try folder.contents("a") == Array("hello world".utf8))
    _ = try OpenFile(writing: folder.path("a"), truncate: true)
    #expect(try folder.contents("a").isEmpty)
  }

  @Test(arguments: [0, 1, 1 << 19, 1 << 19 + 1, 3 << 19])
  func fileIsHashedAsItsBytesAre(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 3) }
    try folder.put(bytes, "a")
    let hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    let found = try SHA256.hash(file: folder.path("a"))
    #expect(found.bytes == count && found.sha256 == hash.finish())
    #expect(
      folder.message { _ = try SHA256.hash(file: folder.path("b")) } == "b: cannot open: No such file or directory")
  }

  @Test func foldersAreMadeWithThoseAboveThem() throws {
    try Folder.make(folder.path("a/b/c"))
    try Folder.make(folder.path("a/b/c"))
    #expect(Folder.isFolder(folder.path("a/b/c")))
    #expect(!Folder.isFile(folder.path("a/b/c")))
    try folder.put([1], "a/file")
    #expect(Folder.isFile(folder.path("a/file")) && !Folder.isFolder(folder.path("a/file")))
    #expect(!Folder.isFile(folder.path("none")) && !Folder.isFolder(folder.path("none")))
    #expect(
      folder.message { try Folder.make(folder.path("a/file/d")) }
        == "a/file: cannot create folder: Not a directory")
    #expect(
      folder.message { try Folder.make(folder.path("a/file")) } == "a/file: cannot create folder: Not a directory")
  }

  /// Windows counts from 1601, and servers hand such times on; a file system that knows no such time takes the nearest.
  @Test func filesOfAnyTimeHaveAStamp() throws {
    let day = { (seconds: Int) in timespec(tv_sec: seconds, tv_nsec: 1) }
    let place = Folder.isFolder("/dev/shm") ? "/dev/shm/segprep-\(UUID().uuidString)" : folder.path("old")
    try AtomicFile.write("text", to: place)
    defer { unlink(place) }
    for seconds in [-11_644_473_600, 32_503_680_000, 0] {
      #expect(utimensat(AT_FDCWD, place, [day(seconds), day(seconds)], 0) == 0)
      #expect(try FileStamp(of: OpenFile(reading: place)).bytes == 4)
    }
  }

  /// Whether the names are on the disk cannot be seen from here; what must not happen is an error.
  @Test func namesAreFlushedWhereTheyCanBe() throws {
    try Folder.synchronize(folder.path(""))
    try Folder.synchronize("")
    try Folder.synchronize(folder.path("none"))
    try Folder.synchronize("/proc/self")
  }

  @Test func namesAreSortedByTheirBytes() throws {
    for name in ["b", "a", "Z", "ä", ".hidden", "a1", "A"] { try folder.put([], "f/\(name)") }
    #expect(try Folder.names(in: folder.path("f")) == [".hidden", "A", "Z", "a", "a1", "b", "ä"])
    #expect(
      folder.message { _ = try Folder.names(in: folder.path("none")) } == "none: cannot list: No such file or directory"
    )
  }

  @Test func obstaclesAreNamed() throws {
    let folder = TemporaryFolder()
    try folder.put([1], "file")
    for (name, target) in [("circle", "circle"), ("broken", "nothing there"), ("good", ".")] {
      try FileManager.default.createSymbolicLink(atPath: folder.path(name), withDestinationPath: target)
    }
    let found = ["file", "circle", "broken", "good", "none", "circle/below"].map {
      Folder.obstacle(at: folder.path($0))
    }
    #expect(
      found == [
        "a file", "links that lead in a circle", "a link that leads nowhere", nil, "nothing",
        "links that lead in a circle",
      ])
  }

  @Test func freeSpaceIsThatOfTheFolderAbove() throws {
    let folder = TemporaryFolder()
    let free = try #require(DiskSpace.freeBytes(at: folder.path("")))
    #expect(free > 0)
    // Other processes write meanwhile.
    let below = try #require(DiskSpace.freeBytes(at: folder.path("not/there/yet")))
    #expect(abs(below - free) < 1 << 30)
    #expect(DiskSpace.freeBytes(at: "/proc/not there") != nil)
    #expect(DiskSpace.freeBytes(at: "not there") != nil)
  }

  @Test func peakMemoryIsSome() { #expect(Memory.peakBytes > 1 << 20) }
}
