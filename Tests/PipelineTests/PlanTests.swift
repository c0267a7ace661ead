import Foundation
import Pipeline
import Testing

@Suite struct PlanTests {
  /// Whoever changes these makes everybody prepare their cases again: a new option at its default must not.
  @Test func digestsOfTheShippedPipelinesStay() throws {
    let paper = Plan(try PipelineFile.read(shippedPath("kits19.yaml")), sourceFile: "kits19.yaml")
    #expect(paper.ingestDigest == "25f08a18ec5d14240969779ebf32ad46777af94e2472c2f1ce8de3af266e7614")
    #expect(paper.foldsDigest == "1d35ce5e445b78441b83119ac56f57478c6ae35be71871b3ee8d6eb212f23cf9")
    let mlperf = Plan(try PipelineFile.read(shippedPath("kits19-mlperf.yaml")), sourceFile: "kits19-mlperf.yaml")
    #expect(mlperf.ingestDigest == "637a777431ab829f2440bc9c02ee3166e23237d3a7809877375bbc69f0cfa6fb")
    #expect(mlperf.foldsDigest == "77e9115d7d2757a41239b998a8d757524e8dd112af33b47a8f90c215e40068c8")
  }

  @Test func digestsOfTheShippedBraTSPipelinesStay() throws {
    let paper = Plan(try PipelineFile.read(shippedPath("brats20.yaml")), sourceFile: "brats20.yaml")
    #expect(paper.ingestDigest == "ccc77861ec9338702bfb9e8e1f1b084ab47170532ec9dabb51b16f3348df324f")
    #expect(paper.foldsDigest == "df7fb3ab9ca0f2fc4eb9b19dd7034693bc6e09a7e070867088a7726602d0f62e")
    let all = Plan(try PipelineFile.read(shippedPath("brats20-4channel.yaml")), sourceFile: "brats20-4channel.yaml")
    #expect(all.ingestDigest == "46ce7afc3f1761c64ed2d70c0599630e6e5e590a9a54d12b96b371f8112e3175")
    #expect(all.foldsDigest == "bce41715a1d40faec897f76c413b246a926022bc6186816efec303faf12acf78")
  }

  /// The same pipeline, every default written out, in another order, with comments and under another name.
  private static let verbose = """
    # a comment
    folds: {keep: false, seed: 12345, scheme: kfold, count: 5}
    preprocess:
      - resample:
          label_border: nearest
          image_border: mirror
          grid: extent
          shape: floor
          label_rule: threshold
          label_order: 1
          image_order: 3
          spacing_mm: {x: 1.50, y: 15e-1, z: 3.0}   # another
      - clip_hu: {upper: 304.0, lower: -79}
      - zscore: {over: volume}
    dataset:
      nonfinite: fail
      exclude: []
      unlabelled: keep
      label_map: {2: 2, 1: 1, 0: 0}
      labels: {tumour: 2, kidney: 1, background: 0}
      channels: ["ct"]
      layout: 'kits19'
    name: another name
    """

  @Test func defaultsOrderOfKeysCommentsAndNameDoNotCount() throws {
    let (brief, verbose) = (
      Plan(try Sample.config(), sourceFile: ""), Plan(try Sample.config(Self.verbose), sourceFile: "")
    )
    #expect(brief.ingestDigest == verbose.ingestDigest)
    #expect(brief.foldsDigest == verbose.foldsDigest)
  }

  @Test func defaultsOfTheOtherStagesDoNotCountEither() throws {
    let brief = "rescale\n  - pad: {shape: {z: 1, y: 1, x: 1}}\n  - crop: {to: nonzero}"
    let verbose =
      "rescale: {from: volume, to: {lower: 0, upper: 1}}\n  - pad: {shape: {z: 1, y: 1, x: 1}, value: minimum}\n"
      + "  - crop: {to: nonzero, margin: {z: 0, y: 0, x: 0}}"
    #expect(try digests(Sample.stage, "  - \(brief)") == digests(Sample.stage, "  - \(verbose)"))
  }

