import Preprocessing
import Testing
import Volumes

/// Cases of several channels: each is prepared by itself, on one grid.
struct ChannelTests {
  private let shape = Shape(z: 5, y: 6, x: 7)

  /// Zeros, but for the voxels that `value` fills.
  private func channel(_ value: (_ z: Int, _ y: Int, _ x: Int) -> Double) -> ArraySource {
    ArraySource(Grid(shape) { z, y, x in value(z, y, x) })
  }

  @Test func cropKeepsWhatIsNotZeroInAnyChannel() throws {
    let first = channel { z, y, x in z == 1 && y == 2 && x == 3 ? 5 : 0 }
    let second = channel { z, y, x in z == 3 && y == 2 && x == 1 ? -7 : 0 }
    let state = try Sample(first, second).run(.crop(Crop(to: .nonzero)))
    #expect(state.volume.shape == Shape(z: 3, y: 1, x: 3))
    #expect(state.records[0].before == [1, 2, 1] && state.records[0].after == [1, 3, 3])
    #expect(state.written(0).values == [0, 0, 5, 0, 0, 0, 0, 0, 0])
    #expect(state.written(1).values == [0, 0, 0, 0, 0, 0, -7, 0, 0])
  }

  @Test func padHoldsEachChannelsOwnMinimum() throws {
    let state = try Sample(channel { z, _, _ in Double(z + 1) }, channel { _, _, x in Double(-x) })
      .run(.pad(Pad(shape: Shape(z: 7, y: 6, x: 7))))
    #expect(state.records[0].value == [1, -6])
    #expect(state.written(0).values.prefix(42).allSatisfy { $0 == 1 })
    #expect(state.written(1).values.prefix(42).allSatisfy { $0 == -6 })
  }

  /// Each file is read along its own axes, whatever the first one's are.
  @Test(arguments: [false, true])
  func filesOfOtherAxesLieOnOneGrid(isResampled: Bool) throws {
    let (first, second) = (Grid<Double>.random(shape, seed: 1), Grid<Double>.random(shape, seed: 2))
    let label = Grid<Double>.random(shape, 0...3, seed: 3)
    func state(_ orientation: Orientation) throws -> CaseState {
      let sample = Sample(
        ArraySource(first), ArraySource(second, orientation, .int16), label: ArraySource(label, orientation, .uint8))
      return isResampled
        ? try sample.run(.resample(Resampling(spacing: Spacing(z: 1.3, y: 0.7, x: 1)))) : try sample.run()
    }
    let expected = try state(.ras)
    for orientation in Orientation.all {
      let found = try state(orientation)
      #expect(found.written(0) == expected.written(0), "\(orientation.codes)")
      #expect(found.written(1).distance(to: expected.written(1)) < 1e-4, "\(orientation.codes)")
      #expect(found.classes == expected.classes && found.rawClassCounts == expected.rawClassCounts)
      #expect(found.volume.affine == expected.volume.affine)
    }
  }

  @Test func errorsNameTheChannelWhereThereAreSeveral() {
    // A source is read once.
    var sound: ArraySource { channel { z, y, x in Double(z + y * x) } }
    var blank: ArraySource { channel { _, _, _ in 0 } }
    let bad = channel { z, _, x in z == 0 && x == 0 ? .nan : 1 }
    #expect(Sample(sound, blank).message(.zscore(.nonzero))?.hasPrefix("channel number 2: zscore: no nonzero") == true)
    #expect(Sample(blank, sound).message(.rescale(Rescale()))?.hasPrefix("channel number 1: rescale: every") == true)
    #expect(Sample(sound, sound, bad).message()?.hasPrefix("channel number 3: 6 of 210 voxels are NaN") == true)
    #expect(Sample(blank).message(.zscore(.nonzero))?.hasPrefix("zscore: no nonzero") == true)
    // What the whole case lacks is no channel's fault.
    #expect(Sample(sound, sound).message(.zscore(.foreground))?.hasPrefix("zscore: the stage needs a label") == true)
  }
}
