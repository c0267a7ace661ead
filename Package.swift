// swift-tools-version: 6.2
// The order of the targets is the order in which a voxel meets them: a module imports only from those above it.
// `swift build --explicit-target-dependency-import-check error` holds everybody to it.
import Foundation
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
  name: "segprep",
  products: [
    .executable(name: "segprep", targets: ["segprep"]),
    // The reader, the writer and the stages; then the modules whose types their interfaces speak of.
    .library(name: "NIfTI", targets: ["NIfTI"]),
    .library(name: "Preprocessing", targets: ["Preprocessing"]),
    .library(name: "Augmentation", targets: ["Augmentation"]),
    .library(name: "Shards", targets: ["Shards"]),
    .library(name: "Streaming", targets: ["Streaming"]),
    .library(name: "Evaluation", targets: ["Evaluation"]),
    .library(name: "Recipes", targets: ["Recipes"]),
    .library(name: "Prediction", targets: ["Prediction"]),
    .library(name: "Files", targets: ["Files"]),
    .library(name: "Parallelism", targets: ["Parallelism"]),
    .library(name: "Volumes", targets: ["Volumes"]),
    // For C and Python; `make library` gives it its name, libsegprep.so, which the program's product has taken.
    .library(name: "CInterface", type: .dynamic, targets: ["CInterface"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C libraries. The Makefile's APT_BUILD is the one list of what they need.
    .target(
      name: "CNIfTI",
      linkerSettings: [.linkedLibrary("nifti2"), .linkedLibrary("znz"), .linkedLibrary("z")]
    ),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .target(name: "CKernels"),
    // What is told to C programs: the header of the library that CInterface makes.
    .systemLibrary(name: "CSegprep"),

    // The library, from the voxel outwards.
    .target(name: "Files", dependencies: ["CCrypto"], swiftSettings: strict),
    .target(name: "Volumes", swiftSettings: strict),
    .target(name: "Pictures", dependencies: ["CPNG", "Files", "Volumes"], swiftSettings: strict),
    .target(name: "Randomness", swiftSettings: strict),
    .target(name: "Parallelism", swiftSettings: strict),
    .target(name: "Recipes", swiftSettings: strict),
    .target(name: "NIfTI", dependencies: ["CNIfTI", "CDeflate", "CISAL", "Files", "Volumes"], swiftSettings: strict),
    .target(name: "HDF5", dependencies: ["CHDF5"], swiftSettings: strict),
    .target(
      name: "Preprocessing", dependencies: ["CKernels", "Volumes", "Parallelism"], swiftSettings: strict),
    .target(
      name: "Augmentation", dependencies: ["CKernels", "Parallelism", "Randomness", "Volumes"],
      exclude: ["contact-sheet.png"], swiftSettings: strict),
    .target(name: "Evaluation", dependencies: ["CKernels", "Files", "Volumes"], swiftSettings: strict),
    .target(name: "Datasets", dependencies: ["Files", "Volumes"], swiftSettings: strict),
    .target(
      name: "Prepared", dependencies: ["Files", "HDF5", "Parallelism", "Pictures", "Preprocessing", "Volumes"],
      swiftSettings: strict),
    .target(
      name: "Shards",
      dependencies: [
        "CDeflate", "CKernels", "CLZ4", "CZstd", "Files", "HDF5", "Parallelism", "Prepared", "Preprocessing",
        "Randomness", "Volumes",
      ],
      exclude: ["FORMAT.md"],
      swiftSettings: strict),
    .target(
      name: "Streaming",
      dependencies: [
        "Augmentation", "CKernels", "Files", "Parallelism", "Prepared", "Randomness", "Shards", "Volumes",
      ],
      swiftSettings: strict),
    .target(
      name: "Prediction", dependencies: ["NIfTI", "Prepared", "Preprocessing", "Shards", "Volumes"],
      swiftSettings: strict),
    .target(
      name: "Pipeline",
      dependencies: [
        "Augmentation", "Datasets", "Evaluation", "Files", "HDF5", "NIfTI", "Parallelism", "Prediction", "Prepared",
        "Preprocessing", "Recipes", "Shards", "Streaming", "Volumes",
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strict
    ),
    .target(
      name: "CInterface",
      dependencies: [
        "Augmentation", "CSegprep", "Files", "NIfTI", "Parallelism", "Pipeline", "Prepared", "Preprocessing", "Shards",
        "Streaming", "Volumes",
      ],
      swiftSettings: strict),
    .target(
      name: "Phantoms", dependencies: ["Files", "NIfTI", "Parallelism", "Randomness", "Volumes"], swiftSettings: strict),
    // What the programs have in common: messages, exit codes, interrupts.
    .target(
      name: "Console",
      dependencies: [
        "Files", "Pipeline",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "segprep",
      dependencies: [
        "Augmentation", "Console", "Datasets", "Evaluation", "Files", "HDF5", "NIfTI", "Parallelism", "Phantoms",
        "Pictures", "Pipeline", "Prepared", "Preprocessing", "Randomness", "Shards", "Streaming", "Volumes",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict
    ),

    // What several test targets need: folders that go away, seeded random numbers.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"], swiftSettings: strict),
    .testTarget(name: "VolumesTests", dependencies: ["TestSupport", "Volumes"], swiftSettings: strict),
    .testTarget(
      name: "PicturesTests", dependencies: ["Files", "Pictures", "TestSupport", "Volumes"], swiftSettings: strict),
    .testTarget(name: "RandomnessTests", dependencies: ["Randomness"], swiftSettings: strict),
    .testTarget(name: "ParallelismTests", dependencies: ["Parallelism"], swiftSettings: strict),
    .testTarget(name: "NIfTITests", dependencies: ["Files", "NIfTI", "TestSupport", "Volumes"], swiftSettings: strict),
    .testTarget(
      name: "PreprocessingTests", dependencies: ["Parallelism", "Preprocessing", "TestSupport", "Volumes"],
      swiftSettings: strict),
    .testTarget(
      name: "PreparedTests",
      dependencies: ["Files", "HDF5", "Parallelism", "Prepared", "Preprocessing", "TestSupport", "Volumes"],
      swiftSettings: strict),
    .testTarget(
      name: "AugmentationTests",
      dependencies: ["Augmentation", "CKernels", "Parallelism", "Randomness", "TestSupport", "Volumes"],
      swiftSettings: strict),
    .testTarget(
      name: "ShardsTests",
      dependencies: [
        "CKernels", "Files", "HDF5", "Parallelism", "Prepared", "Preprocessing", "Randomness", "Shards", "TestSupport",
        "Volumes",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "StreamingTests",
      dependencies: [
        "Augmentation", "Files", "Parallelism", "Prepared", "Shards", "Streaming", "TestSupport", "Volumes",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "EvaluationTests", dependencies: ["Evaluation", "Files", "TestSupport", "Volumes"], swiftSettings: strict),
    .testTarget(
      name: "PredictionTests",
      dependencies: ["NIfTI", "Prediction", "Preprocessing", "TestSupport", "Volumes"], swiftSettings: strict),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Files"], swiftSettings: strict),
    .testTarget(
      name: "PipelineTests",
      dependencies: [
        "Augmentation", "Datasets", "Files", "NIfTI", "Parallelism", "Pipeline", "Prepared", "Preprocessing", "Recipes",
        "Shards", "TestSupport", "Volumes",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "PhantomsTests",
      dependencies: ["NIfTI", "Parallelism", "Phantoms", "Randomness", "TestSupport", "Volumes"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu11,
  // What the headers of libtorch 1.13 need; those of late 2.x need C++20.
  cxxLanguageStandard: Context.environment["LIBTORCH"] == nil ? .gnucxx17 : .gnucxx20
)

// Training needs libtorch. SEGPREP_TORCH=off leaves it out; LIBTORCH names the folder of a pip-installed torch, to be used
// instead of Debian's.
if Context.environment["SEGPREP_TORCH"] != "off" {
  var includes: [CXXSetting] = []
  var libraries: [LinkerSetting] = ["torch_cpu", "c10"].map { .linkedLibrary($0) }
  if let torch = Context.environment["LIBTORCH"] {
    // Without these flags the headers and libraries of a folder cannot be found. Nobody who depends on this package sets
    // the variable, so SwiftPM never refuses it.
    includes = [.unsafeFlags(["-isystem", "\(torch)/include"])]
    func link(_ words: String...) -> [String] { words.flatMap { ["-Xlinker", $0] } }
    // By their paths: a search would find Debian's first, where that is installed too.
    let cpu = link("\(torch)/lib/libtorch_cpu.so", "\(torch)/lib/libc10.so", "-rpath", "\(torch)/lib")
    // Nothing refers to CUDA's library: it is found by being there.
    let cuda = link("--no-as-needed", "\(torch)/lib/libtorch_cuda.so", "--as-needed")
    let hasCUDA = FileManager.default.fileExists(atPath: "\(torch)/lib/libtorch_cuda.so")
    libraries = [.unsafeFlags(cpu + (hasCUDA ? cuda : []))]
  }
  package.products += [
    .executable(name: "segprep-train", targets: ["segprep-train"]),
    .library(name: "Training", targets: ["Training"]),
  ]
  package.targets += [
    .target(name: "CTorch", cxxSettings: includes, linkerSettings: libraries),
    .target(
      name: "Training",
      dependencies: [
        "CTorch", "Evaluation", "Files", "Prediction", "Prepared", "Randomness", "Recipes", "Shards", "Streaming",
        "Volumes",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "segprep-train",
      dependencies: [
        "Console", "Files", "Parallelism", "Pictures", "Pipeline", "Prediction", "Prepared", "Recipes", "Shards",
        "Streaming", "Training", "Volumes",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Evaluation", "Files", "Randomness", "Recipes", "Shards", "Streaming", "TestSupport", "Training", "Volumes",
      ], exclude: ["make-golden"],
      swiftSettings: strict),
  ]
}

// libFuzzer brings `main`: the fuzz target links with it alone, so it is there for `make fuzz` only.
if Context.environment["SEGPREP_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "nifti-fuzz", dependencies: ["Files", "NIfTI", "Volumes"], path: "Tests/Fuzz",
      sources: ["NIfTIFuzz.swift"], swiftSettings: strict))
}
