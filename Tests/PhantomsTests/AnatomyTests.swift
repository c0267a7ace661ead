import Testing

@testable import Phantoms

/// One rendered case, and where things are in it.
private struct Rendered {
  let grid: ScanGrid
  private(set) var values: [Float] = []
  private(set) var labels: [UInt8] = []

  init(seed: UInt64) {
    grid = ScanGrid(slices: 36, rows: 72, columns: 72, sliceSpacing: 9, pixel: 5.4, top: 140)
    var scan = AbdomenScan(KiTS19Phantom(caseIdentifier: "case_00000", grid: grid, seed: seed))
    var (values, labels): ([Float], [UInt8]) = ([], [])
    scan.render { _, plane, classes in
      values += plane
      labels += classes
    }
    (self.values, self.labels) = (values, labels)
  }

  /// The mean index of the voxels that fulfil a condition on slice, row, column, value and class; nil if there are none.
  func middle(_ condition: (Int, Int, Int, Float, UInt8) -> Bool) -> SIMD3<Double>? {
    var (sum, count) = (SIMD3<Double>.zero, 0)
    for place in values.indices {
      let (slice, rest) = (place % grid.slices, place / grid.slices)
      let (row, column) = (rest % grid.rows, rest / grid.rows)
      if condition(slice, row, column, values[place], labels[place]) {
        sum += SIMD3(Double(slice), Double(row), Double(column))
        count += 1
      }
    }
    return count == 0 ? nil : sum / Double(count)
  }

  /// The highest Dice that any interval of Hounsfield units reaches against the voxels of some classes.
  func bestThresholdDice(of classes: Set<UInt8>) -> Double {
    let (low, width, bins) = (Float(-200), Float(10), 60)
    var (inside, all) = ([Int](repeating: 0, count: bins), [Int](repeating: 0, count: bins))
    var total = 0
    for (value, label) in zip(values, labels) {
      let bin = Int(max(0, min(Float(bins - 1), (value - low) / width)))
      all[bin] += 1
      if classes.contains(label) {
        inside[bin] += 1
        total += 1
      }
    }
    var best = 0.0
    for first in 0..<bins {
      var (hits, marked) = (0, 0)
      for last in first..<bins {
        hits += inside[last]
        marked += all[last]
        best = max(best, 2 * Double(hits) / Double(marked + total))
      }
    }
    return best
  }
}

struct AnatomyTests {
  private static let cases = [Rendered(seed: 1), Rendered(seed: 2)]

  @Test(arguments: [0, 1]) func everythingIsWhereItBelongs(index: Int) throws {
    let rendered = Self.cases[index]
    let grid = rendered.grid
    let centre = Double(grid.columns - 1) / 2
    #expect(Set(rendered.labels) == [0, 1, 2])
    // The spine is at the back: higher rows. The liver is on the patient's right: lower columns.
    let bone = try #require(
      rendered.middle { _, _, column, value, _ in value > 250 && abs(Double(column) - centre) < 6 })
    #expect(bone.y > Double(grid.rows) / 2 + 3)
    let liver = try #require(
      rendered.middle { slice, row, _, value, _ in (70..<150).contains(value) && (6..<14).contains(slice) && row < 42 })
    #expect(liver.z < centre - 2)
    // The lungs are at the head end, lower slices.
    let lung = try #require(
      rendered.middle { _, row, column, value, _ in
        value < -700 && value > -930 && abs(row - grid.rows / 2) < 12 && abs(column - grid.columns / 2) < 18
      })
    #expect(lung.x < Double(grid.slices) / 3)
    // Two kidneys, beside the spine; the right one is lower, which is a higher slice.
    let right = try #require(rendered.middle { _, _, column, _, label in label > 0 && Double(column) < centre })
    let left = try #require(rendered.middle { _, _, column, _, label in label > 0 && Double(column) > centre })
    #expect(right.x > left.x)
    #expect(centre - right.z > 5 && left.z - centre > 5)
  }

  @Test(arguments: [0, 1]) func noThresholdFindsTheKidneysOrTheTumour(index: Int) {
    #expect(Self.cases[index].bestThresholdDice(of: [2]) < 0.3)
    #expect(Self.cases[index].bestThresholdDice(of: [1, 2]) < 0.6)
  }

  @Test func kidneysAreBrightAndTumoursLessSo() throws {
    for rendered in Self.cases {
      func mean(_ label: UInt8) -> Float {
        let values = zip(rendered.values, rendered.labels).filter { $0.1 == label }.map(\.0)
        return values.reduce(0, +) / Float(max(1, values.count))
      }
      #expect((110...230).contains(mean(1)))
      #expect((30...160).contains(mean(2)))
    }
  }

  @Test func valuesAreWholeHounsfieldUnits() {
    for rendered in Self.cases {
      #expect(rendered.values.allSatisfy { $0 == $0.rounded() && $0 >= -1024 && $0 <= 3071 })
      #expect(rendered.values.contains(-1024))
    }
  }

  @Test func labelsAreRare() {
    for rendered in Self.cases {
      let share = Double(rendered.labels.count { $0 > 0 }) / Double(rendered.labels.count)
      #expect((0.003...0.03).contains(share))
    }
  }

  @Test func anotherSeedIsAnotherPatient() {
    #expect(Self.cases[0].labels != Self.cases[1].labels)
    #expect(Rendered(seed: 1).values == Self.cases[0].values)
  }
}
