import Volumes

/// What is wrong with a head that somebody made or altered by hand: it is found here, rather than by a crash later.
extension Checkpoint.Head {
  /// Voxels of a patch at most: more are in no memory.
  private static let mostVoxels = 1 << 31

  /// What cannot be, as `found ..., expected ...`; nil where all can.
  var flaw: String? {
    guard patch.count == 3, patch.allSatisfy({ (1...Self.mostVoxels).contains($0) }),
      patch.reduce(1.0, { $0 * Double($1) }) <= Double(Self.mostVoxels)
    else {
      return "found the patch \(patch), expected z, y, x of at least 1 and \(Self.mostVoxels) voxels at most together"
    }
    do {
      try network.check(patch: Shape(z: patch[0], y: patch[1], x: patch[2]))
    } catch .network(let what, let found, let expected) {
      return "found a network of \(what) \(found), expected \(expected.lowerBound) to \(expected.upperBound)"
    } catch {
      return "found the patch \(patch), expected multiples of \(1 << network.recipe.depth) for that network"
    }
    for (what, names, number) in [("classes", classes, network.classes), ("channels", channels, network.channels)]
    where names.count != number {
      return "found the names of \(names.count) \(what), expected those of the network's \(number)"
    }
    let maps = trained?.deferredMap?.count ?? network.channels
    guard maps == network.channels else {
      return "found \(maps) maps of fold_safe stages, expected one for each of \(network.channels) channels"
    }
    guard fold.map({ $0 >= 0 }) ?? true else { return "found the fold \(fold ?? 0), expected 0 or more" }
    guard progress.epochs >= 0, progress.batches >= 0, progress.steps >= 0 else {
      return
        "found \(progress.epochs) epochs, \(progress.batches) batches and \(progress.steps) steps, expected 0 or more"
    }
    return nil
  }

  /// What shows that the tensors are not those of the network, before there is memory taken for them: the largest of them
  /// is not in the file. The others are held against it as they are read.
  /// - Precondition: the head has no flaw.
  func flaw(in tensors: SafeTensors) -> String? {
    let name = "network.bottom.convolution.1.weight"
    let filters = network.filters(at: network.recipe.depth)
    let (found, expected) = (tensors.shape(of: name), [filters, filters, 3, 3, 3])
    guard found != expected else { return nil }
    return "found \(name) of shape \(found ?? []), expected \(expected) for \(network.summary)"
  }
}
