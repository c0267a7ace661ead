import Files
import Pictures
import TestSupport
import Testing
import Volumes

struct PictureTests {
  @Test func drawsOnlyInside() {
    var picture = Picture(width: 4, height: 3)
    picture.fill(row: 1, column: 2, width: 9, height: 9, .white)
    picture.fill(row: -5, column: -5, width: 3, height: 3, .white)
    picture.draw(Picture(width: 2, height: 2, Colour(grey: 7)), row: -1, column: -1)
    picture[10, 10] = .white
    let white = (0..<12).filter { picture[$0 / 4, $0 % 4] == .white }
    #expect(white == [6, 7, 10, 11])
    #expect(picture[0, 0] == Colour(grey: 7) && picture[0, 1] == .black)
  }

  @Test func windowsGreys() {
    var picture = Picture(width: 4, height: 1)
    picture.draw(Slice(rows: 1, columns: 4, values: [-9, 0, .nan, 9]), window: -1...1)
    #expect((0..<4).map { picture[0, $0].red } == [0, 128, 0, 255])
  }

  /// x increases to the patient's right, which belongs on the left; y to anterior and z to superior, which belong at the top.
  @Test func slicesAreTheRightWayUp() {
    let shape = Shape(z: 2, y: 3, x: 4)
    let voxels = (0..<24).map { $0 }
    voxels.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      let axial = Slice(of: base, shape: shape, axis: .z, index: 1)
      #expect((axial.rows, axial.columns) == (3, 4))
      #expect(axial.values.first == 23 && axial.values[3] == 20 && axial.values.last == 12)
      let coronal = Slice(of: base, shape: shape, axis: .y, index: 0)
      #expect(coronal.values == [15, 14, 13, 12, 3, 2, 1, 0])
      let sagittal = Slice(of: base, shape: shape, axis: .x, index: 0)
      #expect(sagittal.values == [20, 16, 12, 8, 4, 0])
      let tall = Slice(of: base, shape: shape, axis: .x, index: 0, spacing: Spacing(z: 2, y: 1, x: 1), pixel: 1)
      #expect(tall.values == [20, 16, 12, 20, 16, 12, 8, 4, 0, 8, 4, 0])
    }
  }

  @Test func contoursAreEdgesOfClasses() {
    var classes = [UInt8](repeating: 0, count: 25)
    for place in [6, 7, 8, 11, 12, 13, 16, 17, 18] { classes[place] = 1 }
    classes[12] = 2
    var picture = Picture(width: 5, height: 5)
    picture.drawContours(of: Slice(rows: 5, columns: 5, values: classes))
    for place in 0..<25 {
      let expected = classes[place] == 0 ? Colour.black : .ofClass(Int(classes[place]))
      #expect(picture[place / 5, place % 5] == expected)
    }
    var whole = Picture(width: 3, height: 3)
    whole.drawContours(of: Slice(rows: 3, columns: 3, values: Array(repeating: 1, count: 9)))
    #expect(whole == Picture(width: 3, height: 3))
  }

  @Test func classesHaveColoursOfTheirOwn() {
    for first in 1...8 { for second in 1..<first { #expect(Colour.ofClass(first) != .ofClass(second)) } }
    #expect(Colour.ofClass(255) == .ofClass(7))
  }

  @Test func barsAreAsHighAsTheirCounts() {
    var picture = Picture(width: 4, height: 10)
    picture.drawBars([0, 1, 1000, 500], row: 0, column: 0, width: 4, height: 10, .white)
    let heights = (0..<4).map { column in (0..<10).count { picture[$0, column] == .white } }
    #expect(heights == [0, 1, 10, 5])
  }

  @Test func textIsLegible() {
    var picture = Picture(width: 6, height: 7)
    picture.write("L", row: 0, column: 0)
    let rows = (0..<7).map { row in String((0..<5).map { picture[row, $0] == .white ? "#" : "." }) }
    #expect(rows == ["#....", "#....", "#....", "#....", "#....", "#....", "#####"])
    var unknown = Picture(width: 6, height: 7), question = unknown
    unknown.write("\u{e4}", row: 0, column: 0)
    question.write("?", row: 0, column: 0)
    #expect(unknown == question)
    #expect(Picture.wrapped("one two three", width: 8 * Picture.letterWidth) == "one two\nthree")
  }

  @Test func fileIsPNGAndWholeOrAbsent() throws {
    let folder = TemporaryFolder()
    var picture = Picture(width: 31, height: 17, Colour(red: 1, green: 2, blue: 3))
    picture.write("abc", row: 2, column: 2)
    try picture.write(to: folder.path("a.png"))
    try picture.write(to: folder.path("b.png"))
    let bytes = try folder.contents("a.png")
    #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(try bytes == folder.contents("b.png"))
    #expect(throws: FileError.self) { try picture.write(to: folder.path("none/a.png")) }
    #expect(try folder.names() == ["a.png", "b.png"])
  }
}