  @Test func bothWaysToWriteConstantsAreOne() throws {
    #expect(
      try digests(Sample.stage, "  - zscore: {constants: {mean: 1, std: 2}}")
        == digests(Sample.stage, "  - zscore: {over: {constants: {mean: 1, std: 2}}}"))
  }

  @Test func orderOfTheStagesCounts() throws {
    let text = Sample.text.replacingOccurrences(
      of: "  - clip_hu: {lower: -79, upper: 304}\n  - zscore", with: "  - zscore\n  - clip_hu: {lower: -79, upper: 304}"
    )
    #expect(text != Sample.text)
    let changed = Plan(try Sample.config(text), sourceFile: "")
    #expect(changed.ingestDigest != Plan(try Sample.config(), sourceFile: "").ingestDigest)
  }

  @Test(arguments: [
    "  labels: {background: 0, kidney: 1, tumor: 2}", "  labels: {background: 0, kidney: 2, tumour: 1}",
    "  labels: {background: 0, kidney: 1, tumour: 2}\n  label_map: {0: 0, 1: 1, 2: 2, rest: 0}",
    "  labels: {background: 0, kidney: 1, tumour: 2}\n  label_map: {0: 0, 1: 2, 2: 1}",
    "  labels: {background: 0, kidney: 1, tumour: 2}\n  unlabelled: exclude",
    "  labels: {background: 0, kidney: 1, tumour: 2}\n  nonfinite: 0",
    "  labels: {background: 0, kidney: 1, tumour: 2}\n  exclude: [{cases: [1], reason: x}]",
    "  labels: {background: 0, kidney: 1, tumour: 2}\n  exclude: [{class_absent: tumour, reason: x}]",
  ])
  func whatChangesTheDataSetCounts(line: String) throws {
    #expect(try digests(Sample.dataset, line).ingest != Plan(try Sample.config(), sourceFile: "").ingestDigest)
  }

  /// No two of these are the same preprocessing.
  private static let different = [
    "zscore", "zscore: {over: nonzero}", "zscore: {over: foreground}", "zscore: {over: dataset}",
    "zscore: {constants: {mean: 1, std: 2}}", "zscore: {constants: {mean: 2, std: 2}}",
    "zscore: {constants: {mean: 1, std: 3}}", "clip_hu: {lower: -79, upper: 304}", "clip_hu: {lower: -79, upper: 305}",
    "clip_hu: {lower: -78, upper: 304}", "crop: {to: nonzero}", "crop: {to: foreground}",
    "crop: {to: nonzero, margin: {z: 0, y: 0, x: 1}}", "pad: {shape: {z: 1, y: 1, x: 1}}",
    "pad: {shape: {z: 1, y: 1, x: 2}}", "pad: {shape: {z: 1, y: 1, x: 1}, value: 0}", "rescale",
    "rescale: {from: {lower: 0, upper: 1}}", "rescale: {to: {lower: 0, upper: 2}}",
  ]

  @Test func everyParameterOfAStageCounts() throws {
    let all = try Self.different.map { try digests(Sample.stage, "  - \($0)").ingest }
    #expect(Set(all).count == Self.different.count)
  }

  @Test(arguments: [
    "image_order: 1", "label_order: 0", "label_rule: argmax", "shape: round", "grid: spacing", "image_border: nearest",
    "label_border: mirror",
  ])
  func everyOptionOfTheResamplingCounts(option: String) throws {
    let plain = try digests(Sample.stage, "  - resample: {spacing_mm: {z: 1, y: 1, x: 1}}")
    let other = try digests(Sample.stage, "  - resample: {spacing_mm: {z: 1, y: 1, x: 1}, \(option)}")
    #expect(plain.ingest != other.ingest)
  }

  @Test func foldsChangeOnlyTheirOwnDigestAndIngestChangesBoth() throws {
    let plain = try digests(Sample.folds, "folds: {}")
    for line in ["folds: {count: 4}", "folds: {seed: 1}"] {
      let other = try digests(Sample.folds, line)
      #expect(other.ingest == plain.ingest && other.folds != plain.folds)
    }
    #expect(try digests(Sample.stage, "  - rescale").folds != plain.folds)
  }

  @Test func everyKeyOfTheFoldsCountsAndTheDefaultClassDoesNot() throws {
    let lines = [
      "folds: {}", "folds: {keep: true}", "folds: {scheme: stratified}", "folds: {scheme: stratified, by: kidney}",
      "folds: {scheme: stratified, seed: 1}", "folds: {scheme: stratified, count: 4}",
    ]
    let all = try lines.map { try digests(Sample.folds, $0) }
    #expect(Set(all.map(\.folds)).count == lines.count && Set(all.map(\.ingest)).count == 1)
    #expect(try digests(Sample.folds, "folds: {scheme: stratified, by: tumour}").folds == all[2].folds)
  }

  @Test(arguments: [
    "folds: {keep: true}", "folds: {scheme: stratified, by: kidney}", "folds: {scheme: stratified}",
    "folds: {scheme: grouped, groups: g.csv, column: patient}", "folds: {scheme: file, file: s.json}",
  ])
  func savedFoldsReadBack(line: String) throws {
    let plan = Plan(try Sample.config(Sample.replacing(Sample.folds, with: line)), sourceFile: "sample.yaml")
    let saved = try JSONDecoder().decode(Plan.self, from: Data(PlanDescription.json(of: plan).utf8))
    #expect(saved == plan)
  }

  @Test func savedPatternsAndGradesReadBackAndCount() throws {
    func plan(_ dataset: String, _ folds: String = "folds: {}") throws -> Plan {
      let text = Sample.replacing(4, with: dataset).replacingOccurrences(of: "  layout: kits19\n", with: "")
        .replacingOccurrences(of: "folds: {count: 5}", with: folds)
      return Plan(try Sample.config(text), sourceFile: "sample.yaml")
    }
    let images = "  layout: pairs\n  channels: [t1]\n  images: ['a/{case}*.nii']"
    let plans = try [
      plan(images), plan(images.replacingOccurrences(of: "a/", with: "b/")),
      plan(images + "\n  label: 'l/{case}.nii'"),
      plan("  layout: brats20\n  channels: [t1]", "folds: {scheme: stratified, by: grade}"),
    ]
    #expect(Set(plans.map(\.ingestDigest)).count == plans.count)
    for plan in plans {
      #expect(try JSONDecoder().decode(Plan.self, from: Data(PlanDescription.json(of: plan).utf8)) == plan)
    }
  }

  @Test(arguments: ["kits19.yaml", "kits19-mlperf.yaml"])
  func savedPlanReadsBack(name: String) throws {
    let plan = Plan(try PipelineFile.read(shippedPath(name)), sourceFile: shippedPath(name))
    #expect(plan.sourceFile == name)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let saved = try encoder.encode(plan)
    #expect(String(decoding: saved, as: UTF8.self) == plan.json.canonicalText)
    #expect(try JSONDecoder().decode(Plan.self, from: saved) == plan)
    #expect(try JSONDecoder().decode(Plan.self, from: Data(PlanDescription.json(of: plan).utf8)) == plan)
  }

  @Test func everyStageReadsBack() throws {
    let text = Sample.replacing(
      Sample.stage,
      with: """
          - zscore: {constants: {mean: 0.1, std: 1e-5}}
          - crop: {to: foreground, margin: {z: 1, y: 2, x: 3}}
          - pad: {shape: {z: 1, y: 2, x: 3}, value: -0.25}
          - rescale: {from: {lower: -1e20, upper: 304}}
          - resample: {spacing_mm: {z: 1, y: 2, x: 3}, label_order: 0, shape: round}
        """)
    let plan = Plan(try Sample.config(text), sourceFile: "sample.yaml")
    let saved = try JSONEncoder().encode(plan)
    #expect(try JSONDecoder().decode(Plan.self, from: saved) == plan)
  }

  private func digests(_ line: Int, _ text: String) throws -> (ingest: String, folds: String) {
    let plan = Plan(try Sample.config(Sample.replacing(line, with: text)), sourceFile: "sample.yaml")
    return (plan.ingestDigest, plan.foldsDigest)
  }
}
