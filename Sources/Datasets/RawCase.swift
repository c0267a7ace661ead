/// One case as a data set's folders hold it, before anything in its files was read.
public struct RawCase: Sendable, Equatable {
  /// The case's name, unique in its data set: `case_00015`.
  public var identifier: String
  /// The path of the image of each channel, in the channels' order; empty where there is a problem with the images.
  public var images: [String]
  /// The path of the segmentation; nil where the case is unlabelled.
  public var label: String?
  /// What keeps the case from being prepared, as lines for the user; a case with problems counts as failed.
  public var problems: [String]
  /// What the user should know though the case can be prepared, without the case's name: files found under other names.
  public var notes: [String]

  /// A case with its files; none of them is opened.
  public init(
    identifier: String, images: [String], label: String?, problems: [String] = [], notes: [String] = []
  ) {
    self.identifier = identifier
    self.images = images
    self.label = label
    self.problems = problems
    self.notes = notes
  }
}

extension Sequence<String> {
  /// The texts in the order of their UTF-8 bytes, which is Python's order of `str` too.
  func sortedByBytes() -> [String] {
    sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
