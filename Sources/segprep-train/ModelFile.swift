import Files

/// The checkpoint that a path means.
enum ModelFile {
  static func path(of model: String) throws -> String {
    guard Folder.isFolder(model) else { return model }
    let names = ["best.safetensors", "last.safetensors"]
    guard let name = names.first(where: { Folder.isFile(Folder.join(model, $0)) }) else { throw Missing(path: model) }
    return Folder.join(model, name)
  }

  private struct Missing: Error, CustomStringConvertible {
    var path: String

    var description: String {
      "\(path): no model there, found neither best.safetensors nor last.safetensors, expected the folder of a training; "
        + "train one with `segprep train`"
    }
  }
}
