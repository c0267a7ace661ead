import Foundation
import Parallelism
import Prepared
import Shards

/// The prepared cases that patches are being cut from: each is mapped when it is first needed and given back when others
/// have been needed since. Patches come in order of their cases, so that few are there at a time.
final class CaseShelf: @unchecked Sendable {
  private let prepared: PreparedFolder
  private let files: [String: String]
  private let room: Int
  private let scratch = ScratchPool<PatchVariants.Scratch>()
  private let lock = NSLock()
  /// The one that was needed last comes last.
  private var cases: [MappedCase] = []

  /// - Parameter room: cases that may be there at a time.
  init(_ prepared: PreparedFolder, room: Int) {
    self.prepared = prepared
    self.room = room
    files = Dictionary(prepared.labelled.map { ($0.caseIdentifier, prepared.file(of: $0)) }) { first, _ in first }
  }

  /// A case by its name in the data set.
  private func mapped(_ caseIdentifier: String) throws -> MappedCase {
    try lock.withLock {
      let found: MappedCase
      if let place = cases.firstIndex(where: { $0.description.caseIdentifier == caseIdentifier }) {
        found = cases.remove(at: place)
      } else {
        found = try MappedCase(path: files[caseIdentifier] ?? caseIdentifier)
      }
      cases.append(found)
      if cases.count > room { cases.removeFirst() }
      return found
    }
  }

  /// Cuts a patch with its margin, or makes an augmented version of it.
  func cut(_ patch: ShardPatch, of planned: PlannedSet, into buffers: ShardBuffers) throws {
    let mapped = try mapped(patch.caseIdentifier)
    guard let variants = planned.variants else { return mapped.cut(patch, of: planned.set, into: buffers) }
    let memory = scratch.take(make: PatchVariants.Scratch.init)
    defer { scratch.give(memory) }
    try variants.make(patch, of: mapped, into: buffers, using: memory)
  }

  /// Voxels of each class in a patch without its margin.
  func classCounts(_ patch: ShardPatch, of set: PatchSet) throws -> [Int] {
    let mapped = try mapped(patch.caseIdentifier)
    return withExtendedLifetime(mapped) {
      let crop = PatchCrop(patch, of: set, in: mapped.description.shape)
      return mapped.label.map { crop.classCounts(of: $0) } ?? []
    }
  }
}

extension MappedCase {
  /// Cuts a patch with its margin; outside the case is its pad value and background.
  func cut(_ patch: ShardPatch, of set: PatchSet, into buffers: ShardBuffers) {
    let crop = PatchCrop(patch, of: set, in: description.shape)
    let voxels = set.storedShape.count
    for channel in 0..<description.channels {
      let target = UnsafeMutableBufferPointer(rebasing: buffers.image[voxels * channel..<voxels * (channel + 1)])
      crop.copy(
        floats: image(channel: channel), fill: Float(description.statistics.channels[channel].minimum),
        to: UnsafeMutableRawBufferPointer(target))
    }
    if let label { crop.copy(classes: label, to: UnsafeMutableRawBufferPointer(buffers.label)) }
    withExtendedLifetime(self) {}
  }
}
