import Dispatch

/// Where the time of reading patches went, in nanoseconds of the threads that did it.
public struct PatchTimes: Sendable, Equatable {
  /// Waiting for the file's bytes, and their checksum.
  public var read: UInt64 = 0
  /// From the stored bytes to voxels.
  public var decode: UInt64 = 0
  /// Stored bytes that were read.
  public var bytes = 0

  /// No time yet.
  public init() {}

  /// Adds up what several patches took.
  public static func += (sum: inout PatchTimes, more: PatchTimes) {
    sum.read += more.read
    sum.decode += more.decode
    sum.bytes += more.bytes
  }
}

extension ShardReader {
  /// Reads a patch in the form that is wanted, straight to where it goes.
  /// - Parameters:
  ///   - patch: counted from 0 in the file.
  ///   - checked: whether to hold the stored bytes against their checksum.
  ///   - decoder: of the same layout; of one thread at a time.
  ///   - times: what it took is added.
  /// - Throws: `FileError`, `ShardError.damagedPatch`, and `ShardError.beyondHalf`.
  public func load(
    _ patch: Int, to output: PatchOutput, checked: Bool, using decoder: ShardDecoder, _ times: inout PatchTimes
  ) throws {
    try loadImage(patch, to: output, checked: checked, using: decoder, &times)
    guard layout.isLabelled, let label = output.label else { return }
    try loadLabel(
      patch, to: label, keepsMargin: output.keepsMargin, checked: checked, using: decoder, &times)
  }

  func loadImage(
    _ patch: Int, to output: PatchOutput, checked: Bool, using decoder: ShardDecoder, _ times: inout PatchTimes
  ) throws {
    precondition(decoder.layout == layout, "a decoder of another layout")
    let (start, chunk) = (DispatchTime.now().uptimeNanoseconds, index.images[patch])
    let isDirect = output.takesImageAsStored(layout)
    let bytes = try fetch(
      chunk, "image", of: patch, checked: checked, into: isDirect ? output.imageBytes(layout) : nil, using: decoder)
    let fetched = DispatchTime.now().uptimeNanoseconds
    times.read += fetched - start
    times.bytes += chunk.length
    if !isDirect {
      try check(decoder.decodeImage(bytes, to: output), "image", patch)
      times.decode += DispatchTime.now().uptimeNanoseconds - fetched
    }
  }

  func loadLabel(
    _ patch: Int, to label: UnsafeMutablePointer<UInt8>, keepsMargin: Bool, checked: Bool,
    using decoder: ShardDecoder, _ times: inout PatchTimes
  ) throws {
    precondition(decoder.layout == layout, "a decoder of another layout")
    let (start, chunk) = (DispatchTime.now().uptimeNanoseconds, index.labels[patch])
    // As it is stored, it is read to where it goes.
    let isDirect = layout.compression == .none && layout.isWhole(keepsMargin: keepsMargin)
    let memory = UnsafeMutableRawBufferPointer(start: label, count: layout.labelBytes)
    let bytes = try fetch(
      chunk, "label", of: patch, checked: checked, into: isDirect ? memory : nil, using: decoder)
    let fetched = DispatchTime.now().uptimeNanoseconds
    times.read += fetched - start
    times.bytes += chunk.length
    if !isDirect {
      try check(decoder.decodeLabel(bytes, to: label, keepsMargin: keepsMargin), "label", patch)
      times.decode += DispatchTime.now().uptimeNanoseconds - fetched
    }
  }

  private func check(_ outcome: ShardDecoder.Outcome, _ what: String, _ patch: Int) throws {
    switch outcome {
    case .done: break
    case .unpackable: throw unpackable(what, patch)
    case .beyondHalf(let found):
      throw ShardError.beyondHalf(caseIdentifier: index.patches[patch].caseIdentifier, found: found)
    }
  }
}
