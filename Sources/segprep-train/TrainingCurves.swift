import Files
import Pictures
import Training

/// The picture of a training: losses, and Dice by class, over epochs.
enum TrainingCurves {
  static func write(_ epochs: [EpochReport], to path: String) throws {
    func series(_ name: String, _ value: (EpochReport) -> Double?) -> LineChart.Series {
      LineChart.Series(name, epochs.compactMap { epoch in value(epoch).map { (x: Double(epoch.epoch), y: $0) } })
    }
    var charts = [
      LineChart(
        title: "Loss", across: "epoch",
        series: [series("training") { $0.trainingLoss }, series("validation") { $0.validationLoss }]
          .filter { !$0.points.isEmpty })
    ]
    let classes = Set(epochs.flatMap(\.dice.keys)).sorted()
    if !classes.isEmpty {
      charts.append(
        LineChart(
          title: "Dice in validation", across: "epoch",
          series: classes.map { name in series(name) { $0.dice[name] } }))
    }
    let whole = Set(epochs.flatMap { $0.wholeCaseDice?.keys.sorted() ?? [] }).sorted()
    if !whole.isEmpty {
      charts.append(
        LineChart(
          title: "Dice of whole cases", across: "epoch",
          series: whole.map { name in series(name) { $0.wholeCaseDice?[name] } }))
    }
    try AtomicFile.write(LineChart.svg(charts), to: path)
  }
}
