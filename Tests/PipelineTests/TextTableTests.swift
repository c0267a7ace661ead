import Pipeline
import Testing

struct TextTableTests {
  @Test func columnsAreAligned() {
    var table = TextTable(["case", "shape", ""])
    table.add(["case_00000", "6x10x12", "ready"])
    table.add(["a", "-", ""])
    #expect(
      table.text == """
        case        shape
        case_00000  6x10x12  ready
        a           -

        """)
  }

  @Test func numbersAreRoundedAndAsShortAsTheyCanBe() {
    let values: [Double] = [3, 3.14159, -0.00001, 0.1 + 0.2, 34.5, -78.99996, 1e20, 1e300, .nan, .infinity]
    #expect(
      values.map { Quantity.number($0) }
        == ["3", "3.1416", "0", "0.3", "34.5", "-79", "1e+20", "1e+300", "nan", "inf"])
    #expect(Quantity.number(12.3456, decimals: 3) == "12.346")
    #expect(Quantity.number(0.6, decimals: 0) == "1")
  }

  @Test func bytesInPowersOfAThousand() {
    let counts = [0, 999, 1000, 1250, 99_900, 123_456, 1_234_567, 43_300_000_000, 7_000_000_000_000_000]
    #expect(
      counts.map(Quantity.bytes)
        == ["0 B", "999 B", "1.0 kB", "1.3 kB", "99.9 kB", "123 kB", "1.2 MB", "43.3 GB", "7000 TB"])
  }

  @Test func secondsAsPeopleReadThem() {
    let values = [0, 0.04, 9.87, 12.4, 59.4, 59.6, 75, 3599.4, 3600, 7325]
    #expect(
      values.map(Quantity.seconds)
        == ["0.0 s", "0.0 s", "9.9 s", "12 s", "59 s", "1m00s", "1m15s", "59m59s", "1h00m", "2h02m"])
  }
}
