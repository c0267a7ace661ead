/// A chart of lines over one axis, such as a loss over epochs.
public struct LineChart: Sendable {
  /// One line.
  public struct Series: Sendable {
    /// What the legend calls it.
    public var name: String
    /// Its points, in the order of x; those that are not finite are left out.
    public var points: [(x: Double, y: Double)]

    /// A line through points.
    public init(_ name: String, _ points: [(x: Double, y: Double)]) {
      (self.name, self.points) = (name, points.filter { $0.x.isFinite && $0.y.isFinite })
    }
  }

  /// What stands above it.
  public var title: String
  /// What x is.
  public var across: String
  /// The lines; the order decides their colours.
  public var series: [Series]

  /// A chart.
  public init(title: String, across: String, series: [Series]) {
    (self.title, self.across, self.series) = (title, across, series)
  }

  /// Charts one below the other as an SVG picture; the same charts give the same text.
  public static func svg(_ charts: [LineChart]) -> String {
    let height = Frame.height * Double(charts.count)
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Int(Frame.width))" height="\(Int(height))" \
      font-family="sans-serif" font-size="12">
      <rect width="100%" height="100%" fill="white"/>

      """
    for (index, chart) in charts.enumerated() {
      text += "<g transform=\"translate(0 \(decimal(Frame.height * Double(index))))\">\n"
      text += Frame(chart).drawing
      text += "</g>\n"
    }
    return text + "</svg>\n"
  }

  /// A number with at most two decimals, as SVG and people read it.
  fileprivate static func decimal(_ number: Double) -> String {
    let hundredths = Int((number * 100).rounded())
    let (whole, rest) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
    let sign = hundredths < 0 ? "-" : ""
    if rest == 0 { return "\(sign)\(whole)" }
    return "\(sign)\(whole)." + (rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)")
  }
}

/// Where a chart's parts lie, in pixels.
private struct Frame {
  static let width = 720.0
  static let height = 300.0
  /// Okabe and Ito's colours, which the colour-blind tell apart.
  private static let colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]
  private static let (left, right, top, bottom) = (64.0, 560.0, 34.0, 252.0)

  let chart: LineChart
  let x: ChartAxis
  let y: ChartAxis

  init(_ chart: LineChart) {
    self.chart = chart
    let points = chart.series.flatMap(\.points)
    x = ChartAxis(covering: points.map(\.x), isWhole: true)
    y = ChartAxis(covering: points.map(\.y))
  }

  var drawing: String {
    var text = label(chart.title, at: (Self.left, Self.top - 14), weight: "bold")
    for tick in y.ticks {
      text += line((Self.left, row(tick)), (Self.right, row(tick)), "#dddddd")
      text += label(y.text(tick), at: (Self.left - 8, row(tick) + 4), anchor: "end")
    }
    for tick in x.ticks {
      text += label(x.text(tick), at: (column(tick), Self.bottom + 18), anchor: "middle")
    }
    text += line((Self.left, Self.bottom), (Self.right, Self.bottom), "#000000")
    text += label(chart.across, at: ((Self.left + Self.right) / 2, Self.bottom + 36), anchor: "middle")
    for (index, series) in chart.series.enumerated() {
      let colour = Self.colours[index % Self.colours.count]
      let points = series.points.map { "\(LineChart.decimal(column($0.x))),\(LineChart.decimal(row($0.y)))" }
      text += "<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\" stroke=\"\(colour)\" "
      text += "stroke-width=\"1.5\"/>\n"
      let height = Self.top + 8 + 20 * Double(index)
      text += line((Self.right + 14, height), (Self.right + 34, height), colour, width: 3)
      text += label(series.name, at: (Self.right + 40, height + 4))
    }
    return text
  }

  private func column(_ value: Double) -> Double { Self.left + x.place(value) * (Self.right - Self.left) }
  private func row(_ value: Double) -> Double { Self.bottom - y.place(value) * (Self.bottom - Self.top) }

  private func line(
    _ from: (Double, Double), _ to: (Double, Double), _ colour: String, width: Double = 1
  ) -> String {
    let number = LineChart.decimal
    return "<line x1=\"\(number(from.0))\" y1=\"\(number(from.1))\" x2=\"\(number(to.0))\" y2=\"\(number(to.1))\" "
      + "stroke=\"\(colour)\" stroke-width=\"\(number(width))\"/>\n"
  }

  private func label(
    _ text: String, at place: (Double, Double), anchor: String = "start", weight: String = "normal"
  ) -> String {
    let safe = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    return "<text x=\"\(LineChart.decimal(place.0))\" y=\"\(LineChart.decimal(place.1))\" text-anchor=\"\(anchor)\" "
      + "font-weight=\"\(weight)\">\(safe)</text>\n"
  }
}
