/// The folds in words.
enum FoldsDescription {
  static func lines(of plan: Plan) -> [String] {
    let folds = plan.config.folds
    let cases = "\(folds.count) folds of the labelled cases that are not excluded"
    switch folds.scheme {
    case .kfold(let keep):
      let plain = [
        "\(cases), sorted, shuffled once with seed \(folds.seed)",
        "(scikit-learn's KFold(\(folds.count), shuffle=True, random_state=\(folds.seed)), nnU-Net's way to split)",
      ]
      guard keep else { return plain }
      return plain + [
        "in a new folder; cases that have a fold in the folder's manifest keep it, and each new one, in order of",
        "identifiers, goes to the fold with the fewest cases (the lowest of those): adding a case moves no other",
      ]
    case .stratified(.attribute(let name)):
      return [
        "\(cases), each with as many of every \(name), to within one:",
        "those of one \(name) are shuffled with seed \(folds.seed) and dealt to the folds in turn, one \(name) after the other",
      ]
    case .stratified(.volume(let label, _)):
      return [
        "\(cases), each with the same spread of the volume of \(label.value) \(label.name)",
        "(ml: raw voxels of the class times the raw voxel size): sorted by it, the largest first, each \(folds.count) in turn",
        "dealt to different folds in an order shuffled with seed \(folds.seed)",
      ]
    case .grouped(let file, let column):
      return [
        "\(cases); cases of one `\(column)` in \(file) are never apart:",
        "the groups, the largest first (ties shuffled with seed \(folds.seed)), each to the fold with the fewest cases",
      ] + content(of: plan)
    case .file(let file):
      return [
        "the folds of \(file) (nnU-Net's splits_final.json): each labelled case that is not excluded must be in one `val`"
      ] + content(of: plan)
    }
  }

  private static func content(of plan: Plan) -> [String] {
    plan.foldsFile.map { ["SHA-256 of the file: \($0.sha256)"] } ?? []
  }
}
