import Preprocessing
import Testing

struct DatasetNumbersTests {
  private static let resampling = Stage.rescale(Rescale())
  private static let clip = Stage.clipDataset(DatasetClip(lowerPercentile: 1, upperPercentile: 99, isFoldSafe: false))
  private static let asked = [clip, .zscore(.dataset(isFoldSafe: false)), resampling]
  private static let resolved = [
    Stage.clipChannels([-3...4, 0...1]), .zscore(.constants([.init(mean: 1, std: 2), .init(mean: 0.1, std: 0.3)])),
    resampling,
  ]

  @Test func stagesComeBackWithTheirNumbers() throws {
    let numbers = try #require(DatasetNumbers(of: Self.asked, resolved: Self.resolved))
    #expect(numbers.stages.map(\.stage) == [.clip, .zscore])
    #expect(DatasetNumbers.resolved(Self.asked, by: numbers, channels: 2) == Self.resolved)
  }

  @Test func foldSafeStagesAreLeftOut() throws {
    let asked = [Self.clip, Stage.zscore(.dataset(isFoldSafe: true))]
    let numbers = try #require(DatasetNumbers(of: asked, resolved: [Self.resolved[0]]))
    #expect(DatasetNumbers.resolved(asked, by: numbers, channels: 2) == [Self.resolved[0]])
    #expect(DatasetNumbers(of: [asked[1]], resolved: []) == nil)
    #expect(DatasetNumbers.resolved([asked[1]], by: nil, channels: 2) == [])
  }

  @Test func numbersOfOtherStagesAreNotTaken() throws {
    let numbers = try #require(DatasetNumbers(of: Self.asked, resolved: Self.resolved))
    #expect(DatasetNumbers.resolved(Self.asked, by: nil, channels: 2) == nil)
    #expect(DatasetNumbers.resolved(Self.asked, by: numbers, channels: 1) == nil)
    #expect(DatasetNumbers.resolved([Self.clip], by: numbers, channels: 2) == nil)
    #expect(DatasetNumbers.resolved(Self.asked.reversed(), by: numbers, channels: 2) == nil)
  }

  /// As they lie in a manifest or a checkpoint that somebody altered.
  @Test(arguments: [[Double.nan, 1], [1, .infinity], [1]])
  func numbersThatCannotBeAreNotTaken(mean: [Double]) throws {
    var numbers = try #require(DatasetNumbers(of: Self.asked, resolved: Self.resolved))
    numbers.stages[1].mean = mean
    #expect(DatasetNumbers.resolved(Self.asked, by: numbers, channels: 2) == nil)
  }

  @Test func aCaseStatesTheSame() throws {
    let numbers = try #require(DatasetNumbers(of: Self.asked, resolved: Self.resolved))
    let decisions = numbers.stages + [StageRecord(stage: .rescale)]
    #expect(DatasetNumbers(of: Self.asked, stated: decisions) == numbers)
    #expect(DatasetNumbers(of: Self.asked, stated: numbers.stages) == nil)
  }
}
