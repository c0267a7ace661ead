import ArgumentParser
import Foundation
import Phantoms

/// `segprep synth`: data sets of phantoms, to try the pipeline on before the real download is there.
struct Synth: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synth",
    abstract: "Make a data set of phantoms, laid out as the real one is.",
    subcommands: [KiTS19.self])

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
        memory for each job (one in seven has half-millimetre slices: up to 1059 of them, and five times as much).

        Example:
          segprep synth kits19 --cases 10 --size small --out phantoms
        """)

    @Option(help: "How many cases, at least 1.")
    var cases: Int

    @Option(help: ArgumentHelp("The folder to write data/ into.", valueName: "folder"))
    var out: String

    @Option(help: "small (about 128x128 pixels, 24-64 slices) or full (as KiTS19).")
    var size: PhantomSize = .small

    @Option(help: "Another seed gives other patients.")
    var seed: UInt64 = 1

    @Option(help: "Cases made at a time.")
    var jobs: Int = ProcessInfo.processInfo.activeProcessorCount

    @Flag(help: "Write into OUT/data though it holds something; files of the same names are replaced, others stay.")
    var overwrite = false

    @Flag(help: "Say nothing but errors.")
    var quiet = false

    func validate() throws {
      if cases < 1 { throw ValidationError("--cases must be at least 1, found \(cases)") }
      if jobs < 1 { throw ValidationError("--jobs must be at least 1, found \(jobs)") }
    }

    func run() throws {
      let quiet = quiet
      try reporting {
        try KiTS19PhantomSet(cases: cases, size: size, seed: seed)
          .write(to: out, jobs: jobs, overwrite: overwrite) { line in if !quiet { print(line) } }
      }
    }
  }
}

extension PhantomSize: ExpressibleByArgument {}
