import Testing

@testable import Pictures

@Suite struct LineChartTests {
  private static let axes: [([Double], [String])] = [
    ([0.0, 1], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ([0.13, 0.87], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ([-3, 12], ["-5", "0", "5", "10", "15"]),
    ([2, 2], ["1.4", "1.6", "1.8", "2.0", "2.2", "2.4", "2.6"]),
    ([], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ([1e20, 5e20], ["1e+20", "2e+20", "3e+20", "4e+20", "5e+20"]),
    ([1e30, 1e30], ["9.4e+29", "9.6e+29", "9.8e+29", "1e+30", "1.02e+30", "1.04e+30", "1.06e+30"]),
    ([0, 3e-25], ["0", "1e-25", "2e-25", "3e-25"]),
    ([1, 1 + 1e-15], ["0.4", "0.6", "0.8", "1.0", "1.2", "1.4", "1.6"]),
    ([0.001, 0.0034], ["0.0010", "0.0015", "0.0020", "0.0025", "0.0030", "0.0035"]),
  ]

  @Test(arguments: axes)
  func ticksAreRoundAndCoverTheValues(values: [Double], ticks: [String]) {
    let axis = ChartAxis(covering: values)
    #expect(axis.ticks.map(axis.text) == ticks)
    #expect(values.allSatisfy { (0...1).contains(axis.place($0)) })
  }

  @Test(arguments: [1, 2, 3, 7, 200])
  func epochsAreWhole(last: Int) {
    let axis = ChartAxis(covering: [1, Double(last)], isWhole: true)
    #expect(axis.ticks.allSatisfy { $0 == $0.rounded() })
    #expect(axis.ticks.map(axis.text).allSatisfy { !$0.contains(".") })
  }

  @Test func pointsLieWhereTheirNumbersAre() {
    let svg = LineChart.svg([
      LineChart(title: "a < b", across: "epoch", series: [.init("loss", [(0, 0), (5, 1), (10, 0.5), (11, .nan)])])
    ])
    // The frame goes from 64 to 560 across, from 252 up to 34.
    #expect(svg.contains("<polyline points=\"64,252 312,34 560,143\""))
    #expect(svg.contains(">a &lt; b</text>"))
    #expect(svg.hasPrefix("<svg xmlns=") && svg.hasSuffix("</svg>\n"))
  }

  @Test func everyChartHasItsPlace() {
    let chart = LineChart(title: "t", across: "x", series: [])
    let svg = LineChart.svg([chart, chart])
    #expect(svg.contains("height=\"600\"") && svg.contains("translate(0 300)"))
  }
}
