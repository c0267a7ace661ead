import Parallelism
import Volumes

/// Reads a source's planes in order on one thread while others use those that have arrived.
///
/// Two lanes over a ring of planes: reading stops when the ring is full, so memory is bounded whatever the speed of either.
final class PlaneReading: @unchecked Sendable {
  /// Uses a plane; what it returns runs under the lanes' lock.
  typealias Use = @Sendable (_ plane: UnsafeRawPointer, _ index: Int) throws -> (() -> Void)

  private let source: any PlaneSource
  private let mayUse: (_ index: Int) -> Bool
  private let use: Use
  private let slots: [UnsafeMutableRawBufferPointer]
  private var free: [Int]
  private var arrived: [(plane: Int, slot: Int)] = []
  private var isReading = false
  private var begun = 0
  private var used = 0

  /// Bytes that lie in the ring: enough to ride out another lane's step, small enough for the last-level cache; two
  /// planes at least.
  static func ringBytes(of layout: ArrayLayout) -> Int {
    min(max(2, (4 << 20) / layout.planeBytes), 64, layout.planes) * layout.planeBytes
  }

  /// - Parameter mayUse: whether a plane's turn has come; asked in order, under the lanes' lock.
  init(source: any PlaneSource, mayUse: @escaping (_ index: Int) -> Bool = { _ in true }, use: @escaping Use) {
    self.source = source
    self.mayUse = mayUse
    self.use = use
    let bytes = source.layout.planeBytes
    let count = Self.ringBytes(of: source.layout) / bytes
    slots = (0..<count).map { _ in .allocate(byteCount: bytes, alignment: 64) }
    free = Array(slots.indices)
  }

  deinit { for slot in slots { slot.deallocate() } }

  var isFinished: Bool { used == source.layout.planes }

  /// The lane that reads.
  var reading: any Lane { Reading(self) }
  /// The lane that uses what was read.
  var using: any Lane { Using(self) }

  private final class Reading: Lane {
    let owner: PlaneReading
    init(_ owner: PlaneReading) { self.owner = owner }

    func next() -> LaneState {
      let owner = owner
      guard owner.begun < owner.source.layout.planes else { return .finished }
      guard !owner.isReading, let slot = owner.free.popLast() else { return .waiting }
      owner.isReading = true
      let plane = owner.begun
      return .step(
        work: { try owner.source.readPlane(into: owner.slots[slot]) },
        finish: {
          owner.isReading = false
          owner.begun += 1
          owner.arrived.append((plane, slot))
        })
    }
  }

  private final class Using: Lane {
    let owner: PlaneReading
    init(_ owner: PlaneReading) { self.owner = owner }

    func next() -> LaneState {
      let owner = owner
      guard let (plane, slot) = owner.arrived.first else { return owner.isFinished ? .finished : .waiting }
      guard owner.mayUse(plane) else { return .waiting }
      owner.arrived.removeFirst()
      guard let base = owner.slots[slot].baseAddress else { return .finished }
      let finishing = Finishing()
      return .step(
        work: { finishing.run = try owner.use(base, plane) },
        finish: {
          finishing.run()
          owner.free.append(slot)
          owner.used += 1
        })
    }
  }

  private final class Finishing {
    var run: () -> Void = {}
  }
}
