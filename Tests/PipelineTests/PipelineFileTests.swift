import Datasets
import Files
import Foundation
import Preprocessing
import Pipeline
import Testing
import Volumes

@Suite struct PipelineFileTests {
  @Test func kits19IsThePapers() throws {
    let config = try PipelineFile.read(shippedPath("kits19.yaml"))
    #expect(config.name == "kits19")
    let labels = LabelScheme(classes: [
      LabelClass(name: "background", value: 0), LabelClass(name: "kidney", value: 1),
      LabelClass(name: "tumour", value: 2),
    ])
    let excluded = ExclusionRule(
      .cases([15, 23, 37, 68, 125, 133].map { .number($0) }), reason: "ground truth quality, KiTS19 challenge paper")
    #expect(config.dataset == DatasetConfig(layout: .kits19, channels: ["ct"], labels: labels, exclude: [excluded]))
    #expect(
      config.preprocess == [
        .resample(
          Resampling(
            spacing: Spacing(z: 3.22, y: 1.62, x: 1.62), imageOrder: .cubic, labelOrder: .linear, labelRule: .threshold,
            shape: .floor, grid: .extent, imageBorder: .mirror, labelBorder: .nearest)),
        .clip(-79...304), .zscore(.volume),
      ])
    #expect(config.folds == FoldsConfig(count: 5, scheme: .kfold, seed: 12345))
  }

  @Test func kits19MLPerfIsMLPerfs() throws {
    let config = try PipelineFile.read(shippedPath("kits19-mlperf.yaml"))
    #expect(config.dataset.exclude.isEmpty && config.dataset.unlabelled == .exclude)
    #expect(
      config.preprocess == [
        .resample(
          Resampling(spacing: Spacing(z: 1.6, y: 1.2, x: 1.2), imageOrder: .linear, labelOrder: .nearest)),
        .clip(-79...304), .zscore(.constants([ZScore.Normal(mean: 101, std: 76.9)])),
        .pad(Pad(shape: Shape(z: 128, y: 128, x: 128))),
      ])
  }

  @Test(arguments: [
    ("zscore", Stage.zscore(.volume)), ("zscore:", .zscore(.volume)), ("zscore: {}", .zscore(.volume)),
    ("zscore: {over: volume}", .zscore(.volume)), ("zscore: {over: nonzero}", .zscore(.nonzero)),
    ("zscore: {over: foreground}", .zscore(.foreground)),
    ("zscore: {over: dataset}", .zscore(.dataset(isFoldSafe: false))),
    ("zscore: {constants: {mean: 101.0, std: 76.9}}", .zscore(.constants([ZScore.Normal(mean: 101, std: 76.9)]))),
    ("zscore: {over: {constants: {mean: -1, std: 2e-1}}}", .zscore(.constants([ZScore.Normal(mean: -1, std: 0.2)]))),
    ("clip_hu: {lower: -1.5, upper: +3.}", .clip(-1.5...3)),
    ("crop: {to: nonzero}", .crop(Crop(to: .nonzero, margin: ZYX(z: 0, y: 0, x: 0)))),
    (
      "crop: {to: foreground, margin: {z: 1, y: 2, x: 3}}",
      .crop(Crop(to: .foreground, margin: ZYX(z: 1, y: 2, x: 3)))
    ),
    ("pad: {shape: {z: 4, y: 5, x: 6}}", .pad(Pad(shape: ZYX(z: 4, y: 5, x: 6)))),
    ("pad: {shape: {z: 4, y: 5, x: 6}, value: minimum}", .pad(Pad(shape: ZYX(z: 4, y: 5, x: 6)))),
    (
      "pad: {shape: {z: 4, y: 5, x: 6}, value: .5}",
      .pad(Pad(shape: ZYX(z: 4, y: 5, x: 6), value: 0.5))
    ),
    ("rescale", .rescale(Rescale(from: nil, to: 0...1))),
    (
      "rescale: {from: {lower: -79, upper: 304}, to: {lower: -1, upper: 1}}",
      .rescale(Rescale(from: -79...304, to: -1...1))
    ),
    (
      "resample: {spacing_mm: {x: 1, y: 2, z: 3}, image_order: 0, label_order: 0, shape: round, grid: spacing, "
        + "image_border: nearest, label_border: mirror}",
      .resample(
        Resampling(
          spacing: ZYX(z: 3, y: 2, x: 1), imageOrder: .nearest, labelOrder: .nearest, shape: .round, grid: .spacing,
          imageBorder: .nearest, labelBorder: .mirror))
    ),
    (
      "resample: {spacing_mm: {x: 1, y: 2, z: 3}, image_order: 1, label_rule: argmax}",
      .resample(Resampling(spacing: ZYX(z: 3, y: 2, x: 1), imageOrder: .linear, labelRule: .argmax))
    ),
  ])
  func stageIsReadAsWritten(item: String, stage: Stage) throws {
    #expect(try Sample.stage(item) == stage)
  }

  @Test func stagesKeepTheirOrderAndMayComeTwice() throws {
    let text = Sample.replacing(Sample.stage, with: "  - zscore: {over: nonzero}\n  - clip_hu: {lower: 0, upper: 1}")
    #expect(try Sample.config(text).preprocess.map(\.name) == [.resample, .zscore, .clip, .zscore])
  }

  @Test func dataSetsOptionsAreRead() throws {
    let text = Sample.replacing(
      Sample.dataset,
      with: """
          labels: {background: 0, organ: 1}
          label_map: {1: 1, 2: 1, -3: 0, rest: 0}
          unlabelled: exclude
          exclude:
            - {class_absent: organ, reason: no   organ}
            - {cases: [15, case_00016], reason: 'bad'}
          nonfinite: -1024
        """)
    let dataset = try Sample.config(text).dataset
    #expect(dataset.labels.map == [1: 1, 2: 1, -3: 0] && dataset.labels.rest == 0)
    #expect(dataset.unlabelled == .exclude && dataset.nonfinite == .replace(-1024))
    #expect(
      dataset.exclude == [
        ExclusionRule(.classAbsent(LabelClass(name: "organ", value: 1)), reason: "no organ"),
        ExclusionRule(.cases([.number(15), .identifier("case_00016")]), reason: "bad"),
      ])
  }

  @Test func foldsMayBeLeftOut() throws {
    #expect(try Sample.config(Sample.replacing(Sample.folds, with: "")).folds == FoldsConfig())
    let seeded = Sample.replacing(Sample.folds, with: "folds: {seed: 4294967295, count: 3, scheme: kfold, keep: false}")
    #expect(try Sample.config(seeded).folds == FoldsConfig(count: 3, seed: .max))
  }

  @Test func onlyStagesThatReadTheLabelNeedIt() throws {
    let needing = ["crop: {to: foreground}", "zscore: {over: foreground}"]
    let others = [
      "crop: {to: nonzero}", "zscore: {over: dataset}", "zscore", "rescale", "clip_hu: {lower: 0, upper: 1}",
    ]
    #expect(try needing.allSatisfy { try Sample.stage($0).needsLabel })
    #expect(try others.allSatisfy { try !Sample.stage($0).needsLabel })
  }

  @Test func windowsLineEndsAndByteOrderMarksAreTaken() throws {
    let text = "\u{feff}" + Sample.text.replacingOccurrences(of: "\n", with: "\r\n")
    #expect(try Sample.config(text) == Sample.config())
  }
}
