import Files

/// One case as a data set's folders hold it, before anything in its files was read.
public struct RawCase: Sendable, Equatable {
  /// The case's name, unique in its data set: `case_00015`.
  public var identifier: String
  /// The image of each channel, in the channels' order; empty where there is a problem with the images.
  public var images: [RawFile]
  /// The segmentation; nil where the case is unlabelled.
  public var label: RawFile?
  /// What is wrong with the images, as lines for the user; a case with problems counts as failed.
  public var imageProblems: [String] = []
  /// What is wrong with the segmentation, as lines for the user; it is none of whoever needs no label.
  public var labelProblems: [String] = []
  /// What the user should know though the case can be prepared, without the case's name: files found under other names.
  public var notes: [String]
  /// Where the segmentation may be if it is not called as it should; nil where it is there, or nothing could be it.
  public var missingLabel: MissingLabel?
  /// What the data set's tables say about the case; it decides folds and nothing in the prepared file.
  public var attributes: [String: String] = [:]

  /// A segmentation that is missing.
  public struct MissingLabel: Sendable, Equatable {
    /// What it should be called.
    public var name: String
    /// Files beside the images; what is in them decides.
    public var candidates: [RawFile]
  }

  /// A case with its files; none of them is opened.
  public init(
    identifier: String, images: [RawFile], label: RawFile?, notes: [String] = []
  ) {
    self.identifier = identifier
    self.images = images
    self.label = label
    self.notes = notes
  }

  /// What keeps the case from being prepared, as lines for the user.
  public var problems: [String] { imageProblems + labelProblems }

  /// The case without all that is about its segmentation, its problems among them.
  public var withoutLabel: RawCase {
    var bare = self
    (bare.label, bare.missingLabel, bare.labelProblems) = (nil, nil, [])
    return bare
  }

  /// The problem of a case whose file is none.
  static func notAFile(_ identifier: String, _ name: String) -> String {
    "\(identifier): \(name) is not a file, found a folder or a broken link, expected a NIfTI file; copy it again"
  }

  /// The files that the case is read from, images first; one that holds several channels is there once.
  public var files: [RawFile] {
    (images + [label].compactMap { $0 }).reduce(into: []) { files, next in
      if !files.contains(where: { $0.path == next.path }) { files.append(next) }
    }
  }
}

/// A raw file, or one volume of it.
public struct RawFile: Sendable, Hashable {
  /// Where it lies.
  public var path: String
  /// What it is called in everything that is written: the same wherever the data set lies, unique in the data set.
  public var name: String
  /// The volume that is meant, in a file of several; nil in a file of one.
  public var volume: Volume?

  /// One of the volumes along a file's fourth dimension.
  public struct Volume: Sendable, Hashable {
    /// From 0.
    public var index: Int
    /// How many there must be.
    public var count: Int

    /// The volume at `index` of `count`.
    public init(_ index: Int, of count: Int) {
      self.index = index
      self.count = count
    }
  }

  /// A file; it is called by its folder's name and its own, if no other name is given.
  public init(_ path: String, name: String? = nil, volume: Volume? = nil) {
    self.path = path
    self.name = name ?? path.split(separator: "/").suffix(2).joined(separator: "/")
    self.volume = volume
  }

  /// A file that is called as it lies below the data set's folder.
  init(_ name: String, below root: String, volume: Volume? = nil) {
    self.init(Folder.join(root, name), name: name, volume: volume)
  }
}

/// What was found in a data set's folders.
public struct Discovery: Sendable, Equatable {
  /// The cases, sorted by identifier.
  public var cases: [RawCase]
  /// What the user should know about the data set as a whole, a line each; no folder's path is in them.
  public var notes: [String]

  /// The cases of a data set.
  public init(cases: [RawCase], notes: [String] = []) {
    self.cases = cases
    self.notes = notes
  }
}

extension Sequence<String> {
  /// The texts in the order of their UTF-8 bytes, which is Python's order of `str` too.
  public func sortedByBytes() -> [String] {
    sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
