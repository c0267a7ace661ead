#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Folders: what is in them, and making them.
public enum Folder {
  /// The names in a folder, sorted by their bytes, without "." and "..".
  /// - Throws: `FileError`, also where only a part of the names can be read.
  public static func names(in path: String) throws(FileError) -> [String] {
    guard let folder = opendir(path) else { throw FileError(path: path, action: "list") }
    defer { closedir(folder) }
    var names: [String] = []
    while true {
      // The end and an error look alike but for the error's number.
      errno = 0
      guard let entry = readdir(folder) else { break }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw FileError(path: path, action: "list") }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The path of something in a folder.
  public static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  /// A path's last name; the path itself where it has none.
  public static func lastName(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The absolute path without links, `.` and `..`; of a path that does not exist yet, as far as it does.
  public static func resolved(_ path: String) -> String {
    if let real = realpath(path, nil) {
      defer { free(real) }
      return String(cString: real)
    }
    var trimmed = path[...]
    while trimmed.count > 1 && trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return resolved(".") + "/" + trimmed }
    let above = slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    return resolved(above) + "/" + trimmed[trimmed.index(after: slash)...]
  }

  /// The path itself where something is there, else the nearest folder above it.
  static func nearestThere(_ path: String) -> String {
    var path = path[...]
    var status = stat()
    while stat(String(path), &status) != 0 {
      while path.count > 1 && path.hasSuffix("/") { path = path.dropLast() }
      guard let slash = path.lastIndex(of: "/") else { return "." }
      if slash == path.startIndex { return "/" }
      path = path[..<slash]
    }
    return String(path)
  }

  /// What has a path's name, in words: nil where it is a folder, "nothing" where the name is free.
  public static func obstacle(at path: String) -> String? {
    var status = stat()
    if stat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFDIR ? nil : "a file" }
    if errno == ELOOP { return "links that lead in a circle" }
    return isBrokenLink(path) ? "a link that leads nowhere" : "nothing"
  }

  /// Whether a link is there that leads nowhere, as into a share that is not mounted.
  public static func isBrokenLink(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) != 0 && errno == ENOENT && lstat(path, &status) == 0
  }

  /// Makes a folder and those above it, where they are missing.
  /// - Throws: `FileError`; `ENOTDIR` where something that is no folder has the name.
  public static func make(_ path: String) throws(FileError) {
    if isFolder(path) { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try make(String(path[..<slash])) }
    if mkdir(path, 0o755) == 0 { return }
    let code = errno
    guard code == EEXIST else { throw FileError(path: path, action: "create folder", code: code) }
    // Another process may have made it just now; anything else of that name is in the way.
    guard isFolder(path) else { throw FileError(path: path, action: "create folder", code: ENOTDIR) }
  }

  /// Waits until the names in a folder are on the disk: a file's own flush does not cover what it is called.
  /// - Throws: `FileError` where the disk fails. Many file systems cannot do it, which is no error.
  public static func synchronize(_ path: String) throws(FileError) {
    let folder = open(path.isEmpty ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    defer { close(folder) }
    if fsync(folder) != 0 && [EIO, ENOSPC, EDQUOT].contains(errno) { throw FileError(path: path, action: "flush") }
  }

  /// Whether a folder is there, links followed.
  public static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether a regular file is there, links followed.
  public static func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}
