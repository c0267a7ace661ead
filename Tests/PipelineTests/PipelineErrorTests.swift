import Datasets
import Foundation
import Testing

@testable import Pipeline

@Suite struct PipelineErrorTests {
  @Test(arguments: [
    (
      "  - zscor: {over: volume}",
      "unknown key `zscor`; did you mean `zscore`? accepted: resample, clip_hu, zscore, crop, pad, rescale"
    ),
    ("  - window: {}", "unknown key `window`; accepted: resample, clip_hu, zscore, crop, pad, rescale"),
    (
      "  - clip_hu: {lower: 1, uper: 2}",
      "unknown key `uper`; did you mean `upper`? accepted: lower, upper, over, lower_percentile, upper_percentile, "
        + "fold_safe"
    ),
    ("  - clip_hu: {lower: 1, lower: 2}", "key `lower` is there more than once, expected it once; remove all but one"),
    (
      "  - clip_hu: {lower: 1, \"lower\": 2}",
      "key `lower` is there more than once, expected it once; remove all but one"
    ),
    ("  - clip_hu: {lower: 1}", "`clip_hu` lacks `upper`, found lower, expected upper too"),
    ("  - clip_hu", "`clip_hu` lacks `lower`, found nothing, expected lower"),
    (
      "  - clip_hu: [1, 2]",
      "`clip_hu` has the wrong type, found a list, expected a mapping with the keys lower, upper, "
        + "over, lower_percentile, upper_percentile, fold_safe"
    ),
    ("  - clip_hu: {lower: 1, upper: true}", "`clip_hu.upper` has the wrong type, found true, expected a number"),
    ("  - clip_hu: {lower: 1, upper: ~}", "`clip_hu.upper` has the wrong type, found nothing, expected a number"),
    (
      "  - clip_hu: {lower: 1, upper: 0x10}",
      "`clip_hu.upper` has the wrong type, found the text \"0x10\", expected a number"
    ),
    (
      "  - clip_hu: {lower: 1, upper: \"304\"}",
      "`clip_hu.upper` has the wrong type, found the text \"304\", expected a number; remove the quotes"
    ),
    ("  - clip_hu: {lower: 1, upper: .NaN}", "`clip_hu.upper` is not finite, found .NaN, expected a number"),
    ("  - clip_hu: {lower: 1, upper: 1e999}", "`clip_hu.upper` is not finite, found 1e999, expected a number"),
    (
      "  - clip_hu: {lower: 1, upper: 1e39}",
      "`clip_hu.upper` is out of range, found 1e+39, expected a number that fits float32"
    ),
    ("  - clip_hu: {lower: 1, upper: 1}", "`clip_hu.upper` is not above `lower`, found 1, expected a number above 1"),
    (
      "  - resample: {spacing_mm: {z: 0, y: 1, x: 1}}",
      "`resample.spacing_mm.z` is out of range, found 0, expected a number from 0.01 to 1000 mm"
    ),
    ("  - resample: {spacing_mm: {z: 1, y: 1}}", "`resample.spacing_mm` lacks `x`, found z, y, expected x too"),
    (
      "  - resample: {spacing_mm: [1, 1, 1]}",
      "`resample.spacing_mm` has the wrong type, found a list, expected a mapping with the keys z, y, x"
    ),
    (
      "  - resample: {spacing_mm: {z: 1, y: 1, x: 1}, image_order: 2}",
      "`resample.image_order` is not known, found 2, expected 0, 1 or 3"
    ),
    (
      "  - resample: {spacing_mm: {z: 1, y: 1, x: 1}, label_order: 3}",
      "`resample.label_order` is not known, found 3, expected 0 or 1"
    ),
    (
      "  - resample: {spacing_mm: {z: 1, y: 1, x: 1}, image_order: true}",
      "`resample.image_order` has the wrong type, found true, expected 0, 1 or 3"
    ),
    (
      "  - resample: {spacing_mm: {z: 1, y: 1, x: 1}, shape: flor}",
      "`resample.shape` is not known, found the text \"flor\", expected floor or round; did you mean floor?"
    ),
    (
      "  - resample: {spacing_mm: {z: 1, y: 1, x: 1}, label_order: 0, label_rule: argmax}",
      "`resample.label_rule` has no effect with label_order 0, found the text \"argmax\", "
        + "expected label_order 1 beside it; remove one of the two"
    ),
    (
      "  - zscore: volume",
      "`zscore` has the wrong type, found the text \"volume\", expected a mapping with the keys over, constants, "
        + "fold_safe"
    ),
    (
      "  - zscore: {over: nothing}",
      "`zscore.over` is not known, found the text \"nothing\", "
        + "expected volume, nonzero, foreground, dataset or a mapping with the key constants"
    ),
    (
      "  - zscore: {over: volume, constants: {mean: 1, std: 1}}",
      "`zscore.over` is there beside `constants`, found the text \"volume\", expected one of the two; remove one"
    ),
    (
      "  - zscore: {constants: {mean: 1, std: 0}}",
      "`zscore.constants.std` is out of range, found 0, expected a number of at least 1e-6"
    ),
    ("  - crop: {to: tumour}", "`crop.to` is not known, found the text \"tumour\", expected nonzero or foreground"),
    ("  - crop", "`crop` lacks `to`, found nothing, expected to"),
    (
      "  - crop: {to: nonzero, margin: {z: 1.5, y: 0, x: 0}}",
      "`crop.margin.z` is not whole, found 1.5, expected a whole number from 0 to 8192 voxels"
    ),
    (
      "  - pad: {shape: {z: 0, y: 1, x: 1}}",
      "`pad.shape.z` is out of range, found 0, expected a whole number from 1 to 8192 voxels"
    ),
    (
      "  - pad: {shape: {z: 1, y: 1, x: 1}, value: min}",
      "`pad.value` is not known, found the text \"min\", expected minimum or a number; did you mean minimum?"
    ),
    (
      "  - pad: {shape: {z: 1, y: 1, x: 1}, value: false}",
      "`pad.value` has the wrong type, found false, expected a number or minimum"
    ),
    (
      "  - rescale: {from: image}",
      "`rescale.from` is not known, found the text \"image\", expected volume or a mapping with the keys lower, upper"
    ),
    (
      "  - {pad: {shape: {z: 1, y: 1, x: 1}}, rescale: {}}",
      "`preprocess[1]` is not one stage, found pad, rescale, expected one stage; "
        + "put each stage in an item of its own, and indent its parameters"
    ),
    ("  - 3", "`preprocess[1]` has the wrong type, found 3, expected a mapping with one key, the stage's name"),
  ])
  func stageThatIsWrongIsRefusedInItsLine(line: String, message: String) {
    #expect(Sample.message(Sample.replacing(Sample.stage, with: line)) == "sample.yaml:8: \(message)")
  }

