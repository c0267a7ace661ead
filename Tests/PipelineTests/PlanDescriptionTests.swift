import Pipeline
import Testing

@Suite struct PlanDescriptionTests {
  @Test func paperReadsWell() throws {
    let plan = Plan(try PipelineFile.read(shippedPath("kits19.yaml")), sourceFile: "Pipelines/kits19.yaml")
    #expect(
      PlanDescription.text(of: plan) == """
        kits19, from kits19.yaml

        Data set
          layout        kits19: folders case_00000, case_00001, ..., each with imaging.nii.gz and segmentation.nii.gz
          channels      ct
          classes       0 background, 1 kidney, 2 tumour
          raw labels    as the classes; any other value is an error
          unlabelled    kept: prepared for prediction, in no fold
          excluded      cases 15, 23, 37, 68, 125, 133: ground truth quality, KiTS19 challenge paper
          NaN and Inf   are errors: the case fails

        Preprocessing, in this order
           1  resample  to 3.22 x 1.62 x 1.62 mm (z, y, x)
                        image: order 3 (cubic spline), border mirror
                        label: order 1 (linear) per class, at least 0.5, the last wins, none: background; border nearest
                        shape: floor(n * spacing / target + 1e-4)
                        grid:  same extent as before (voxel size = extent / shape)
           2  clip_hu   every voxel held within [-79, 304] HU
           3  zscore    over the whole volume, background included (ddof 0)

        Folds
          5 folds of the labelled cases that are not excluded, sorted, shuffled once with seed 12345
          (scikit-learn's KFold(5, shuffle=True, random_state=12345), nnU-Net's way to split)

        Patches, of labelled cases alone
          random        16 patches of 80 x 160 x 160 voxels (z, y, x) in each labelled case, at random places, seed 1
                        stored with 8 x 8 x 8 more voxels on each side, for augmentation
          grid          windows of 80 x 160 x 160 voxels (z, y, x) that overlap by 40 x 80 x 80,
                        the last of each axis shifted back to end at the border

        Shards
          image float16, label uint8, compressed with lz4
          64 patches a file, at most 571 MB before compression
          outside a case: its smallest value in each channel, and background

        Augmentation
          the preset miscnn, in this order:
            mirror: probability 0.5
            contrast: factor 0.3 to 3, preserve_range true, probability 0.15
            brightness_multiplicative: balanced false, factor 0.5 to 2, probability 0.15
            gamma: exponent 0.7 to 1.5, invert false, probability 0.15, retain_stats true
            gaussian_noise: deviation 0 to 0.05, per_channel false, probability 0.15
            elastic: alpha 0 to 900, avoid_folds false, probability 0.15, sigma 9 to 13
            rotation: degrees -15 to 15, probability 0.15
            scale: factor 0.85 to 1.25, probability 0.15
          what moves voxels between two groups of the others is one map, sampled once:
            the image at order 3 (B-spline), the label by nearest, beyond the border the pad value and background
          contrast and gamma go by the statistics of the patch

        Training
          patches       the set random, validated on grid
          network       3D U-Net, depth 4, 32 filters doubling at each level, batch norm; a patch's axes must divide by 16
          loss          unified_focal, lambda 0.5, delta 0.6, gamma 0.5
          optimiser     Adam, learning rate 0.001, weight decay 0
                        the rate falls to 0.1 of itself after 10 epochs without a lower validation loss, not below 1e-06
          epochs        at most 200, all batches of the split each, fewer after 25 epochs without a lower validation loss
          precision     convolutions in bfloat16 on a GPU that has it, else in float32
          seed          1, of the first weights

        Digests (SHA-256 of what is not at its default)
          ingest        \(plan.ingestDigest)
          folds         \(plan.foldsDigest)
          shards        \(plan.shardsDigest ?? "")
          train         \(plan.trainDigest ?? "")

        """)
  }

  @Test func everyOtherOptionIsSaid() throws {
    let plan = Plan(
      try Sample.config(
        """
        name: all
        dataset:
          layout: kits19
          channels: [ct]
          labels: {background: 0, organ: 3}
          label_map: {2: 3, 1: 3, rest: 0}
          exclude:
            - {class_absent: organ, reason: nothing to learn}
            - {cases: [case_00003], reason: noise}
          nonfinite: -1024
        preprocess:
          - crop: {to: foreground, margin: {z: 1, y: 2, x: 3}}
          - crop: {to: nonzero}
          - clip_hu: {over: dataset}
          - zscore: {over: dataset}
          - zscore: {over: nonzero}
          - zscore: {over: foreground}
          - zscore: {constants: {mean: 101.0, std: 76.9}}
          - rescale
          - rescale: {from: {lower: 0, upper: 10}, to: {lower: -1, upper: 1}}
          - pad: {shape: {z: 4, y: 5, x: 6}}
          - pad: {shape: {z: 4, y: 5, x: 6}, value: 0.5}
          - resample: {spacing_mm: {z: 1, y: 1, x: 1}, image_order: 0, label_rule: argmax, shape: round, grid: spacing}
          - resample: {spacing_mm: {z: 1, y: 1, x: 1}, image_order: 1, label_order: 0, image_border: nearest, label_border: mirror}
        """), sourceFile: "all.yaml")
    let lines = PlanDescription.text(of: plan).split(separator: "\n").map(String.init)
    #expect(
      Array(lines[5..<44]) == [
        "  raw labels    1 -> 3 organ, 2 -> 3 organ; any other value is read as 0",
        "  unlabelled    kept: prepared for prediction, in no fold",
        "  excluded      cases without a voxel of 3 organ: nothing to learn",
        "                case case_00003: noise",
        "  NaN and Inf   become -1024",
        "Preprocessing, in this order",
        "   1  crop      to the voxels that are not background in the label, margin 1 x 2 x 3 voxels (z, y, x)",
        "   2  crop      to the voxels that are not 0 in some channel, no margin",
        "   3  clip_hu   each channel held within percentiles 0.5 to 99.5 of",
        "                the raw foreground of all labelled cases, each counting the same (ddof 0)",
        "   4  zscore    over the raw foreground of all labelled cases, each counting the same (ddof 0)",
        "   5  zscore    over the voxels that are not 0 (ddof 0)",
        "   6  zscore    over the voxels that are not background in the label (ddof 0)",
        "   7  zscore    by constants: (value - 101) / 76.9",
        "   8  rescale   from the volume's own minimum and maximum to [0, 1], linearly",
        "   9  rescale   from [0, 10] to [-1, 1], linearly",
        "  10  pad       to at least 4 x 5 x 6 voxels (z, y, x), as many before as after (an odd one after)",
        "                image: the volume's minimum at this point",
        "                label: background",
        "  11  pad       to at least 4 x 5 x 6 voxels (z, y, x), as many before as after (an odd one after)",
        "                image: 0.5",
        "                label: background",
        "  12  resample  to 1 x 1 x 1 mm (z, y, x)",
        "                image: order 0 (nearest), border mirror",
        "                label: order 1 (linear), the class with the greatest share, the lower wins ties; border nearest",
        "                shape: n * spacing / target, rounded half to even",
        "                grid:  exactly the target's voxel size, first outer corner fixed",
        "  13  resample  to 1 x 1 x 1 mm (z, y, x)",
        "                image: order 1 (linear), border nearest",
        "                label: order 0 (nearest); border mirror",
        "                shape: floor(n * spacing / target + 1e-4)",
        "                grid:  same extent as before (voxel size = extent / shape)",
        "Folds",
        "  5 folds of the labelled cases that are not excluded, sorted, shuffled once with seed 12345",
        "  (scikit-learn's KFold(5, shuffle=True, random_state=12345), nnU-Net's way to split)",
        "Digests (SHA-256 of what is not at its default)",
        "  ingest        \(plan.ingestDigest)",
        "  folds         \(plan.foldsDigest)",
        "Notes",
      ])
    #expect(
      Array(lines[44...])
        == [3, 4].map { number in
          "  LEAK: stage \(number), \(number == 3 ? "clip_hu" : "zscore"), is measured on all labelled cases, also on "
            + "those that a fold validates on; `fold_safe: true` gives each fold numbers of its own"
        }
        + [1, 6].map { number in
          "  stage \(number), \(number == 1 ? "crop" : "zscore"), needs labels: unlabelled cases will fail there; "
            + "leave them out with `unlabelled: exclude`"
        })
  }

  @Test(arguments: [
    (
      "keep: true, count: 3",
      [
        "3 folds of the labelled cases that are not excluded, sorted, shuffled once with seed 12345",
        "(scikit-learn's KFold(3, shuffle=True, random_state=12345), nnU-Net's way to split)",
        "in a new folder; cases that have a fold in the folder's manifest keep it, and each new one, in order of",
        "identifiers, goes to the fold with the fewest cases (the lowest of those): adding a case moves no other",
      ]
    ),
    (
      "scheme: stratified, by: kidney, seed: 1",
      [
        "5 folds of the labelled cases that are not excluded, each with the same spread of the volume of 1 kidney",
        "(ml: raw voxels of the class times the raw voxel size): sorted by it, the largest first, each 5 in turn",
        "dealt to different folds in an order shuffled with seed 1",
      ]
    ),
    (
      "scheme: grouped, groups: lists/g.csv, column: patient",
      [
        "5 folds of the labelled cases that are not excluded; cases of one `patient` in lists/g.csv are never apart:",
        "the groups, the largest first (ties shuffled with seed 12345), each to the fold with the fewest cases",
      ]
    ),
    (
      "scheme: file, file: s.json",
      [
        "the folds of s.json (nnU-Net's splits_final.json): each labelled case that is not excluded must be in one `val`"
      ]
    ),
  ])
  func schemesOfFoldsAreExplained(folds: String, expected: [String]) throws {
    let text = Sample.replacing(Sample.folds, with: "folds: {\(folds)}")
    let page = PlanDescription.text(of: Plan(try Sample.config(text), sourceFile: "sample.yaml"))
    #expect(page.contains("\nFolds\n" + expected.map { "  \($0)\n" }.joined() + "\nDigests"), "\(page)")
  }
}

