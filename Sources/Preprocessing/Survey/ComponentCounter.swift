import Volumes

/// Counts the parts of a label map while its planes pass by, in order.
///
/// Only parts that reach into the last plane are open, so memory does not grow with the volume. Union-find over the runs
/// of two planes (Rosenfeld and Pfaltz 1966).
final class ComponentCounter {
  private let layout: ArrayLayout
  private var plane = 0
  /// The last plane's runs, and which open part each belongs to.
  private var last: [LabelRun] = []
  private var membership: [Int] = []
  private var open: [Components.Part] = []
  private var found = Components()

  /// - Parameter layout: of the label's array; boxes are turned into the axes of space.
  init(layout: ArrayLayout) { self.layout = layout }

  /// Takes the next plane's runs, sorted by row and start.
  func add(_ runs: [LabelRun]) {
    // Nodes are the open parts, then the new runs.
    var forest = Forest(count: open.count + runs.count)
    link(runs, to: &forest)
    var places = [Int](repeating: -1, count: open.count + runs.count)
    var merged: [Components.Part] = []
    for (index, run) in runs.enumerated() {
      let root = forest.root(of: open.count + index)
      if places[root] < 0 {
        places[root] = merged.count
        merged.append(part(run))
      } else {
        merged[places[root]].take(part(run))
      }
    }
    for (index, part) in open.enumerated() {
      let place = places[forest.root(of: index)]
      if place < 0 { found.add(part) } else { merged[place].take(part) }
    }
    membership = runs.indices.map { places[forest.root(of: open.count + $0)] }
    (open, last) = (merged, runs)
    plane += 1
  }

  /// All parts, once every plane was taken.
  func finish() -> Components {
    for part in open { found.add(part) }
    open = []
    return found
  }

  private func link(_ runs: [LabelRun], to forest: inout Forest) {
    var begin = 0
    while begin < runs.count {
      let row = runs[begin].row
      var end = begin
      while end < runs.count, runs[end].row == row { end += 1 }
      let line = runs[begin..<end]
      for other in row - 1...row + 1 {
        Self.touching(line, last.runs(ofRow: other)) { forest.join(open.count + $0, membership[$1]) }
      }
      Self.touching(line, runs.runs(ofRow: row - 1)) { forest.join(open.count + $0, open.count + $1) }
      begin = end
    }
  }

  /// Calls `body` with the places of runs of one class, one of each row, that touch.
  private static func touching(
    _ a: ArraySlice<LabelRun>, _ b: ArraySlice<LabelRun>, _ body: (_ inA: Int, _ inB: Int) -> Void
  ) {
    func check(_ i: Int, _ j: Int) {
      guard i < a.endIndex, j < b.endIndex, a[i].value == b[j].value else { return }
      // Ends are one past the last voxel, so equality is a corner.
      if a[i].start <= b[j].end, b[j].start <= a[i].end { body(i, j) }
    }
    var (i, j) = (a.startIndex, b.startIndex)
    while i < a.endIndex, j < b.endIndex {
      check(i, j)
      if a[i].end == b[j].end {
        // Each may still meet the other's neighbour, by a corner.
        check(i + 1, j)
        check(i, j + 1)
        (i, j) = (i + 1, j + 1)
      } else if a[i].end < b[j].end {
        i += 1
      } else {
        j += 1
      }
    }
  }

  private func part(_ run: LabelRun) -> Components.Part {
    let row = Int(run.row)
    let box = layout.box(of: [Int(run.start)..<Int(run.end), row..<row + 1, plane..<plane + 1])
    return Components.Part(value: run.value, voxels: run.count, box: box)
  }
}

extension Components.Part {
  fileprivate mutating func take(_ other: Components.Part) {
    voxels += other.voxels
    box = box.union(other.box)
  }
}

/// Disjoint sets of nodes.
private struct Forest {
  private var parents: [Int]

  init(count: Int) { parents = Array(0..<count) }

  mutating func root(of node: Int) -> Int {
    var node = node
    while parents[node] != node {
      parents[node] = parents[parents[node]]
      node = parents[node]
    }
    return node
  }

  mutating func join(_ a: Int, _ b: Int) {
    let (a, b) = (root(of: a), root(of: b))
    parents[max(a, b)] = min(a, b)
  }
}