  @Test(arguments: [
    (
      "  labels: {background: 1, kidney: 0}", 5,
      "`dataset.labels.background` is not 0, found 1, expected 0 for the background"
    ),
    ("  labels: {kidney: 1}", 5, "`dataset.labels` has no class 0, found kidney: 1, expected background: 0 among them"),
    ("  labels: {}", 5, "`dataset.labels` has no class 0, found nothing, expected background: 0 among them"),
    (
      "  labels: {background: 0, kidney: 255}", 5,
      "`dataset.labels.kidney` is out of range, found 255, expected a whole number from 0 to 254"
    ),
    (
      "  labels: {background: 0, kidney: 1, tumour: 1}", 5,
      "`dataset.labels.tumour` has the value of `kidney` too, found 1, expected a value of its own"
    ),
    (
      "  labels: {0: background}", 5,
      "`dataset.labels.0` is a value where a name belongs, found 0, expected background: 0"
    ),
    (
      "  labels: {background: 0}\n  label_map: {0: 0, 1: 3}", 6,
      "`dataset.label_map.1` is not a class, found 3, expected 0; declare it in labels"
    ),
    (
      "  labels: {background: 0}\n  label_map: {0: 0, other: 0}", 6,
      "`dataset.label_map.other` is not a raw value, found the text \"other\", expected a whole number or rest"
    ),
    (
      "  labels: {background: 0}\n  label_map: {-9223372036854775808: 0, 0: 0}", 6,
      "`dataset.label_map.-9223372036854775808` is not a raw value, found -9.223372036854776e+18, "
        + "expected a whole number or rest"
    ),
    (
      "  labels: {background: 0}\n  label_map: {0: 0, \"0\": 0}", 6,
      "key `0` is there more than once, expected it once; remove all but one"
    ),
    (
      "  labels: {background: 0, organ: 1}\n  label_map: {0: 0}", 6,
      "`dataset.label_map` leads to no voxel of class 1 (organ), found 0: 0, expected a raw value for each class; "
        + "map one to it, or remove it from labels"
    ),
    (
      "  labels: {background: 0}\n  unlabelled: drop", 6,
      "`dataset.unlabelled` is not known, found the text \"drop\", expected keep or exclude"
    ),
    (
      "  labels: {background: 0}\n  nonfinite: zero", 6,
      "`dataset.nonfinite` is not known, found the text \"zero\", expected fail or a number"
    ),
    (
      "  labels: {background: 0}\n  exclude:\n    - {cases: [00015], reason: x}", 7,
      "`dataset.exclude[0].cases[0]` is neither a number nor an identifier, found the text \"00015\", "
        + "expected 15, or the whole identifier"
    ),
    (
      "  labels: {background: 0}\n  exclude:\n    - {cases: [1, 1], reason: x}", 7,
      "`dataset.exclude[0].cases[1]` is there twice, found 1, expected each case once"
    ),
    (
      "  labels: {background: 0}\n  exclude:\n    - {cases: [], reason: x}", 7,
      "`dataset.exclude[0].cases` is empty, found a list, expected at least one case"
    ),
    (
      "  labels: {background: 0}\n  exclude:\n    - {cases: [1]}", 7,
      "`dataset.exclude[0]` lacks `reason`, found cases, expected reason too"
    ),
    (
      "  labels: {background: 0}\n  exclude:\n    - {class_absent: kidney, reason: x}", 7,
      "`dataset.exclude[0].class_absent` is not a class, found the text \"kidney\", expected background"
    ),
    (
      "  labels: {background: 0}\n  exclude:\n    - {reason: x}", 7,
      "`dataset.exclude[0]` is not one rule, found reason, expected either cases or class_absent, and reason"
    ),
    (
      "  labels: {background: 0}\n  exclude:\n    - {cases: [1], reason: 3}", 7,
      "`dataset.exclude[0].reason` has the wrong type, found 3, expected a text; put it in quotes"
    ),
  ])
  func dataSetThatIsWrongIsRefusedInItsLine(lines: String, number: Int, message: String) {
    #expect(Sample.message(Sample.replacing(Sample.dataset, with: lines)) == "sample.yaml:\(number): \(message)")
  }