@Suite struct GradePlanTests {
  @Test func gradesAreExplained() throws {
    let text = Sample.replacing(Sample.folds, with: "folds: {scheme: stratified, by: grade}")
      .replacingOccurrences(of: "kits19", with: "brats20").replacingOccurrences(of: "[ct]", with: "[t1]")
    let page = PlanDescription.text(of: Plan(try Sample.config(text), sourceFile: "sample.yaml"))
    #expect(
      page.contains(
        """
        Folds
          5 folds of the labelled cases that are not excluded, each with as many of every grade, to within one:
          those of one grade are shuffled with seed 12345 and dealt to the folds in turn, one grade after the other
        """), "\(page)")
  }
}

@Suite struct JSONValueTests {
  @Test func numbersAreAsShortAsTheyCanBe() {
    let numbers: [Double] = [3, -0.0, 1.62, 0.1, 1e-5, 1e20, -79, 4_294_967_295]
    #expect(numbers.map(JSONValue.text(of:)) == ["3", "0", "1.62", "0.1", "1e-05", "1e+20", "-79", "4294967295"])
  }

  @Test func keysAreSortedAndTextsEscaped() {
    let value = JSONValue.object(["b": .array([.null, .bool(true)]), "a\"": .text("x\\\n\u{1}é"), "B": .object([:])])
    #expect(value.canonicalText == #"{"B":{},"a\"":"x\\\n\u0001é","b":[null,true]}"#)
    #expect(
      value.prettyText == """
        {
          "B": {},
          "a\\"": "x\\\\\\n\\u0001é",
          "b": [null, true]
        }

        """)
  }
}
