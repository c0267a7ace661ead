import ArgumentParser
import Foundation
import Phantoms

/// `segprep synth`: data sets of phantoms, to try the pipeline on before the real download is there.
struct Synth: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synth",
    abstract: "Make a data set of phantoms, laid out as the real one is.",
    subcommands: [KiTS19.self, BraTS20.self])

  /// What every kind of phantom takes.
  struct Options: ParsableArguments {
    @Option(help: "How many cases, at least 1.")
    var cases: Int

    @Option(help: ArgumentHelp("The folder to write the data set into.", valueName: "folder"))
    var out: String

    @Option(help: "small (the same bodies, coarsely sampled) or full (as the real data set).")
    var size: PhantomSize = .small

    @Option(help: "Another seed gives other patients.")
    var seed: UInt64 = 1

    @Option(help: "Cases made at a time.")
    var jobs: Int = ProcessInfo.processInfo.activeProcessorCount

    @Flag(help: "Write into a folder that holds something; files of the same names are replaced, others stay.")
    var overwrite = false

    @Flag(help: "Say nothing but errors.")
    var quiet = false

    func validate() throws {
      if cases < 1 { throw ValidationError("--cases must be at least 1, found \(cases)") }
      if jobs < 1 { throw ValidationError("--jobs must be at least 1, found \(jobs)") }
    }

    var progress: @Sendable (String) -> Void {
      let quiet = quiet
      return { line in if !quiet { print(line) } }
    }
  }

  /// `segprep synth kits19`.
  struct KiTS19: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "kits19",
      abstract: "Make abdominal CT phantoms with kidneys and tumours, laid out as KiTS19 is.",
      discussion: """
        Writes OUT/data/case_00000/imaging.nii.gz and segmentation.nii.gz, case_00001 and so on, and OUT/data/kits.json.
        Among the first ten cases are one that is shorter than the paper's patch, one that is not square, one without \
        a segmentation, a float32 and a float64 image, and segmentations with KiTS19's two kinds of header.
        The same seed gives the same bytes, whatever --jobs is; case 7 of 10 is case 7 of 100.

        A full case has 512x512 pixels and about 216 slices, takes about 45 MB on disk and 0.3 GB of \
        memory for each job (one in seven has half-millimetre slices: up to 1059 of them, and five times as much). A \
        small one has about 128x128 pixels and 24 to 64 slices.

        Example:
          segprep synth kits19 --cases 10 --size small --out phantoms
        """)

    @OptionGroup var options: Options

    func run() throws {
      try reporting {
        try KiTS19PhantomSet(cases: options.cases, size: options.size, seed: options.seed)
          .write(to: options.out, jobs: options.jobs, overwrite: options.overwrite, progress: options.progress)
      }
    }
  }

  /// `segprep synth brats20`.
  struct BraTS20: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "brats20",
      abstract: "Make brain MRI phantoms with gliomas, laid out as BraTS20 is.",
      discussion: """
        Writes OUT/MICCAI_BraTS2020_TrainingData/BraTS20_Training_001/BraTS20_Training_001_flair.nii.gz, _t1, _t1ce, \
        _t2 and _seg (0, 1 necrotic core, 2 oedema, 4 enhancing tumour), BraTS20_Training_002 and so on, and the \
        tables name_mapping.csv and survival_info.csv.
        About one in thirteen has no enhancing tumour, case 5 among them; T2 of case 4 (and of those where BraTS20's \
        has) holds fractions and goes below 0.
        The same seed gives the same bytes, whatever --jobs is; case 7 of 10 is case 7 of 100.

        A full case has 240x240x155 voxels of 1 mm, takes about 11 MB on disk and 0.1 GB of memory for each job. A \
        small one has 80x80x52 voxels of 3 mm.

        Examples:
          segprep synth brats20 --cases 10 --size small --out phantoms
          segprep synth brats20 --cases 6 --copy kaggle --out phantoms
        """)

    @OptionGroup var options: Options

    @Option(
      help: """
        official (the challenge's own) or kaggle: not gzipped, and the segmentation of case 355, or of the last where \
        there are fewer, is misnamed.
        """)
    var copy: BraTS20PhantomSet.Copy = .official

    func run() throws {
      try reporting {
        try BraTS20PhantomSet(cases: options.cases, size: options.size, seed: options.seed, copy: copy)
          .write(to: options.out, jobs: options.jobs, overwrite: options.overwrite, progress: options.progress)
      }
    }
  }
}

extension PhantomSize: ExpressibleByArgument {}
extension BraTS20PhantomSet.Copy: ExpressibleByArgument {}