  @Test func unknownLayoutIsRefusedWithTheNearest() {
    #expect(
      Sample.message(Sample.replacing(3, with: "  layout: nnUnet"))
        == "sample.yaml:3: `dataset.layout` is not known, found the text \"nnUnet\", "
        + "expected kits19, brats20, nnunet, msd or pairs; did you mean nnunet?")
  }

  @Test(arguments: [
    ("", "sample.yaml:3: `dataset` lacks `images`, found layout, channels, labels, expected images too"),
    (
      "images: ['a/{case}.nii']",
      "`dataset.images` does not fit the channels, found 1 pattern, expected 2, one for each of t1, t2"
    ),
    (
      "images: ['a/{case}.nii', 'a/{case}.nii']",
      "`dataset.images[1]` is there twice, found the text \"a/{case}.nii\", expected each pattern once"
    ),
    (
      "images: [{case}, b]",
      "`dataset.images[0]` has the wrong type, found a mapping, expected a pattern; "
        + "put it in quotes: {case} alone is a mapping in YAML"
    ),
    (
      "images: ['a/{case}.nii', '../{case}.nii']",
      "`dataset.images[1]` leaves the data set's folder or stands still, found the text \"../{case}.nii\", "
        + "expected folders' names, no . or .."
    ),
    (
      "images: ['a/{case}.nii', '/b/{case}.nii']",
      "`dataset.images[1]` is an absolute path, found the text \"/b/{case}.nii\", "
        + "expected a path from the data set's folder"
    ),
    (
      "images: ['a/{case}.nii', 'b/t2.nii']",
      "`dataset.images[1]` has no {case}, found the text \"b/t2.nii\", expected {case} where the case's name is"
    ),
    (
      "images: ['a/{case}.nii', 'b/{id}.nii']",
      "`dataset.images[1]` has a brace that is not {case}'s, found the text \"b/{id}.nii\", "
        + "expected {case} and * alone"
    ),
    (
      "images: ['a/{case}.nii', '**/{case}.nii']",
      "`dataset.images[1]` has **, which would go through folders, found the text \"**/{case}.nii\", "
        + "expected * within a name"
    ),
    (
      "images: ['a/{case}.nii', 'b//{case}.nii']",
      "`dataset.images[1]` has an empty name, found the text \"b//{case}.nii\", expected names between the slashes"
    ),
  ])
  func patternsThatAreWrongAreRefused(line: String, message: String) {
    let text = Sample.replacing(4, with: "  channels: [t1, t2]" + (line.isEmpty ? "" : "\n  \(line)"))
      .replacingOccurrences(of: "layout: kits19", with: "layout: pairs")
    #expect(Sample.message(text) == (line.isEmpty ? message : "sample.yaml:5: \(message)"))
  }

  @Test func gradeIsKnownOfBraTSAlone() {
    let text = Sample.replacing(Sample.folds, with: "folds: {scheme: stratified, by: grade}")
    #expect(
      Sample.message(text) == "sample.yaml:10: `folds.by` is not a class with a volume, found the text \"grade\", "
        + "expected kidney or tumour; only the layout brats20 knows a grade")
    let brats = text.replacingOccurrences(of: "kits19", with: "brats20").replacingOccurrences(of: "[ct]", with: "[t1]")
    #expect(Sample.message(brats) == nil)
    #expect(
      Sample.message(brats.replacingOccurrences(of: "by: grade", with: "by: grades"))
        == "sample.yaml:10: `folds.by` is not a class with a volume, found the text \"grades\", "
        + "expected kidney, tumour or grade; did you mean grade?")
  }

  @Test func labelPatternMustBeItsOwn() {
    let text = Sample.replacing(4, with: "  channels: [t1]\n  images: ['{case}.nii']\n  label: '{case}.nii'")
      .replacingOccurrences(of: "layout: kits19", with: "layout: pairs")
    #expect(
      Sample.message(text) == "sample.yaml:6: `dataset.label` is the pattern of an image too, "
        + "found the text \"{case}.nii\", expected the labels' own")
  }

  @Test(arguments: ["kits19", "nnunet", "msd"])
  func patternsBelongToTheirLayout(layout: String) {
    let text = Sample.replacing(4, with: "  channels: [ct]\n  label: '{case}.nii'")
      .replacingOccurrences(of: "layout: kits19", with: "layout: \(layout)")
    #expect(
      Sample.message(text) == "sample.yaml:5: `dataset.label` does not go with the layout \(layout), found label, "
        + "expected no patterns; `images` and `label` belong to the layout pairs")
  }

  @Test func channelsMustFitTheLayout() {
    #expect(
      Sample.message(Sample.replacing(4, with: "  channels: [t1, t2]"))
        == "sample.yaml:4: `dataset.channels` does not fit the layout kits19, found 2 channels, "
        + "expected 1, one for each image of a case")
  }

  @Test(arguments: [
    (
      "[T1ce]",
      "`dataset.channels[0]` is not a channel of the layout brats20, found the text \"T1ce\", "
        + "expected flair, t1, t1ce or t2; did you mean t1ce?"
    ),
    (
      "[t1, ct]",
      "`dataset.channels[1]` is not a channel of the layout brats20, found the text \"ct\", "
        + "expected flair, t1, t1ce or t2"
    ),
    ("[t1, t2, t1]", "`dataset.channels[2]` is there twice, found the text \"t1\", expected each channel once"),
    (
      "[]",
      "`dataset.channels` is empty, found a list, "
        + "expected some of flair, t1, t1ce, t2, in the order of the prepared image"
    ),
  ])
  func channelsMustBeTheLayouts(channels: String, message: String) {
    let text = Sample.replacing(4, with: "  channels: \(channels)")
      .replacingOccurrences(of: "layout: kits19", with: "layout: brats20")
    #expect(Sample.message(text) == "sample.yaml:4: \(message)")
  }

  @Test(arguments: [
    ("folds: {count: 1}", "`folds.count` is out of range, found 1, expected a whole number from 2 to 1000"),
    ("folds: {seed: -1}", "`folds.seed` is out of range, found -1, expected a whole number from 0 to 4294967295"),
    (
      "folds: {scheme: {file: s.json}}",
      "`folds.scheme` has the wrong type, found a mapping, expected kfold, stratified, grouped or file; "
        + "write `scheme: file, file: splits.json`"
    ),
    (
      "folds: {scheme: k_fold}",
      "`folds.scheme` is not known, found the text \"k_fold\", expected kfold, stratified, grouped or file; "
        + "did you mean kfold?"
    ),
    (
      "folds: {scheme: stratified, by: tumor}",
      "`folds.by` is not a class with a volume, found the text \"tumor\", expected kidney or tumour; "
        + "did you mean tumour?"
    ),
    (
      "folds: {scheme: stratified, by: background}",
      "`folds.by` is not a class with a volume, found the text \"background\", expected kidney or tumour"
    ),
    (
      "folds: {by: tumour}",
      "`folds.by` does not go with the scheme kfold, found by, expected count, scheme, seed or keep; "
        + "it belongs to the scheme stratified"
    ),
    (
      "folds: {scheme: grouped, keep: true}",
      "`folds.keep` does not go with the scheme grouped, found keep, expected count, scheme, seed, groups or column; "
        + "it belongs to the scheme kfold"
    ),
    (
      "folds: {scheme: file, file: s.json, count: 5}",
      "`folds.count` does not go with the scheme file, found count, expected scheme or file; "
        + "it belongs to the scheme kfold, stratified or grouped"
    ),
    (
      "folds: {scheme: grouped, column: patient}",
      "`folds` lacks `groups`, found scheme, column, expected groups too"
    ),
    ("folds: {scheme: grouped, groups: g.csv}", "`folds` lacks `column`, found scheme, groups, expected column too"),
    ("folds: {scheme: file}", "`folds` lacks `file`, found scheme, expected file too"),
    (
      "folds: {scheme: file, file: /tmp/s.json}",
      "`folds.file` is an absolute path, found the text \"/tmp/s.json\", "
        + "expected a path from the pipeline file's own folder"
    ),
    (
      "folds: {colum: x}",
      "unknown key `colum`; did you mean `column`? "
        + "accepted: count, scheme, seed, keep, by, groups, column, file"
    ),
    ("folds: {keep: yes}", "`folds.keep` has the wrong type, found the text \"yes\", expected true or false"),
    (
      "fold: {}",
      "unknown key `fold`; did you mean `folds`? accepted: name, dataset, preprocess, folds, patches, shards, "
        + "augment, stream, train"
    ),
  ])
  func foldsThatAreWrongAreRefusedInTheirLine(line: String, message: String) {
    #expect(Sample.message(Sample.replacing(Sample.folds, with: line)) == "sample.yaml:10: \(message)")
  }

  @Test(arguments: [
    (
      "",
      "sample.yaml: holds nothing, expected the keys name, dataset, preprocess, folds, patches, shards, augment, stream, train"
    ),
    (
      "---\n# nothing\n",
      "sample.yaml: holds nothing, expected the keys name, dataset, preprocess, folds, patches, shards, augment, stream, train"
    ),
    (
      "- a",
      "sample.yaml:1: the file has the wrong type, found a list, "
        + "expected a mapping with the keys name, dataset, preprocess, folds, patches, shards, augment, stream, train"
    ),
    ("name: a", "sample.yaml:1: the file lacks `dataset`, found name, expected dataset too"),
    ("name: 3\ndataset: {}", "sample.yaml:1: `name` has the wrong type, found 3, expected a text; put it in quotes"),
    (
      "name: {a\nb: c",
      "sample.yaml:2: is not YAML: did not find expected ',' or '}' "
        + "(while parsing a flow mapping that began in line 1); look at the indentation, the quotes and the brackets"
    ),
    (
      "name: a\n---\nname: b",
      "sample.yaml:2: is not YAML: found another document (expected a single document in the "
        + "stream that began in line 1); look at the indentation, the quotes and the brackets"
    ),
    (
      "name: a\nx: \"\u{1}\"",
      "sample.yaml:2: is not YAML: control characters are not allowed; look at the indentation, the quotes and the brackets"
    ),
  ])
  func textThatIsNoPipelineIsRefused(text: String, message: String) {
    #expect(Sample.message(text) == message)
  }

  @Test func filesThatCannotBeReadAreNamed() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("segprep-\(UUID().uuidString).yaml").path
    #expect(message(path) == "\(path): cannot open: No such file or directory")
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data([0x61, 0x3a, 0x20, 0x62, 0x0a, 0x1f, 0x8b]).write(to: URL(fileURLWithPath: path))
    #expect(
      message(path) == "\(path):2: is not text, found bytes that are not UTF-8, expected YAML; is this the right file?")
    try Data(count: (1 << 20) + 1).write(to: URL(fileURLWithPath: path))
    #expect(
      message(path) == "\(path): is too long for a pipeline file, found 1048577 bytes, expected at most 1048576; "
        + "is this the right file?")
    #expect(message("/tmp") == "/tmp: cannot read: Is a directory")
  }

  private func message(_ path: String) -> String? {
    do {
      _ = try PipelineFile.read(path)
      return nil
    } catch {
      return error.description
    }
  }
}

@Suite struct NearestNameTests {
  @Test func distanceCountsSlips() {
    #expect(NearestName.distance("zscore", "zscore") == 0)
    #expect(NearestName.distance("zscor", "zscore") == 1)
    #expect(NearestName.distance("resmaple", "resample") == 1)
    #expect(NearestName.distance("", "abc") == 3)
    #expect(NearestName.distance("crop", "pad") == 4)
  }

  @Test func farNamesAreNotSuggested() {
    #expect(NearestName.to("clip", among: ["crop", "clip_hu"]) == "clip_hu")
    #expect(NearestName.to("window", among: ["crop", "clip_hu"]) == nil)
    #expect(NearestName.to("a", among: []) == nil)
  }
}
